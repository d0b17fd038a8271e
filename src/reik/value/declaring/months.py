"""A calendar month, and whole days from one to another. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


class MonthRefused(ValueError):
    """There is no such month to declare; the message says what to give."""


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its first day."""

    first: date

    @property
    def until(self) -> date:
        return (self.first + 31 * DAY).replace(day=1)

    @property
    def length(self) -> int:
        return (self.until - self.first).days

    @property
    def days(self) -> Iterator[date]:
        return (self.first + n * DAY for n in range(self.length))

    @property
    def before(self) -> Month:
        return Month((self.first - DAY).replace(day=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_of(text: str) -> Month:
    """ "2026-10". Raises MonthRefused."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise MonthRefused("Give a month as 2026-10.")
    return Month(date(int(text[:4]), int(text[5:]), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole local days from `since` on; `until` is the last one, None: it goes on."""

    since: date
    until: date | None = None

    def has(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)
