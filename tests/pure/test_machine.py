"""The dispenser's machine: its table, windows and outcomes of moments (device contract, sections 3, 7; R25 to R29)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from reik_dispenser import inputs
from reik_dispenser.inputs import (
    BatteryChanged,
    Booted,
    ButtonPressed,
    CutFailed,
    EventsGone,
    FaultGone,
    Input,
    Jammed,
    JournalLevel,
    LidClosed,
    LidOpened,
    MainsLost,
    MainsRestored,
    RemovedByHand,
    RollInserted,
    RollRemoved,
    SachetPresented,
    SachetRead,
    SachetTaken,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import TRANSITIONS, step, transition_table
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Clock, CommandRefusal, FaultCode, UnreadableCommand
from reik_dispenser.outputs import Advance, Cut, Refused, Signal
from reik_dispenser.state import Phase
from tests.pure.test_machine_cast import EIGHT, MINUTE, ROLL, SECOND, Bench, moment, ready

ALL_INPUTS: tuple[Input, ...] = (
    Ticked(), ButtonPressed(), inputs.HelpPressed(), RollInserted(roll=ROLL, first=1, last=14, count=14), RollRemoved(),
    SachetRead(ROLL, 1), SachetPresented(), SachetTaken(), RemovedByHand(number=9, by="x", reason="y"), Jammed(),
    CutFailed(), inputs.FaultFound(FaultCode.OTHER), FaultGone(FaultCode.JAM), MainsLost(90), MainsRestored(90),
    BatteryChanged(90), LidOpened(), LidClosed(), TimeHeard(Clock.NTP, EIGHT),
    inputs.CommandReceived(UnreadableCommand(command=99, reason=CommandRefusal.VERSION)),
    inputs.NetworkChanged(True), JournalLevel(False), EventsGone(1, 1, 2, "x"), inputs.AllReceipted(),
    Booted(epoch=1, session="s"),
)  # fmt: skip


def _in(phase: Phase) -> Bench:
    """A bench in this phase."""
    bench = ready() if phase not in (Phase.OFF, Phase.UNTIMED) else Bench()
    make: dict[Phase, Callable[[], object]] = {
        Phase.UNTIMED: bench.boot,
        Phase.OPEN: lambda: bench.at(EIGHT),
        Phase.ADVANCING: lambda: bench.at(EIGHT).press(),
        Phase.CUTTING: lambda: (bench.at(EIGHT).press(), bench.put(SachetRead(ROLL, 1))),
        Phase.TRAY: lambda: (bench.at(EIGHT).press(), bench.motor()),
        Phase.PAUSED: lambda: bench.command("pause", until=None, by="x"),
        Phase.FAULT: lambda: bench.put(LidOpened()),
        Phase.UNLOCKED: lambda: bench.put(MainsLost(1, 1)),
    }
    if phase in make:
        make[phase]()
    assert bench.device.phase is phase
    return bench


@pytest.mark.parametrize("phase", list(Phase))
def test_a_missing_pair_is_refused_and_changes_nothing(phase: Phase) -> None:
    for each in ALL_INPUTS:
        bench = _in(phase)
        after, outputs = step(bench.device, each, bench.now)
        if (phase, type(each)) in TRANSITIONS:
            assert not any(isinstance(output, Refused) for output in outputs), (phase, each)
        else:
            assert after is bench.device
            assert outputs == (Refused(phase.value, type(each).__name__),)
        assert revive(remember(after)) is not None


def test_every_kind_of_input_is_in_the_table_and_the_table_prints() -> None:
    assert {type(each) for each in ALL_INPUTS} == {type_ for _, type_ in TRANSITIONS}
    table = transition_table()
    assert all(f"| `{type_.__name__}` |" in table for _, type_ in TRANSITIONS)
    assert len({line.count("|") for line in table.splitlines() if line.startswith("|")}) == 1


def test_reminders_come_at_their_minutes_and_stop_when_all_is_out() -> None:
    bench = ready()
    for minute, attempt in ((0, 1), (10, 2)):
        bench.at(EIGHT + minute * MINUTE)
        assert [o.attempt for o in bench.last if isinstance(o, Signal)] == [attempt]
    bench.hand_out().at(EIGHT + 50 * MINUTE)
    assert [event.data["attempt"] for event in bench.of("signal_started")] == [1, 2]


def test_reminders_missed_are_given_once() -> None:
    bench = ready()
    bench.now = EIGHT + 15 * MINUTE
    bench.put(Ticked())
    assert [event.data["attempt"] for event in bench.of("signal_started")] == [2]


def test_the_window_closes_after_its_last_instant() -> None:
    bench = ready()
    bench.at(EIGHT + 45 * MINUTE)
    assert bench.closings() == []
    bench.at(EIGHT + 45 * MINUTE + timedelta(milliseconds=1))
    assert bench.closings() == ["not_taken_out"]


@pytest.mark.parametrize(
    ("minutes", "how"),
    [(-30, "early"), (-1, "early"), (0, "in_time"), (45, "in_time"), (46, "late"), (119, "late")],
)
def test_how_follows_the_clock(minutes: int, how: str) -> None:
    bench = ready().at(EIGHT + minutes * MINUTE)
    bench.now -= 3 * SECOND if minutes == 45 else 0 * SECOND
    bench.hand_out()
    assert [event.data["how"] for event in bench.of("sachet_taken_out")] == [how]


@pytest.mark.parametrize(("seconds", "gives"), [(-1, False), (0, True)])
def test_early_begins_to_the_second(seconds: int, gives: bool) -> None:
    bench = ready().at(EIGHT - 30 * MINUTE + seconds * SECOND)
    bench.press()
    assert bench.wants(Advance) is gives


@pytest.mark.parametrize(("seconds", "gives"), [(0, True), (1, False)])
def test_the_latest_hand_out_time_is_to_the_second(seconds: int, gives: bool) -> None:
    bench = ready().at(EIGHT + 120 * MINUTE + seconds * SECOND)
    bench.press()
    assert bench.wants(Advance) is gives
    assert bench.of("button_pressed")[0].data["moment"] == ("m1" if gives else None)


def test_a_press_in_time_is_worth_nothing_when_the_knife_comes_too_late() -> None:
    bench = ready().at(EIGHT + 120 * MINUTE)
    bench.press()
    bench.put(SachetRead(ROLL, 1), SECOND)
    assert not bench.wants(Cut)
    assert [event.data["sachet"] for event in bench.of("sachet_retained")] == [1]


def test_late_is_closed_twice_and_the_rest_is_retained() -> None:
    bench = ready(moment(sachets=[1, 2])).at(EIGHT + 50 * MINUTE)
    bench.press()
    bench.motor().take()
    bench.put(LidOpened())  # the second never comes
    bench.at(EIGHT + 121 * MINUTE)
    assert bench.closings() == ["not_taken_out", "partial"]
    assert [event.data for event in bench.of("sachet_retained")] == [
        {"roll": ROLL, "sachet": 2, "where": "roll"}
    ]


def test_completed_late_is_complete() -> None:
    assert ready().at(EIGHT + 50 * MINUTE).hand_out().closings() == ["not_taken_out", "complete"]


def test_fractions_of_minutes_compress_a_day() -> None:
    bench = ready(moment(window_min=0.75, late_min=1.5, early_min=0, signals=[0, 0.25], gap_min=0.1))
    bench.at(EIGHT + 16 * SECOND)
    assert [event.at - EIGHT for event in bench.of("signal_started")] == [0 * SECOND, 15 * SECOND]
    bench.at(EIGHT + 46 * SECOND)
    assert bench.closings() == ["not_taken_out"]


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        (lambda b: b.command("pause", until=None, by="x"), "paused"),
        (lambda b: b.command("hold_sachets", roll=ROLL, sachets=[1]), "withheld"),
        (lambda b: b.put(RollRemoved()), "withheld"),
        (lambda b: b.put(Jammed()), "device_failure"),
        (lambda b: b.put(RemovedByHand(number=1, by="x", reason="y")), "withheld"),
        (lambda b: None, "not_taken_out"),
    ],
)
def test_the_outcome_says_why_nothing_came(what: Callable[[Bench], object], outcome: str) -> None:
    bench = ready()
    what(bench)
    assert bench.at(EIGHT + 130 * MINUTE).closings() == [outcome]


def test_a_device_that_was_off_says_so_and_gives_nothing_past_its_time() -> None:
    bench = (
        ready(moment(), moment("m2", EIGHT + 70 * MINUTE, [2]))
        .power_cut(timedelta(hours=3, minutes=30))
        .timed()
    )
    bench.at(bench.now + SECOND)
    assert (bench.closings(), bench.closings("m2")) == (["device_failure"], [])
    assert bench.hand_out().closings() == ["device_failure", "complete"], "late is still possible"
    bench = ready().power_cut(timedelta(hours=5)).timed().hand_out()
    assert bench.closings() == ["device_failure"]
    assert "sachet_presented" not in bench.types(), "a catch-up presents nothing that is past its time"


def test_a_plan_that_comes_too_late_withholds() -> None:
    bench = Bench(now=EIGHT + 60 * MINUTE).boot().timed().load().plan(moment())
    assert bench.closings() == ["withheld"]
    assert bench.hand_out().closings() == ["withheld", "complete"]
