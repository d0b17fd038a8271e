"""What an RRULE (RFC 5545, 3.3.10) means for a roster: turns that come back by the week. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reik.people.rosters.duty import instant

DAY = timedelta(days=1)
WEEK = 7
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN = frozenset({"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"})
MOST_TIMES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """On these weekdays (0 Monday) every so many weeks, until before a local day."""

    days: tuple[int, ...]
    weeks: int
    until: date | None

    def turns(self, begins: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
        """The patterns (as arguments) of turns that begin and end at these times on the wall.

        What lasts longer than a day becomes a pattern for each day of it.
        """
        if ends - begins > WEEK * self.weeks * DAY:
            raise ValueError("it lasts longer than until it comes back.")
        bits: dict[tuple[int, time, time], int] = {}
        for day in self.days:
            for chunk, (since, until) in enumerate(_chunks(begins, ends)):
                week, weekday = divmod(day + chunk, WEEK)
                key = week, since, until
                bits[key] = bits.get(key, 0) | 1 << weekday
        monday = begins.date() - begins.weekday() * DAY
        for (week, since, until), weekdays in bits.items():
            yield {
                "weekdays": weekdays, "hours_from": since, "hours_until": until, "every_weeks": self.weeks,
                "since": monday + week * WEEK * DAY if week else begins.date(), "until": self.until,
            }  # fmt: skip


def repeated(given: Mapping[str, Sequence[Any]], begins: datetime, zone: ZoneInfo) -> Repeated:
    """Read a rule of an entry that begins at this time on the wall. Raises ValueError."""
    weeks = int(given.get("INTERVAL", [1])[0])
    freq = str(given.get("FREQ", [""])[0]).upper()
    days = tuple(sorted({_weekday(each) for each in given.get("BYDAY", [])}))
    if freq == "DAILY" and not days and (weeks == 1 or weeks % WEEK == 0):
        days, weeks = (tuple(range(WEEK)), 1) if weeks == 1 else ((begins.weekday(),), weeks // WEEK)
    elif freq != "WEEKLY":
        raise ValueError("it repeats otherwise than by the week: make separate entries of it.")
    days = days or (begins.weekday(),)
    if set(given) - KNOWN or not 1 <= weeks <= 52:
        raise ValueError("it repeats otherwise than by the week: make separate entries of it.")
    if begins.weekday() not in days:
        raise ValueError("it begins on a day on which it does not repeat.")
    if weeks > 1 and len(days) > 1 and str(given.get("WKST", ["MO"])[0]).upper() != "MO":
        raise ValueError("its weeks begin on another day than Monday.")
    how = Repeated(days=days, weeks=weeks, until=None)
    return Repeated(days=days, weeks=weeks, until=_until(given, how, begins, zone))


def every_time(how: Repeated, begins: datetime) -> list[date]:
    """The local days on which it begins, of a rule that ends. Raises ValueError when they are too many."""
    found = list[date]()
    for day in _days(how, begins):
        if how.until is not None and day >= how.until:
            return found
        if len(found) >= MOST_TIMES:
            break
        found.append(day)
    raise ValueError(f"it repeats more than {MOST_TIMES} times.")


def _days(how: Repeated, begins: datetime) -> Iterator[date]:
    monday = begins.date() - begins.weekday() * DAY
    while True:
        for weekday in how.days:
            if (day := monday + weekday * DAY) >= begins.date():
                yield day
        monday += how.weeks * WEEK * DAY


def _until(
    given: Mapping[str, Sequence[Any]], how: Repeated, begins: datetime, zone: ZoneInfo
) -> date | None:
    """The first local day on which it begins no more; UNTIL is the last instant at which it may."""
    if "COUNT" in given:
        count = int(given["COUNT"][0])
        if not 1 <= count <= MOST_TIMES:
            raise ValueError(f"it repeats more than {MOST_TIMES} times.")
        days = _days(how, begins)
        return [next(days) for _ in range(count)][-1] + DAY
    if "UNTIL" not in given:
        return None
    last = given["UNTIL"][0]
    if not isinstance(last, datetime):
        whole: date = max(last, begins.date())
        return whole + DAY
    at = last.astimezone(UTC) if last.tzinfo else instant(last.date(), last.time(), zone)
    day = at.astimezone(zone).date()
    ends = day + DAY if instant(day, begins.time(), zone) <= at else day
    return max(ends, begins.date() + DAY)


def _weekday(value: Any) -> int:
    said = str(value).upper()
    if said not in DAYS:
        raise ValueError("it repeats by the month: make separate entries of it.")
    return DAYS.index(said)


def _chunks(begins: datetime, ends: datetime) -> Iterator[tuple[time, time]]:
    while begins < ends:
        until = min(begins + DAY, ends)
        yield begins.time(), until.time()
        begins = until
