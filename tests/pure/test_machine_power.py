"""The dispenser's machine and its power, clock, journal and rolls (device contract, section 7; R32, R38 to R40)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik_dispenser.inputs import (
    BatteryChanged,
    Booted,
    FaultGone,
    Jammed,
    JournalLevel,
    MainsLost,
    MainsRestored,
    RollInserted,
    RollRemoved,
    SachetRead,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import step
from reik_dispenser.messages import Clock, FaultCode
from reik_dispenser.outputs import Advance, HeartbeatWanted, Unlock
from reik_dispenser.state import Device, Phase
from reik_dispenser.status import heartbeat
from tests.pure.test_machine_cast import EIGHT, MINUTE, ROLL, SECOND, Bench, moment, ready


@pytest.mark.parametrize(
    ("tray", "expected"), [(False, ["sachet_retained"]), (True, ["sachet_retained", "sachet_presented"])]
)
def test_power_that_goes_under_the_knife(tray: bool, expected: list[str]) -> None:
    bench = ready().at(EIGHT)
    bench.press()
    bench.put(SachetRead(ROLL, 1))
    before = len(bench.events)
    bench.power_cut(SECOND, tray_occupied=tray)
    assert bench.events[before].type == "started", "the first event after each boot"
    assert [event.type for event in bench.events[before:] if event.type.startswith("sachet")] == expected
    bench.timed().press()
    assert not bench.wants(Advance)


def given_up() -> Bench:
    """A cut that nobody waited for any more, and put right; its sachet may still fall."""
    bench = ready().at(EIGHT)
    bench.press()
    bench.put(SachetRead(ROLL, 1))
    bench.put(Ticked(), 61 * SECOND)
    bench.put(FaultGone(FaultCode.CUT_FAILED))
    return bench


def sachet_words(bench: Bench, since: int) -> list[tuple[str, object]]:
    return [
        (each.type, each.data.get("where") or each.data.get("reason"))
        for each in bench.events[since:]
        if each.type.startswith("sachet")
    ]


def test_a_sachet_that_fell_after_its_cut_was_given_up_is_found_at_boot_and_presented() -> None:
    bench = given_up()
    before = len(bench.events)
    bench.power_cut(SECOND, tray_occupied=True).timed()
    assert bench.events[before].type == "started"
    assert sachet_words(bench, before) == [("sachet_presented", None)]
    assert bench.device.phase is Phase.TRAY
    assert bench.take().of("sachet_taken_out")[-1].data["sachet"] == 1


@pytest.mark.parametrize("taken", ["awake", "asleep"])
def test_a_sachet_of_a_moment_that_is_over_is_kept_in_the_tray_and_never_counted_as_out(taken: str) -> None:
    bench = given_up().at(EIGHT + 121 * MINUTE)
    before = len(bench.events)
    bench.power_cut(SECOND, tray_occupied=True).timed()
    assert sachet_words(bench, before) == [("sachet_retained", "tray")]
    assert bench.of("fault")[-1].data == {"code": "tray_full", "raw": f"{ROLL} 1"}
    assert not bench.at(EIGHT + 180 * MINUTE).hand_out().wants(Advance), "nothing falls upon it"
    bench.power_cut(SECOND, tray_occupied=True).timed()
    assert sachet_words(bench, before) == [("sachet_retained", "tray")], "said once"
    _ = bench.take() if taken == "awake" else bench.power_cut(SECOND, tray_occupied=False).timed()
    assert sachet_words(bench, before)[1:] == [("sachet_removed", "from_tray")]
    assert FaultCode.TRAY_FULL not in bench.device.faults
    assert not bench.of("sachet_taken_out")


def test_something_in_the_tray_that_nobody_knows_is_said_and_waits_for_a_hand() -> None:
    bench = ready()
    bench.power_cut(SECOND, tray_occupied=True).timed().at(EIGHT).press()
    assert bench.of("fault")[-1].data == {"code": "tray_full"}
    assert not bench.wants(Advance)
    assert not [each for each in bench.events if each.type.startswith("sachet")]
    bench.take()
    assert bench.hand_out().closings() == ["complete"]


def test_a_sachet_taken_while_the_power_was_off_is_out() -> None:
    bench = ready().at(EIGHT)
    bench.press()
    bench.motor().power_cut(5 * MINUTE, tray_occupied=False)
    assert bench.closings() == ["complete"]


def test_nothing_without_a_valid_time_since_boot() -> None:
    bench = ready().power_cut(timedelta(hours=2))
    bench.at(EIGHT + 5 * MINUTE).press()
    assert bench.shown() == ["no_time"]
    assert bench.closings() == []
    assert bench.timed().hand_out().closings() == ["complete"]


@pytest.mark.parametrize(
    ("seconds", "fault", "gives"),
    [(2, False, True), (60, False, True), (61, True, True), (300, True, True), (301, True, False)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_clock_jumps(seconds: int, fault: bool, gives: bool, sign: int) -> None:
    bench = ready().at(EIGHT + 20 * MINUTE)
    bench.put(TimeHeard(Clock.NTP, bench.now + sign * seconds * SECOND))
    jumps = [event for event in bench.of("fault") if event.data["code"] == "clock_jump"]
    assert bool(jumps) is fault
    bench.press()
    assert bench.wants(Advance) is gives


@pytest.mark.parametrize(
    ("heard", "resumes"),
    [
        ([(Clock.NTP, 0)], False),
        ([(Clock.NTP, 0), (Clock.NETWORK, 60)], True),
        ([(Clock.NETWORK, 61)], False),
        ([(Clock.REIK, 60)], True),
        ([(Clock.REIK, 61)], False),
    ],
)
def test_after_a_big_jump_two_sources_or_a_fresh_now_must_agree(
    heard: list[tuple[Clock, int]], resumes: bool
) -> None:
    bench = ready().at(EIGHT)
    bench.put(TimeHeard(Clock.NTP, bench.now + 10 * MINUTE))
    for source, off in heard:
        bench.put(TimeHeard(source, bench.now + off * SECOND))
    bench.press()
    assert bench.wants(Advance) is resumes
    assert (FaultCode.CLOCK_JUMP not in bench.device.faults) is resumes


def test_a_confirmed_plan_ends_the_doubt_and_a_now_that_set_the_clock_does_not_confirm_itself() -> None:
    bench = Bench().boot()
    bench.put(TimeHeard(Clock.REIK, bench.now))
    bench.load().plan(moment(at=EIGHT + 60 * MINUTE, early_min=180))
    bench.put(TimeHeard(Clock.REIK, bench.now + 20 * MINUTE))
    bench.press()
    assert bench.shown() == ["no_time"]
    bench.plan(moment(at=EIGHT + 60 * MINUTE, early_min=180), version=2)
    bench.press()
    assert bench.wants(Advance)


def test_a_better_source_is_not_overruled_and_a_silent_one_is_forgotten() -> None:
    bench = ready()
    bench.put(TimeHeard(Clock.REIK, bench.now + 30 * SECOND))
    assert bench.device.clock.source is Clock.NTP
    bench.at(bench.now + timedelta(hours=25))
    assert bench.device.clock.source is Clock.FREE
    answer = bench.command("resume", by="x")
    assert (answer.data["result"], answer.data["reason"]) == ("refused", "clock")
    assert bench.command("pause", until=None, by="x").data["result"] == "confirmed"


def test_a_clock_that_runs_back_without_a_word_is_a_jump() -> None:
    bench = ready().at(EIGHT)
    bench.put(Ticked(), -10 * MINUTE)
    assert bench.of("fault")[-1].data == {"code": "clock_jump", "delta_s": -600.0}
    bench.press()
    assert not bench.wants(Advance)


def test_battery_end_unlocks_and_the_count_is_unknown_until_someone_says() -> None:
    bench = ready()
    bench.put(MainsLost(95, 1_440))
    bench.put(BatteryChanged(20, 100))
    bench.put(BatteryChanged(3, 2))
    assert bench.wants(Unlock)
    assert [event.data["code"] for event in bench.of("fault")][-2:] == ["battery_low", "battery_end"]
    assert heartbeat(bench.device, 1, bench.now).remaining is None
    bench.at(EIGHT).press()
    assert bench.shown() == ["unlocked"]
    bench.put(MainsRestored(50, None))
    bench.put(RollInserted(roll=ROLL, first=3, last=14, count=12, by="carer"))
    assert [event.type for event in bench.events[-4:]] == [
        "fault_cleared",
        "fault_cleared",
        "locked",
        "roll_loaded",
    ]
    assert bench.events[-1].data["first"] == 3


def test_a_full_journal_keeps_what_matters() -> None:
    bench = ready()
    bench.put(JournalLevel(True))
    before = len(bench.events)
    bench.put(MainsLost(90, 900))
    bench.put(Jammed())
    bench.put(FaultGone(FaultCode.JAM))
    bench.at(EIGHT).hand_out()
    bench.put(JournalLevel(False))
    assert [event.type for event in bench.events[before:]] == [
        "button_pressed", "sachet_presented", "sachet_taken_out", "moment_closed", "fault_cleared",
    ]  # fmt: skip
    assert [event.seq for event in bench.events] == list(range(1, len(bench.events) + 1))


def test_plan_ending_is_said_72_and_24_hours_before_and_then_there_is_no_plan() -> None:
    bench = Bench(now=EIGHT - timedelta(days=5)).boot().timed().load().plan(moment())
    ends = EIGHT + timedelta(hours=2)
    bench.at(ends + MINUTE)
    said = [(e.data["code"], e.data.get("raw"), ends - e.at) for e in bench.of("fault")]
    assert [(code, raw) for code, raw, _ in said] == [
        ("plan_ending", "72 h"),
        ("plan_ending", "24 h"),
        ("no_plan", None),
    ]
    assert [left for _, _, left in said[:2]] == [timedelta(hours=72), timedelta(hours=24)]
    assert heartbeat(bench.device, 1, bench.now).state == "no_plan"


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (RollInserted(roll=None), "unreadable"),
        (RollInserted(roll="x", first=1, last=14, count=14), "not_expected"),
        (RollInserted(roll=ROLL, first=1, last=14, count=14, known_format=False), "format"),
        (RollInserted(roll=ROLL, first=1, last=14, count=14, client_label="B"), "other_client"),
        (RollInserted(roll=ROLL, first=1, last=20, count=20), "not_expected"),
        (RollInserted(roll=ROLL, first=1, last=14, count=14), "not_empty"),
    ],
)
def test_a_roll_that_is_not_right_is_refused(found: RollInserted, reason: str) -> None:
    bench = ready()
    bench.put(found)
    assert bench.of("roll_refused")[-1].data["reason"] == reason
    assert bench.device.roll is not None
    assert bench.device.roll.roll == ROLL


def test_a_roll_serves_its_own_period_only() -> None:
    bench = Bench().boot().timed()
    until = (EIGHT + 30 * MINUTE).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    bench.command("expect_roll", roll=ROLL, first=1, last=14, count=14, until=until)
    bench.put(RollInserted(roll=ROLL, first=1, last=14, count=14))
    bench.plan(moment(), moment("m2", EIGHT + 30 * MINUTE, [2]))
    bench.at(EIGHT).hand_out().at(EIGHT + 30 * MINUTE).press()
    assert bench.shown() == ["no_roll"]
    bench.put(RollRemoved())
    bench.put(RollInserted(roll=ROLL, first=2, last=14, count=13))
    assert bench.of("roll_refused")[-1].data["reason"] == "other_period"


def test_two_rolls_may_be_expected_and_the_loaded_one_stays() -> None:
    bench = ready()
    for roll in ("second", "third"):
        bench.command("expect_roll", roll=roll, first=1, last=7, count=7)
    assert [each.roll for each in bench.device.expected] == [ROLL, "third"]


def test_an_empty_roll_is_an_episode_until_the_next() -> None:
    bench = Bench().boot().timed().load(last=1).plan(moment()).at(EIGHT).hand_out()
    assert bench.of("fault")[-1].data == {"code": "roll_empty"}
    bench.load("next")
    assert [event.type for event in bench.events[-3:]] == ["roll_removed", "roll_loaded", "fault_cleared"]


def test_a_moment_that_begins_without_a_roll_says_so_at_once() -> None:
    bench = Bench().boot().timed().plan(moment()).at(EIGHT)
    assert bench.of("fault")[-1].data == {"code": "roll_empty", "moment": "m1"}
    assert bench.at(EIGHT + 46 * MINUTE).closings() == ["withheld"]


def test_a_change_of_state_wants_a_heartbeat_and_a_quiet_tick_does_not() -> None:
    bench = ready().at(EIGHT)
    assert bench.wants(HeartbeatWanted)
    assert bench.put(Ticked(), SECOND) == ()
    assert heartbeat(bench.device, 7, bench.now).state == "signalling"


def test_the_machine_starts_from_nothing() -> None:
    device, outputs = step(Device(), Booted(epoch=7, session="s"), EIGHT)
    assert device.phase is Phase.UNTIMED
    assert (device.epoch, device.seq) == (7, 1)
    assert outputs
