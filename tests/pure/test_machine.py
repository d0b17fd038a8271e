"""The dispenser's machine, transition by transition (device contract, sections 3 and 7; R24 to R33, R38 to R40)."""

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
from reik_dispenser.outputs import Advance, Cut, HeartbeatWanted, Refused, Signal, StopMotor, Unlock
from reik_dispenser.state import Device, Phase
from reik_dispenser.status import heartbeat
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


# -- reminders, windows and outcomes -------------------------------------------------------------------


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


# -- presenting ----------------------------------------------------------------------------------------


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


# -- power, clock, journal -----------------------------------------------------------------------------


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


# -- rolls ---------------------------------------------------------------------------------------------


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
