"""A household around a device: who presses when, takes what out of the tray, refills and forgets. Seeded, no I/O.

All delays of people follow the plan's own minutes, so that a plan of "45 seconds" gives a day in seconds.
`reik_simulator.home` runs one device with its household in virtual time; `reik_simulator.fleet` does so over MQTT.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from reik_dispenser.inputs import (
    ButtonPressed,
    HelpPressed,
    Input,
    RollInserted,
    RollRemoved,
    SachetTaken,
)
from reik_dispenser.outputs import Output, Screen, Show
from reik_dispenser.roll import ExpectedRoll, Moment
from reik_dispenser.state import Device, Plan
from reik_simulator.profiles import Profile

HANDLING = timedelta(seconds=0.5)
"""Between taking a roll out and putting the next one in, where timers are never quite on time."""


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
