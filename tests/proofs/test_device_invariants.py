"""Section 7 of the device contract in every reachable state: random lives of a device, judged by a witness.

Time is drawn around the deadlines, to the second, never uniformly: uniform waits hardly ever find a fault here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reik_dispenser.canonical import plan_sha256, read_at, write_at
from reik_dispenser.inputs import (
    BatteryChanged,
    Booted,
    ButtonPressed,
    CommandReceived,
    CutFailed,
    FaultGone,
    HelpPressed,
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
from reik_dispenser.machine import step
from reik_dispenser.memory import LOST_WITHOUT_POWER, remember, revive
from reik_dispenser.messages import Clock, Command, FaultCode
from reik_dispenser.outputs import Advance, Cut, Output, Record, Refused, SetClock
from reik_dispenser.roll import Sachet
from reik_dispenser.state import Device, Phase, Stage
from reik_dispenser.status import heartbeat
from tests.pure.test_machine_witness import Witness

START = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # the night in which the Dutch clock goes back
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ROLLS = ("R-1", "R-2", "R-3")
PER_ROLL = 12
REPAIRABLE = (FaultCode.JAM, FaultCode.CUT_FAILED, FaultCode.SACHET_UNREADABLE, FaultCode.WRONG_SACHET)
INSTANTS = ("early", "at", "at", "window", "late", "gap")
LIES = (0, 0, 0, 0, 0, 1, -59, 61, -61, 299, 301, -3600, 90000)
MISHAPS = (
    HelpPressed(), LidOpened(), LidClosed(), MainsLost(90.0, 600.0), MainsRestored(50.0, None), Jammed("x"),
    JournalLevel(True), JournalLevel(False), SachetRead("R-1", 1), SachetPresented(), SachetTaken(),
    "battery", "unlock", "insert", "by hand", "swap", "expect",
)  # fmt: skip


class Bench(RuleBasedStateMachine):
    """The device, its mechanics, and power that may go in the midst of any input."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device()
        self.witness = Witness()
        self.real = START
        self.offset = timedelta()
        self.number = 0
        self.version = 0
        self.sent: list[Command] = []
        self.motor: Advance | Cut | None = None
        self.tray: Sachet | None = None
        self.crash_next: str | None = None
        self.evidence = "removed"

    @property
    def now(self) -> datetime:
        """The device's clock; it may be wrong."""
        return self.real + self.offset

    def put(self, input: Input) -> None:
        before = self.device
        after, outputs = step(before, input, self.now)
        if any(isinstance(output, Refused) for output in outputs):
            assert after is before, "what is refused changes nothing"
            assert len(outputs) == 1
        if isinstance(input, Ticked) and before.powered and not outputs:
            _, awake = step(replace(before, wake_at=None), input, self.now)
            assert not awake, "a device that sleeps misses nothing"
        crash, self.crash_next = self.crash_next, None
        if crash == "before":
            self.lose_power(before)
            return
        self.commit(after, outputs)
        if crash == "after":
            self.cut_at_the_last_instant(after)
            self.lose_power(after)
            return
        self.carry_out(outputs)

    def commit(self, after: Device, outputs: tuple[Output, ...]) -> None:
        """The step is kept: its events are said, whatever happens next."""
        witness = self.witness
        before, self.device, stay = self.device, after, witness.stay
        for output in outputs:
            if isinstance(output, SetClock):
                if not witness.timed:
                    witness.slack += abs(output.to - self.now)
                self.offset = output.to - self.real
                witness.timed = True
        for output in outputs:
            if isinstance(output, Record):
                witness.hear(output.event)
        over = {name for name, progress in before.progress.items() if progress.ended}
        ended = {*after.ended, *(name for name, each in after.progress.items() if each.ended)}
        ended -= {*before.ended, *over}
        for name in {*after.progress, *ended} - witness.begun.keys():
            planned = [plan[name] for plan in reversed(witness.plans) if name in plan]
            at = write_at(after.progress[name].moment.at) if name in after.progress else planned[0]["at"]
            witness.begun[name] = next(each for each in planned if each["at"] == at)
        for name, progress in after.progress.items():
            assert progress.moment.at == read_at(witness.begun[name]["at"]), "keeps its own plan"
        if not any(isinstance(each, Record) and each.event.type == "roll_loaded" for each in outputs):
            stay = (
                witness.stay
            )  # else: time is caught up with first, so it ended with the roll before this one
        for name in ended:
            if stay is not None and stay.roll == witness.begun[name]["roll"]:
                witness.ended.append((name, stay, witness.begun[name]["sachets"]))

    def carry_out(self, outputs: tuple[Output, ...]) -> None:
        for output in outputs:
            if isinstance(output, Advance):
                self.motor = output
            elif isinstance(output, Cut):
                assert self.device.hand_over is not None
                self.witness.see_cut(output.sachet, self.device.hand_over.moment, self.now, self.real)
                assert self.tray is None or self.evidence != "removed", "never two in the tray"
                self.motor = output

    def cut_at_the_last_instant(self, kept: Device) -> None:
        """A cut that was kept but perhaps not made counts as made."""
        if kept.phase is Phase.CUTTING and kept.hand_over is not None and self.witness.stay:
            self.witness.cut.setdefault(kept.hand_over.sachet, self.now)
            self.witness.of_sachet[kept.hand_over.sachet] = self.witness.stay

    def lose_power(self, kept: Device) -> None:
        """Only memory is left, and it is left whole."""
        again = revive(remember(kept))
        lost = {name: getattr(Device(), name) for name in LOST_WITHOUT_POWER}
        assert replace(again, powered=True) == replace(kept, powered=True, **lost)
        self.motor = None
        self.device = again
        self.boot()

    def boot(self) -> None:
        assert self.device.phase is Phase.OFF
        seq, highest = self.device.seq, self.device.highest
        self.put(
            Booted(
                epoch=1, session=f"{seq:016x}", last_seq=seq, highest_command=highest, evidence=self.evidence,
                tray_occupied=self.tray is not None if self.evidence == "removed" else None,
            )
        )  # fmt: skip

    def command(self, type: str, data: dict[str, Any]) -> Mapping[str, Any] | None:
        """Send a command; its answer, None when it was crashed away or is still shown."""
        self.number += 1
        command = Command(
            command=self.number, type=type, expires=self.now + timedelta(hours=2), now=self.now,
            session=self.device.session, data=data,
        )  # fmt: skip
        self.sent.append(command)
        before = set(self.witness.granted)
        if type == "set_plan":
            self.witness.plans.append({each["moment"]: each for each in data["moments"]})
        if type == "present_now":
            self.witness.granted |= set(data["moments"])
        self.put(CommandReceived(command))
        answer = self.witness.answers.get(self.number)
        if answer is None or answer["result"] != "confirmed":
            if type == "set_plan":
                self.witness.plans.pop()
            self.witness.granted = before if type == "present_now" else self.witness.granted
        return answer

    def run_motor(self, how: str = "well") -> None:
        while self.motor is not None:
            self.one_motion(how)

    def one_motion(self, how: str) -> None:
        doing, self.motor = self.motor, None
        if doing is None:
            return
        sachet = doing.sachet
        if how == "jam":
            self.put(Jammed())
        elif how == "fail":
            self.put(CutFailed())
        elif isinstance(doing, Cut):
            self.tray = sachet
            self.put(SachetPresented())
        elif how in ("wrong", "unreadable"):
            self.put(SachetRead(sachet.roll, sachet.number + 1) if how == "wrong" else SachetRead(None, None))
        else:
            self.put(SachetRead(sachet.roll, sachet.number))

    def instants(self, place: int) -> dict[str, datetime]:
        """Those of one of the next moments that are still open or to come."""
        coming = []
        for name, each in self.witness.plans[-1].items() if self.witness.plans else ():
            own = self.witness.begun.get(name, each)
            at = read_at(own["at"])
            assert at is not None
            given = [each - self.real + self.now for each in self.witness.given_at.values()]
            if at + own["late_min"] * MINUTE >= self.now - SECOND and name not in self.device.ended:
                coming.append(
                    {
                        "early": at - own["early_min"] * MINUTE, "at": at, "window": at + own["window_min"] * MINUTE,
                        "late": at + own["late_min"] * MINUTE, "gap": max(given, default=at) + own["gap_min"] * MINUTE,
                    }
                )  # fmt: skip
        return coming[min(place, len(coming) - 1)] if coming else {}

    def go_to(self, when: datetime | None) -> None:
        if when is not None and when > self.now:
            self.real += when - self.now


class Life(Bench):
    """What happens to a device."""

    @initialize(
        evidence=st.sampled_from(["removed", "removed", "handed_out", "pressed"]), start=st.integers(0, 5)
    )
    def begin(self, evidence: str, start: int) -> None:
        self.evidence = self.witness.evidence = evidence
        self.boot()
        if start:
            self.put(TimeHeard(Clock.NTP, self.now))
            self.expect_roll(ROLLS[0])
            self.plan([0, 1, 2, 3], 40.5 if start > 2 else 0)
            self.put(RollInserted(roll=ROLLS[0], first=1, last=PER_ROLL, count=PER_ROLL))

    def plan(self, numbers: list[int], gap: float) -> None:
        """Moments that keep their names and come again at other times, or do not come again."""
        self.version += 1
        roll = ROLLS[(self.version - 1) % 2] if self.version > 3 else ROLLS[0]
        moments: list[dict[str, object]] = []
        for place, number in enumerate(sorted(numbers)):
            at = self.now + 20 * MINUTE + 45 * place * MINUTE
            sachets = [3 * number + 1, 3 * number + 2] if number != 2 else [3 * number + 1]
            moments.append(
                {
                    "moment": f"m{number}" + (f"-{self.version % 3}" if self.version > 2 else ""), "at": write_at(at),
                    "local": "", "signals": [0, 10.5], "early_min": 15, "window_min": 30, "late_min": 60.5,
                    "gap_min": gap, "roll": roll, "sachets": sachets, "whole": number == 3,
                }
            )  # fmt: skip
        sha256 = plan_sha256(moments)
        data = {
            "version": self.version,
            "sha256": sha256,
            "client_label": "",
            "roll": roll,
            "moments": moments,
        }
        self.command("set_plan", data)

    def expect_roll(self, roll: str, hours: int | None = None) -> None:
        crashing = self.crash_next
        until = write_at(self.now + timedelta(hours=hours)) if hours else None
        data = {"roll": roll, "first": 1, "last": PER_ROLL, "count": PER_ROLL, "until": until}
        answer = self.command("expect_roll", data)
        if crashing or (answer and answer["result"] == "confirmed"):
            self.witness.expected = {each.roll: each.until for each in self.device.expected}
            assert len(self.witness.expected) <= 2

    def swap_roll(self, roll: str | None, first: int = 1) -> None:
        self.put(RollRemoved())
        self.put(RollInserted(roll=roll, first=first, last=PER_ROLL, count=PER_ROLL - first + 1))

    def repair(self) -> None:
        for code in REPAIRABLE:
            self.put(FaultGone(code))
        for each in (LidClosed(), MainsRestored(90.0, None), JournalLevel(False), BatteryChanged(90.0, None)):
            self.put(each)
        for source in (Clock.NTP, Clock.NETWORK, Clock.REIK):
            self.put(TimeHeard(source, self.now if self.witness.timed else self.real))

    @rule(
        place=st.integers(0, 2), edge=st.sampled_from(INSTANTS), near=st.sampled_from([-1, 0, 0, 1]),
        takes=st.integers(0, 3),
    )  # fmt: skip
    def press_at_an_instant_that_matters(self, place: int, edge: str, near: int, takes: int) -> None:
        when = self.instants(place).get(edge)
        self.go_to(when and when + near * SECOND)
        self.put(ButtonPressed())
        self.run_motor()
        for _ in range(takes):
            self.take_from_tray()
            self.run_motor()

    @rule(how=st.sampled_from(["fail", "power before", "power after", "jam", "lid"]), repaired=st.booleans())
    def the_cut_goes_wrong_and_someone_tries_again(self, how: str, repaired: bool) -> None:
        self.go_to(self.instants(0).get("at"))
        self.put(ButtonPressed())
        if isinstance(self.motor, Advance):
            self.crash_next = how.removeprefix("power ") if how.startswith("power") else None
            self.one_motion("well")
        if how == "lid":
            self.motor = None
            self.put(LidOpened())
        else:
            self.one_motion(how)
        if repaired:
            self.repair()
        self.put(ButtonPressed())
        self.run_motor()

    @rule(how=st.sampled_from(["jam", "wrong", "unreadable", "fail"]))
    def the_motor_has_a_bad_day(self, how: str) -> None:
        self.put(ButtonPressed())
        self.run_motor(how)

    @rule()
    def take_from_tray(self) -> None:
        in_it, self.tray = self.tray, None
        if in_it is not None and self.evidence == "removed":
            self.put(SachetTaken())

    @rule(seen=st.booleans(), how=st.sampled_from(["no", "taken", "press"]))
    def what_was_given_up_falls_after_all(self, seen: bool, how: str) -> None:
        """Minutes after a cut that failed: the sensor sees it fall, or finds it when the power is back."""
        lost = self.device.lost
        if lost is None or lost.stage is not Stage.CUTTING or self.tray is not None or self.motor is not None:
            return
        if self.evidence != "removed" or self.device.stage is not None:
            return
        self.tray = lost.sachet
        if seen:
            self.put(SachetPresented())
        else:
            self.lose_power(self.device)
        if how == "taken":
            self.take_from_tray()
            assert FaultCode.TRAY_FULL not in self.device.faults
        elif how == "press":
            self.put(ButtonPressed())
            self.run_motor()

    @invariant()
    def nothing_lies_in_the_tray_in_silence(self) -> None:
        """What a sensor sees there is either being handed out, or said to be there (R24)."""
        if self.evidence == "removed" and self.tray is not None and self.device.powered:
            assert self.device.stage is Stage.TRAY or FaultCode.TRAY_FULL in self.device.faults

    @rule(
        which=st.integers(0, 2), near=st.sampled_from([-1, 0, 1]), tick=st.booleans(),
        little=st.sampled_from([0, 0, 1, 29, 30, 31, 61, 600]),
    )  # fmt: skip
    def time_passes(self, which: int, near: int, tick: bool, little: int) -> None:
        coming = sorted(each for each in self.instants(which).values() if each > self.now)
        coming += [self.device.wake_at] if self.device.wake_at else []
        if little or not coming:
            self.real += (little or 420) * SECOND
        else:
            self.go_to(coming[0] + near * SECOND)
        if tick:
            self.put(Ticked())

    @rule(off=st.sampled_from([0, 1, 600, 3 * 3600]), timed=st.booleans())
    def power_goes(self, off: int, timed: bool) -> None:
        if off > 1:
            self.tray = None
        self.real += off * SECOND
        self.lose_power(self.device)
        if timed:
            self.put(TimeHeard(Clock.NTP, self.real))

    @rule(when=st.sampled_from(["before", "after"]))
    def power_goes_in_the_midst_of_what_comes_next(self, when: str) -> None:
        self.crash_next = when

    @rule(source=st.sampled_from([Clock.NTP, Clock.NETWORK, Clock.REIK]), lie=st.sampled_from(LIES))
    def time_is_heard(self, source: Clock, lie: int) -> None:
        self.put(TimeHeard(source, (self.now if self.witness.timed else self.real) + lie * SECOND))

    @rule(
        numbers=st.lists(st.integers(0, 3), min_size=1, unique=True), gap=st.sampled_from([0, 0, 40.5, 200])
    )
    def plan_is_replaced(self, numbers: list[int], gap: float) -> None:
        self.plan(numbers, gap)

    @rule(
        place=st.integers(0, 3), which=st.integers(0, 1), release=st.booleans(),
        press=st.sampled_from(["no", "after", "before", "late"]),
    )  # fmt: skip
    def hold_or_release(self, place: int, which: int, release: bool, press: str) -> None:
        """A sachet of one of the moments; someone presses for it after, or just before, or as its time runs out."""
        if press in ("before", "late"):
            instants = self.instants(place)
            self.go_to(instants.get("at" if press == "before" else "late"))
            self.put(ButtonPressed())
            self.real += SECOND
        planned = [each for plan in self.witness.plans[-1:] for each in plan.values()]
        moment = planned[min(place, len(planned) - 1)] if planned else {"roll": ROLLS[0], "sachets": [1]}
        numbers = moment["sachets"][which:] or moment["sachets"]
        self.judge_hold(moment["roll"], numbers, release)
        assert self.witness.held == set(self.device.holds)
        self.run_motor()
        if press == "after":
            self.press_at_an_instant_that_matters(place, "at", 0, 1)

    def judge_hold(self, roll: str, numbers: list[int], release: bool) -> None:
        held, cut, crashing = {Sachet(roll, each) for each in numbers}, set(self.witness.cut), self.crash_next
        answer = self.command(
            "release_sachets" if release else "hold_sachets", {"roll": roll, "sachets": numbers}
        )
        if answer is None or crashing:
            self.witness.held = set(self.device.holds)  # answered in a crash: read from memory
        elif release and answer["result"] == "confirmed":
            self.witness.held -= held
        elif not release and answer.get("reason") not in ("unknown_roll", "expired"):
            held -= {Sachet(roll, each) for each in answer.get("sachets") or []}
            self.witness.held |= held
            assert not held & cut, "what is out is never called held"

    @rule(minutes=st.sampled_from([1, 30, 60 * 24 * 30]), resume=st.booleans())
    def pause_or_resume(self, minutes: int, resume: bool) -> None:
        if resume:
            self.command("resume", {"by": "x"})
        else:
            self.command("pause", {"until": write_at(self.now + minutes * MINUTE), "by": "x"})

    @rule(count=st.integers(1, 2), staff=st.booleans())
    def present_now(self, count: int, staff: bool) -> None:
        names = list(self.witness.plans[-1])[-count:] if self.witness.plans else ["none"]
        reason = "staff" if staff else "take_along"
        self.command("present_now", {"moments": names, "by": "x", "reason": reason})
        self.run_motor()

    @rule(which=st.integers(0, 40))
    def a_command_comes_again(self, which: int) -> None:
        if not self.sent:
            return
        command = self.sent[-1 - which % len(self.sent)]
        before = (self.device.plan, self.device.holds, self.device.expected)
        seen = command.command <= (self.device.highest or 0)
        if not seen and command.type == "set_plan":
            return  # the witness forgot it
        self.put(CommandReceived(command))
        if seen:
            plan = self.device.plan and replace(self.device.plan, warned=before[0].warned if before[0] else 0)
            assert before == (plan, self.device.holds, self.device.expected), "done once"
        else:
            self.witness.held = set(self.device.holds)
            self.witness.expected = {each.roll: each.until for each in self.device.expected}
            if command.type == "present_now":
                self.witness.granted |= set(command.data["moments"])  # type: ignore[call-overload]

    @rule(
        what=st.sampled_from(MISHAPS), roll=st.sampled_from([ROLLS[0], ROLLS[0], *ROLLS, "R-9", None]),
        number=st.integers(1, PER_ROLL),
    )  # fmt: skip
    def mishap(self, what: Input | str, roll: str | None, number: int) -> None:
        if what == "battery":
            self.put(MainsLost(10.0, 30.0))
            self.put(BatteryChanged(2.0, 1.0))
        elif what == "unlock":
            self.command("unlock", {"by": "x", "reason": "y"})
        elif what == "insert":
            self.put(RollInserted(roll=roll, first=number, last=PER_ROLL, count=PER_ROLL - number + 1))
        elif what == "by hand":
            self.put(RemovedByHand(number=number, by="x", reason="by hand"))
        elif what == "swap":
            self.swap_roll(roll, 1 if number % 2 else number)
        elif what == "expect":
            self.expect_roll(roll or ROLLS[1], number if number < 4 else None)
        elif not isinstance(what, str) and not self.lies_about_the_tray(what):
            self.put(what)

    def lies_about_the_tray(self, what: Input) -> bool:
        """Sensors may speak out of turn, but what they say of the tray is so."""
        if isinstance(what, SachetTaken):
            return self.device.hand_over is not None
        return isinstance(what, SachetPresented) and (
            self.device.phase is Phase.CUTTING or self.tray is not None or self.device.lost is not None
        )

    @rule(plan=st.booleans())
    def all_is_put_right(self, plan: bool) -> None:
        """A nurse comes by: without this most lives would end in the first fault."""
        self.crash_next = None
        self.repair()
        self.command("resume", {"by": "x"})
        roll = (self.device.plan.roll if self.device.plan else None) or ROLLS[0]
        if self.device.unlocked or self.device.roll is None or self.device.roll.roll != roll:
            self.expect_roll(roll)
            self.swap_roll(roll)
        if plan:
            self.plan([0, 1, 2, 3], 0)

    @invariant()
    def ledger_balances(self) -> None:
        """Loaded = out + presented + retained + removed + remaining, by the events and by the device alike."""
        stay, roll = self.witness.stay, self.device.roll
        assert (stay is None) == (roll is None)
        if stay is None or roll is None or not roll.countable or self.evidence == "pressed":
            return
        assert heartbeat(self.device, 1, self.now).remaining == stay.remaining
        assert {number: fate.value for number, fate in roll.fates.items()} == stay.fate

    @invariant()
    def no_moment_is_forgotten(self) -> None:
        """Every moment whose window is over has been closed, once the device has looked at a trusted clock."""
        device = self.device
        if (
            not device.powered
            or not device.clock.may_present
            or device.last_now != self.now
            or not device.plan
        ):
            return
        for each in device.plan.moments:
            if each.moment not in device.ended and self.now > each.window_ends:
                own = device.progress[each.moment].moment
                assert self.witness.closed.get(each.moment) or self.now <= own.window_ends
        for name, numbers in self.witness.out.items():
            if name in self.witness.begun and len(numbers) == len(self.witness.begun[name]["sachets"]):
                assert self.witness.closed[name][-1] == "complete"

    @invariant()
    def ended_moments_leave_nothing_to_give(self) -> None:
        """What an ended moment left on the roll it ended with is retained (R29)."""
        stay = self.witness.stay
        for name, number in self.witness.left_at_end():
            assert stay is not None
            assert stay.fate.get(number), (name, number)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
