"""A household around a device: who presses when, takes what out of the tray, refills and forgets. Seeded, no I/O.

All delays of people follow the plan's own minutes, so that a plan of "45 seconds" gives a day in seconds.
`Home` runs one device with its household in virtual time; `reik_simulator.fleet` runs the same over MQTT.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from reik_dispenser.capabilities import REIK_OPEN
from reik_dispenser.inputs import (
    Booted,
    ButtonPressed,
    HelpPressed,
    Input,
    RollInserted,
    RollRemoved,
    SachetTaken,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import step
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Clock, Event
from reik_dispenser.outputs import Advance, Cut, Output, Record, Screen, SetClock, Show
from reik_dispenser.roll import ExpectedRoll, Moment
from reik_dispenser.state import Device, Plan
from reik_simulator.faults import FaultRates, Mechanism

HANDLING = timedelta(seconds=0.5)
"""Between taking a roll out and putting the next one in, where timers are never quite on time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a household lives: weights of what becomes of a moment, and how quick it is.

    `promptness` above 1 presses sooner in the window, below 1 later. `takes_within` is the part of the window
    in which a sachet is taken from the tray; `leaves_in_tray` the chance that it is left lying. `by_hand`: this
    household does nothing by itself but put in a roll; somebody else presses and takes.
    """

    name: str
    in_time: float = 1.0
    early: float = 0.0
    late: float = 0.0
    never: float = 0.0
    promptness: float = 2.0
    takes_within: float = 0.05
    leaves_in_tray: float = 0.0
    presses_for_nothing: float = 0.0
    calls_for_help: float = 0.0
    refills_after_s: float = 120.0
    by_hand: bool = False


PROFILES = {
    each.name: each
    for each in (
        Profile(name="steady", in_time=0.97, early=0.02, late=0.01, promptness=4.0),
        Profile(name="ordinary", in_time=0.88, early=0.04, late=0.05, never=0.03, presses_for_nothing=0.05),
        Profile(
            name="forgetful",
            in_time=0.6,
            late=0.2,
            never=0.2,
            promptness=0.8,
            takes_within=0.3,
            leaves_in_tray=0.1,
        ),
        Profile(name="late_riser", in_time=0.35, late=0.6, never=0.05, promptness=0.5),
        Profile(
            name="restless", in_time=0.75, early=0.2, late=0.05, presses_for_nothing=1.0, calls_for_help=0.1
        ),
        Profile(name="absent", in_time=0.0, never=1.0, by_hand=True),
    )
}


@dataclass(frozen=True, slots=True)
class Coming:
    """What will happen, at an instant of the device's clock."""

    at: datetime
    input: Input


class Household:
    """Decides once for each moment, and answers what the screen says."""

    def __init__(self, profile: Profile, random: Random, *, speed: float = 1.0) -> None:
        self.profile = profile
        self._random = random
        self._speed = speed
        self._decided: set[tuple[str, datetime]] = set()
        self._refilling: tuple[str | None, int] | None = None
        self._refill_at: datetime | None = None
        self._waiting: set[tuple[str, datetime]] = set()
        self._looked_at: Plan | None = None

    def looks(self, device: Device, now: datetime) -> list[Coming]:
        """What the household decides by what stands before it: moments of the plan, and a roll that is due."""
        coming = self._refill(device, now)
        if device.plan is None or device.plan is self._looked_at:
            return coming
        self._looked_at = device.plan
        for moment in device.plan.moments:
            if (moment.moment, moment.at) not in self._decided and moment.late_ends >= now:
                self._decided.add((moment.moment, moment.at))
                coming += self._decide(moment, now)
        return coming

    def _decide(self, moment: Moment, now: datetime) -> list[Coming]:
        profile = self.profile
        kinds, weights = ("in_time", "early", "late", "never"), (
            profile.in_time, profile.early, profile.late, profile.never,
        )  # fmt: skip
        kind = self._random.choices(kinds, weights)[0]
        window = moment.window_ends - moment.at
        coming = []
        if self._random.random() < profile.presses_for_nothing:
            coming.append(Coming(moment.at - self._random.uniform(1, 3) * window, ButtonPressed()))
        if self._random.random() < profile.calls_for_help:
            coming.append(Coming(moment.at + self._random.random() * window, HelpPressed()))
        if kind != "never":
            coming.append(Coming(self._instant(kind, moment), ButtonPressed()))
        return [each for each in coming if each.at >= now]

    def _instant(self, kind: str, moment: Moment) -> datetime:
        part: float = self._random.random()
        if kind == "early" and moment.early_min:
            return moment.at - part * (moment.at - moment.opens_early)
        if kind == "late" and moment.late_min > moment.window_min:
            return moment.window_ends + part * (moment.late_ends - moment.window_ends)
        return moment.at + float(part**self.profile.promptness) * (moment.window_ends - moment.at)

    def sees(self, output: Output, device: Device, now: datetime) -> list[Coming]:
        """The answer to what the device shows or does."""
        if not isinstance(output, Show) or self.profile.by_hand:
            return []
        hand_over = device.hand_over
        if output.screen is Screen.TAKE_FROM_TRAY and hand_over is not None:
            return self._take(device, now)
        if output.screen is Screen.EMPTY_TRAY_FIRST:
            # What was left lying is taken now, and then the button is tried again.
            taken = now + self._seconds(5)
            return [Coming(taken, SachetTaken()), Coming(taken + self._seconds(5), ButtonPressed())]
        until = output.values.get("until")
        if output.screen is Screen.WAIT_UNTIL and isinstance(until, datetime) and until > now:
            asked = (str(output.values.get("moment")), until)
            if asked not in self._waiting:
                self._waiting.add(asked)
                return [Coming(until + self._seconds(2), ButtonPressed())]
        return []

    def _take(self, device: Device, now: datetime) -> list[Coming]:
        if not device.senses_removal or self._random.random() < self.profile.leaves_in_tray:
            return []
        opened = device.open_moments
        window = opened[0].moment.window_ends - opened[0].moment.at if opened else timedelta(minutes=10)
        wait = self._random.random() * self.profile.takes_within * window
        return [Coming(now + max(wait, self._seconds(1)), SachetTaken())]

    def _refill(self, device: Device, now: datetime) -> list[Coming]:
        """Put in the roll that the device expects, once for each occasion."""
        if self._refill_at is not None and now <= self._refill_at + HANDLING:
            return []  # the old roll is out already and the next one is in her hands
        roll = device.roll
        needs = (
            roll is None
            or (roll.countable and roll.remaining <= 0)
            or (not roll.countable and device.mains)
            or self._is_out_of_use(device, now)
        )
        due = self._next_roll(device, now) if needs else None
        if due is None:
            return []
        occasion = (due.roll, device.stays)
        if occasion == self._refilling:
            return []
        self._refilling = occasion
        first = due.first
        if roll is not None and roll.roll == due.roll:
            first = next((n for n in range(roll.first, roll.last + 1) if roll.has(n)), roll.last)
        number = min(due.count, due.last - first + 1)
        at = now + self._seconds(self.profile.refills_after_s * self._random.uniform(0.5, 1.5))
        self._refill_at = at
        inserted = RollInserted(roll=due.roll, first=first, last=due.last, count=number, by="household")
        return (
            [Coming(at, RollRemoved("household")), Coming(at, inserted)]
            if roll and roll.countable
            else [Coming(at, inserted)]
        )

    def _is_out_of_use(self, device: Device, now: datetime) -> bool:
        """Whether all that is still to come lies on other rolls, and nobody would miss what this one still holds."""
        roll, plan = device.roll, device.plan
        if roll is None or plan is None or device.hand_over is not None:
            return False
        if device.open_moments and not self.profile.by_hand:
            return False
        coming = {moment.roll for moment in plan.moments if moment.at > now}
        return bool(coming) and roll.roll not in coming

    def _next_roll(self, device: Device, now: datetime) -> ExpectedRoll | None:
        """The roll to put in: that of now when it was unlocked, else the first expected one that is not used up."""
        named = {each.roll for each in device.plan.moments if each.at > now} if device.plan else set()
        for each in sorted(device.expected, key=lambda expected: expected.roll not in named):
            used = len(device.used.get(each.roll, ()))
            loaded = device.roll is not None and device.roll.roll == each.roll and device.roll.countable
            if not loaded and used < each.count:
                return each
        return None

    def _seconds(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds / self._speed)


@dataclass(slots=True)
class Home:
    """One device with its household and mechanics in virtual time; `events` is all that it would have sent.

    `now` is both the device's clock and the world's: NTP tells the truth at every start.
    """

    now: datetime
    household: Household
    mechanism: Mechanism
    device: Device = field(default_factory=Device)
    events: list[Event] = field(default_factory=list)
    _coming: list[tuple[datetime, int, Input]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def start(self, *, evidence: str = "removed") -> None:
        """Switch on, and again after the power was away."""
        occupied = self.mechanism.tray is not None if evidence == "removed" else None
        seq, highest = self.device.seq, self.device.highest
        self.put(
            Booted(
                epoch=max(1, self.device.epoch), last_seq=seq, highest_command=highest, session=f"{seq:016x}",
                evidence=evidence, tray_occupied=occupied,
                capabilities=REIK_OPEN.to_data() if evidence == REIK_OPEN.evidence else {},
            )
        )  # fmt: skip
        self.put(TimeHeard(Clock.NTP, self.now))

    def power_cut(self, off: timedelta) -> None:
        """The power goes, battery and all; only memory is left. What people do meanwhile is lost on the device."""
        self.device = revive(remember(self.device))
        self.mechanism.stop()
        self.now += off
        self._coming = [each for each in self._coming if each[0] > self.now]
        heapq.heapify(self._coming)
        self.start(evidence=self.device.evidence)

    def put(self, input: Input) -> None:
        """Something happens now."""
        self.mechanism.notes(input)
        self.device, outputs = step(self.device, input, self.now)
        for output in outputs:
            self._answer(output)
        self.expect(self.household.looks(self.device, self.now))

    def _answer(self, output: Output) -> None:
        if isinstance(output, Record):
            self.events.append(output.event)
        elif isinstance(output, SetClock):
            self.now = output.to
        elif isinstance(output, Advance | Cut):
            self.expect(Coming(self.now + after, input) for after, input in self.mechanism.moves(output))
        self.expect(self.household.sees(output, self.device, self.now))

    def expect(self, coming: Iterable[Coming]) -> None:
        """Remember what will happen."""
        for each in coming:
            heapq.heappush(self._coming, (each.at, next(self._numbers), each.input))

    @property
    def next_at(self) -> datetime | None:
        """When something happens next, if nothing is put before; None: never."""
        upcoming = self._coming[0][0] if self._coming else None
        found = [each for each in (self.device.wake_at, upcoming) if each is not None]
        return max(self.now, min(found)) if found else None

    def run_until(self, when: datetime) -> None:
        """Let time pass, from one thing to the next."""
        while True:
            wake = self.device.wake_at or when
            upcoming = self._coming[0][0] if self._coming else when
            at = min(max(self.now, min(wake, upcoming)), when)
            self.now = at
            if self._coming and self._coming[0][0] <= at:
                self.put(heapq.heappop(self._coming)[2])
            elif at >= when:
                self.put(Ticked())
                return
            else:
                self.put(Ticked())


def home(now: datetime, profile: str | Profile, seed: int, rates: FaultRates | None = None) -> Home:
    """A home that lives the same life for the same seed."""
    random = Random(seed)  # noqa: S311 - a household, no secret
    known = PROFILES[profile] if isinstance(profile, str) else profile
    return Home(now, Household(known, random), Mechanism(random, rates or FaultRates()))


def profiles_for(number: int, names: Sequence[str], random: Random) -> list[Profile]:
    """A profile for each of so many homes: those named in turn, or a mix in which most are ordinary."""
    if names:
        return [PROFILES[names[each % len(names)]] for each in range(number)]
    mix = {"steady": 50, "ordinary": 30, "forgetful": 8, "late_riser": 5, "restless": 5, "absent": 2}
    return [PROFILES[name] for name in random.choices(list(mix), list(mix.values()), k=number)]
