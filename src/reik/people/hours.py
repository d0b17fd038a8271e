"""Hours by weekday in which a number is answered: past midnight runs on, holidays have hours of their own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

Hours = Mapping[str, Sequence[str]]
HOLIDAY = "h"
DAYS = (*(str(day) for day in range(1, 8)), HOLIDAY)


def check_hours(hours: Hours) -> None:
    """Raise ValueError for a day that is none of 1 (Monday) to 7 and h (holidays), and for what is no pair of times."""
    for day, span in hours.items():
        if day not in DAYS or len(span) != 2:
            raise ValueError("Hours are given by weekday, 1 to 7 or h, as 17:00 and 08:00.")
        for each in span:
            time.fromisoformat(each)


def is_open(hours: Hours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody answers at this instant. Without any hours: always.

    {"5": ["17:00", "08:00"], …}: on Friday from 17:00 until Saturday 08:00. Twice the same time: the whole day.
    """
    if not hours:
        return True
    local = at.astimezone(zone)
    day, clock = local.date(), local.time()
    return _began(hours, day, clock) or _runs_on(hours, day - timedelta(days=1), clock)


def _span(hours: Hours, day: date) -> tuple[time, time] | None:
    key = HOLIDAY if HOLIDAY in hours and day in _holidays(day.year) else str(day.isoweekday())
    given = hours.get(key)
    return (time.fromisoformat(given[0]), time.fromisoformat(given[1])) if given else None


def _began(hours: Hours, day: date, clock: time) -> bool:
    span = _span(hours, day)
    if span is None or clock < span[0]:
        return False
    return span[1] <= span[0] or clock < span[1]


def _runs_on(hours: Hours, before: date, clock: time) -> bool:
    span = _span(hours, before)
    return span is not None and span[1] <= span[0] and clock < span[1]


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))
