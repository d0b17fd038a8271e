"""When in a step a dosage is given (contract G). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from reik.medication.agreed.agreements import Dosage, Timing
from reik.medication.agreed.calendar import DAY, LAST, LENGTHS, instant_of, read_instant, wall_of
from reik.medication.agreed.layout import Run

# G2, in this order; a clock time and the name it is shown by (G3).
DAYPARTS = {"MORN": time(8), "NOON": time(12), "AFT": time(14), "EVE": time(20), "NIGHT": time(22)}
DEFAULTS = {
    1: (time(8),),
    2: (time(8), time(20)),
    3: (time(8), time(14), time(20)),
    4: (time(8), time(12), time(17), time(22)),
}
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00(?:\.0+)?)?", re.ASCII)


class Given(NamedTuple):
    """One planned moment of a dosage."""

    instant: datetime
    slot: str
    exact: bool


@dataclass(frozen=True, slots=True)
class ClockTimes:
    """At clock times on every n-th day or week (G4, G5, G6)."""

    slots: tuple[tuple[time, str], ...]
    every: int
    weeks: bool = False
    weekdays: frozenset[int] = frozenset(WEEKDAYS.values())
    count: int | None = None
    exact: bool = False

    def within(self, run: Run, since: datetime, until: datetime) -> Iterator[Given]:
        """Every clock time falls once in each 24-hour block from the step's start; in order."""
        left = self.count
        for wall, slot in self._walls(run, since):
            instant = instant_of(wall)
            if instant >= until or _over(run, wall, instant) or left == 0:
                return
            left = left - 1 if left is not None else None
            if instant >= since:
                yield Given(instant, slot, self.exact)

    def _walls(self, run: Run, since: datetime) -> Iterator[tuple[datetime, str]]:
        first, opening = run.start.wall.date(), run.start.wall.time()
        block = [(timedelta(0), clock, slot) for clock, slot in self.slots if clock >= opening]
        block += [(DAY, clock, slot) for clock, slot in self.slots if clock < opening]
        # G9 counts from the step's start; without a count the days before `since` need no look.
        skipped = (wall_of(since).date() - first).days - 2 if self.count is None else 0
        last = (LAST.date() - first).days
        for offset in self._offsets(max(0, skipped), last):
            day = first + timedelta(days=offset)
            for shift, clock, slot in block:
                if (date := day + shift).weekday() in self.weekdays:
                    yield datetime.combine(date, clock), slot

    def _offsets(self, skipped: int, last: int) -> Iterator[int]:
        length = self.every * (7 if self.weeks else 1)
        for begin in range(skipped // length * length, last, length):
            yield from range(begin, min(begin + 7, last)) if self.weeks else (begin,)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every so long, in elapsed time, from the step's start (G7)."""

    every: timedelta
    count: int | None = None
    exact: bool = False

    def within(self, run: Run, since: datetime, until: datetime) -> Iterator[Given]:
        number = max(0, -((run.start.instant - since) // self.every) - 1)
        while self.count is None or number < self.count:
            passed = number * self.every
            if passed >= until - run.start.instant:
                return
            instant = run.start.instant + passed
            if _over(run, None, instant):
                return
            if instant >= since:
                yield Given(instant, f"{wall_of(instant):%H:%M}", self.exact)
            number += 1


@dataclass(frozen=True, slots=True)
class Instants:
    """At these instants (G8)."""

    instants: tuple[datetime, ...]

    def within(self, run: Run, since: datetime, until: datetime) -> Iterator[Given]:
        for instant in self.instants:
            if max(since, run.start.instant) <= instant < until and not _over(run, None, instant):
                yield Given(instant, f"{wall_of(instant):%H:%M}", True)


When = ClockTimes | Elapsed | Instants


def _over(run: Run, wall: datetime | None, instant: datetime) -> bool:
    """F9: whether it lies after the step. Steps meet on the wall clock, so clock times are compared there."""
    if run.end is None:
        return False
    if run.end.inclusive:
        return instant > run.end.at.instant
    return wall >= run.end.at.wall if wall is not None else instant >= run.end.at.instant


def clock_time(written: str) -> time | None:
    """A time of day in whole minutes; None for others."""
    match = _CLOCK.fullmatch(written)
    return time(int(match[1]), int(match[2])) if match is not None else None


def named_slots(timing: Timing) -> tuple[tuple[time, str], ...]:
    """G2, G3: the clock times that the dosage names, each once."""
    clocks = {clock for written in timing.times if (clock := clock_time(written)) is not None}
    if clocks:
        return tuple((clock, f"{clock:%H:%M}") for clock in sorted(clocks))
    return tuple((clock, name) for name, clock in DAYPARTS.items() if name in timing.dayparts)


def default_slots(frequency: int) -> tuple[tuple[time, str], ...]:
    return tuple((clock, f"{clock:%H:%M}") for clock in DEFAULTS[frequency])


def when(dosage: Dosage) -> When:
    """How its moments are found; only for a dosage without a refusal (H5)."""
    timing = dosage.timing
    if timing.events:
        found = {instant for event in timing.events if (instant := read_instant(event)) is not None}
        return Instants(tuple(sorted(found)))
    count = int(timing.count) if timing.count is not None else None
    if timing.unit in ("h", "min"):
        length = (timing.period or Decimal(1)) * LENGTHS[timing.unit]
        return Elapsed(_elapsed_time(length), count, timing.exact)
    slots = named_slots(timing)
    if not slots:
        slots = default_slots(1 if timing.unit == "wk" else int(timing.frequency or 1))
    return ClockTimes(
        slots,
        every=int(timing.period or 1),
        weeks=timing.unit == "wk",
        weekdays=frozenset(WEEKDAYS[day] for day in timing.weekdays) or frozenset(WEEKDAYS.values()),
        count=count,
        exact=timing.exact and bool(timing.times),  # G10
    )


def _elapsed_time(length: Decimal) -> timedelta:
    """At most ten thousand years: then it is given once."""
    return timedelta(microseconds=int(min(length, Decimal(10_000 * 366 * 86_400)) * 1_000_000))
