"""When a pharmacy can be reached: opening hours, working days and Dutch holidays. Pure (R20, R23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
FARTHEST = 60
"""Days that are looked ahead (or back) for an open one; a pharmacy without any is never open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Opening hours by ISO weekday (1 Monday): (from, until), both local. Closed on public holidays and `closed_on`."""

    hours: Mapping[int, tuple[time, time]]
    closed_on: frozenset[date] = frozenset()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))

    def hours_of(self, day: date) -> tuple[time, time] | None:
        """From when until when it is open on this local day; None when it is closed all day."""
        if day in self.closed_on or day in _public_holidays(day.year):
            return None
        return self.hours.get(day.isoweekday())

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        hours = self.hours_of(local.date())
        return hours is not None and hours[0] <= local.time() < hours[1]

    def next_open(self, at: datetime) -> datetime | None:
        """The first instant from `at` on at which it is open; None when it never is."""
        if self.is_open(at):
            return at
        day = at.astimezone(self.zone).date()
        for ahead in range(FARTHEST):
            hours = self.hours_of(day + ahead * DAY)
            if hours is not None:
                opens = datetime.combine(day + ahead * DAY, hours[0], self.zone).astimezone(UTC)
                if opens >= at:
                    return opens
        return None

    def working_days_before(self, day: date, number: int) -> date:
        """The open day that lies `number` open days before this local day; the day itself is not counted."""
        return self._counted(day, number, -DAY)

    def working_days_after(self, day: date, number: int) -> date:
        """The open day that lies `number` open days after this local day; the day itself is not counted."""
        return self._counted(day, number, DAY)

    def _counted(self, day: date, number: int, step: timedelta) -> date:
        looked = 0
        while number > 0 and looked < FARTHEST:
            day += step
            looked += 1
            if self.hours_of(day) is not None:
                number -= 1
        return day


OFFICE_HOURS = Opening(hours={day: (time(8, 30), time(17, 30)) for day in range(1, 6)})
"""What is reckoned with where a pharmacy's own hours are not known."""


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NL", years=year))


def is_public_holiday(day: date) -> bool:
    """Whether this local day is a Dutch public holiday."""
    return day in _public_holidays(day.year)


def opening_of(hours: Mapping[str, Sequence[str]], closed_on: Sequence[str], zone: str) -> Opening:
    """From its JSON values: {"1": ["08:30", "17:30"], …} and ISO dates. Raises ValueError for what is no time."""
    return Opening(
        hours={int(day): (time.fromisoformat(each[0]), time.fromisoformat(each[1])) for day, each in hours.items()},
        closed_on=frozenset(date.fromisoformat(each) for each in closed_on),
        zone=ZoneInfo(zone),
    )  # fmt: skip
