"""The dispenser's machine at presenting: sachets, gaps, holds, jams, the tray (device contract; R24 to R33)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik_dispenser.inputs import (
    CutFailed,
    FaultGone,
    Input,
    Jammed,
    LidClosed,
    LidOpened,
    RollInserted,
    RollRemoved,
    SachetPresented,
    SachetRead,
    Ticked,
    TimeHeard,
)
from reik_dispenser.messages import Clock, FaultCode
from reik_dispenser.outputs import Advance, Cut, StopMotor
from reik_dispenser.state import Phase
from tests.pure.test_machine_cast import EIGHT, MINUTE, ROLL, SECOND, moment, ready


def test_the_next_sachet_comes_after_the_last_is_out() -> None:
    bench = ready(moment(sachets=[1, 2, 3])).at(EIGHT)
    bench.press()
    bench.motor()
    bench.press()
    assert not bench.wants(Advance)
    assert bench.shown() == ["take_from_tray"]
    bench.take()
    assert [o.sachet.number for o in bench.last if isinstance(o, Advance)] == [2]
    bench.motor().take().motor().take()
    assert [(e.data["k"], e.data["n"]) for e in bench.of("sachet_taken_out")] == [(1, 3), (2, 3), (3, 3)]
    assert bench.closings() == ["complete"]


@pytest.mark.parametrize("press", [True, False])
def test_without_sensing_the_next_press_or_30_seconds_bring_the_next(press: bool) -> None:
    bench = ready(moment(sachets=[1, 2]), evidence="handed_out").at(EIGHT)
    bench.press()
    bench.motor()
    bench.at(bench.now + 29 * SECOND)
    assert bench.device.phase is Phase.TRAY
    if press:
        bench.press()
    else:
        bench.put(Ticked(), SECOND)
    bench.motor()
    assert bench.types().count("sachet_presented") == 2
    assert "sachet_taken_out" not in bench.types()
    assert bench.closings() == ["complete"]


def test_a_device_that_knows_its_button_names_a_moment_only_when_it_hands_out() -> None:
    bench = ready(moment(sachets=[1, 2]), evidence="pressed").at(EIGHT)
    bench.command("pause", until=None, by="x")
    bench.press()
    bench.command("resume", by="x")
    bench.press()
    bench.motor()
    bench.at(bench.now + 31 * SECOND)
    bench.put(SachetRead(ROLL, 2))
    bench.put(SachetPresented())
    assert [event.data["moment"] for event in bench.of("button_pressed")] == [None, "m1"]
    assert "sachet_presented" not in bench.types()
    assert bench.closings() == ["complete"]


def test_gap_counts_from_the_actual_presentation_and_the_refusal_says_until_when() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 60 * MINUTE, [2], gap_min=240, late_min=300))
    bench.at(EIGHT + 30 * MINUTE).hand_out()
    given = bench.of("sachet_presented")[0].at
    bench.at(EIGHT + 90 * MINUTE).press()
    assert not bench.wants(Advance)
    assert [o.values["until"] for o in bench.last if hasattr(o, "values")] == [given + timedelta(hours=4)]
    bench.at(EIGHT + 110 * MINUTE)
    assert bench.closings("m2") == ["withheld"]
    bench.at(given + timedelta(hours=4) - SECOND).press()
    assert not bench.wants(Advance)
    bench.at(given + timedelta(hours=4))
    assert bench.of("signal_started")[-1].data == {"moment": "m2", "attempt": 3}
    assert bench.hand_out().closings("m2") == ["withheld", "complete"]


def test_a_gap_that_outlasts_the_latest_time_ends_withheld() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 60 * MINUTE, [2], gap_min=600))
    bench.at(EIGHT + 30 * MINUTE).hand_out().at(EIGHT + 200 * MINUTE)
    assert bench.closings("m2") == ["withheld"]


def test_setting_the_clock_does_not_shorten_the_gap() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 30 * MINUTE, [2], gap_min=60, early_min=60))
    bench.at(EIGHT).hand_out()
    given = bench.now - SECOND
    bench.put(TimeHeard(Clock.NTP, bench.now + 4 * MINUTE), 2 * SECOND)
    bench.put(TimeHeard(Clock.NTP, bench.now))
    bench.at(given + 60 * MINUTE).press()
    assert not bench.wants(Advance)
    bench.at(given + 64 * MINUTE).press()
    assert bench.wants(Advance)


def test_a_held_sachet_is_passed_by_unless_the_moment_is_whole() -> None:
    bench = ready(moment(sachets=[1, 2, 3]), moment("m2", EIGHT + 60 * MINUTE, [4, 5], whole=True))
    bench.command("hold_sachets", roll=ROLL, sachets=[2, 5])
    bench.at(EIGHT).hand_out().at(EIGHT + 60 * MINUTE).press()
    assert bench.shown() == ["held"]
    assert [(e.data["k"], e.data["sachet"]) for e in bench.of("sachet_taken_out")] == [(1, 1), (3, 3)]
    bench.at(EIGHT + 200 * MINUTE)
    assert bench.closings() == ["partial"]
    assert bench.closings("m2") == ["withheld"]


def test_a_hold_stops_the_sachet_that_is_on_its_way() -> None:
    bench = ready().at(EIGHT)
    bench.press()
    assert bench.command("hold_sachets", roll=ROLL, sachets=[1]).data["result"] == "confirmed"
    bench.put(SachetRead(ROLL, 1))
    assert not bench.wants(Cut)
    assert bench.device.phase is Phase.OPEN


@pytest.mark.parametrize("broken", [Jammed(), CutFailed(), LidOpened(), RollRemoved()])
def test_a_sachet_whose_cut_began_never_comes_again(broken: Input) -> None:
    bench = ready().at(EIGHT)
    bench.press()
    bench.put(SachetRead(ROLL, 1))
    bench.put(broken)
    assert bench.wants(StopMotor)
    assert [event.data["sachet"] for event in bench.of("sachet_retained")] == [1]
    for each in (LidClosed(), FaultGone(FaultCode.JAM), FaultGone(FaultCode.CUT_FAILED), RollRemoved()):
        bench.put(each)
    bench.put(RollInserted(roll=ROLL, first=1, last=14, count=14))
    assert (bench.events[-1].data["first"], bench.events[-1].data["count"]) == (2, 13)
    bench.press()
    assert not bench.wants(Advance)
    assert bench.at(EIGHT + 130 * MINUTE).closings() == ["device_failure"]


def test_a_jam_before_the_cut_loses_nothing() -> None:
    bench = ready().at(EIGHT)
    bench.press()
    bench.put(Jammed("E17"))
    assert bench.of("fault")[-1].data == {"code": "jam", "moment": "m1", "raw": "E17"}
    bench.press()
    assert bench.shown() == ["fault"]
    bench.put(Jammed())
    bench.put(FaultGone(FaultCode.JAM))
    assert len([e for e in bench.of("fault") if e.data["code"] == "jam"]) == 1, "one episode"
    assert bench.of("fault_cleared")[-1].data["fault"]["seq"] == bench.of("fault")[-1].seq
    assert bench.hand_out().closings() == ["complete"]


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (SachetRead(None, None), "sachet_unreadable"),
        (SachetRead("other", 1), "wrong_roll"),
        (SachetRead(ROLL, 2), "wrong_sachet"),
        (SachetRead(ROLL, 0), "wrong_sequence"),
    ],
)
def test_what_is_not_the_right_sachet_is_not_cut(read: SachetRead, code: str) -> None:
    bench = ready().at(EIGHT)
    bench.press()
    bench.put(read)
    assert not bench.wants(Cut)
    assert bench.of("fault")[-1].data["code"] == code


@pytest.mark.parametrize(("stage", "code"), [("advancing", "jam"), ("cutting", "cut_failed")])
def test_a_motor_that_does_not_answer_is_at_fault(stage: str, code: str) -> None:
    bench = ready().at(EIGHT)
    bench.press()
    if stage == "cutting":
        bench.put(SachetRead(ROLL, 1))
    bench.at(bench.now + 61 * SECOND)
    assert bench.of("fault")[-1].data["code"] == code
    bench.put(SachetPresented())
    assert ("sachet_presented" in bench.types()) is (stage == "cutting"), "what lies in the tray is said"


def test_an_old_sachet_in_the_tray_blocks_the_next_moment() -> None:
    bench = ready(moment(), moment("m2", EIGHT + 180 * MINUTE, [2])).at(EIGHT)
    bench.press()
    bench.motor().at(EIGHT + 185 * MINUTE).press()
    assert bench.of("fault")[-1].data == {"code": "tray_full", "moment": "m2"}
    assert bench.closings() == ["not_taken_out"]
    bench.take()
    assert bench.closings() == ["not_taken_out", "complete"]
    assert bench.hand_out().closings("m2") == ["complete"]
