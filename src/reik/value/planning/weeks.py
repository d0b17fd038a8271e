"""A usual week out of many planned days: which visits come back, on which weekdays, how long. Pure (R64)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median

NEAR_MIN = 45
"""Visits of which the begins lie no further apart than this from the one before are the same moment of the day."""
MOST_MIN = 90
"""And no further than this from the first of them, so that a day full of visits is not one moment."""


@dataclass(frozen=True, slots=True)
class Known:
    """One planned visit for medication: its day and wall-clock begin; minutes."""

    day: date
    at: time
    minutes: float
    travel: float | None
    unique: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekVisit:
    """One moment of the usual week. `weekdays`: bits, Monday 1. `seen`: on how many days it rests.

    `travel` is None where no leg is known: then nothing is claimed.
    """

    at: time
    weekdays: int
    unique: bool
    care: float
    travel: float | None
    seen: int


def week_from(visits: Sequence[Known], first: date, last: date) -> list[WeekVisit]:
    """A weekday counts where at least half of these weekdays from `first` to `last` have the visit."""
    days = Counter((first + timedelta(n)).weekday() for n in range((last - first).days + 1))
    groups: list[list[Known]] = []
    for each in sorted(visits, key=lambda each: (each.at, each.day)):
        at = _minute(each.at)
        if (
            groups
            and at - _minute(groups[-1][-1].at) <= NEAR_MIN
            and at - _minute(groups[-1][0].at) <= MOST_MIN
        ):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [week for group in groups if (week := _moment(group, days)) is not None]


def _moment(group: Sequence[Known], days: Counter[int]) -> WeekVisit | None:
    on = Counter(day.weekday() for day in {each.day for each in group})
    weekdays = sum(1 << day for day, n in on.items() if n * 2 >= days[day])
    if not weekdays:
        return None
    middle = round(median(_minute(each.at) for each in group) / 5) * 5 % (24 * 60)
    legs = [each.travel for each in group if each.travel is not None]
    return WeekVisit(
        at=time(middle // 60, middle % 60), weekdays=weekdays,
        unique=sum(each.unique for each in group) * 2 > len(group), care=median(each.minutes for each in group),
        travel=median(legs) if legs else None, seen=len({each.day for each in group}),
    )  # fmt: skip


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
