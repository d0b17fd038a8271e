"""Wall clock and instants in Europe/Amsterdam, and dates as they are written (contract C). Pure.

A wall time is a naive datetime; an instant is an aware one in UTC. Dates outside the years 1000 to 9990 are
held at that edge: they stand for "always" and "never".
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reik.medication.agreed.agreements import Span

ZONE_NAME = "Europe/Amsterdam"  # C1
ZONE = ZoneInfo(ZONE_NAME)
FIRST, LAST = datetime(1000, 1, 1), datetime(9990, 1, 1)  # wall  # noqa: DTZ001
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DAY_S = 86_400
LENGTHS = {"s": 1, "min": 60, "h": 3600, "d": DAY_S, "wk": 7 * DAY_S}
MONTHS = {"mo": 1, "a": 12}
CALENDAR_UNITS = frozenset({"d", "wk", "mo", "a"})
_MOST_S = 10_000 * 366 * DAY_S
_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?",
    re.ASCII,
)


class Point(NamedTuple):
    """A point in time with the wall time it was meant as (02:30 stays 02:30 in the spring gap)."""

    instant: datetime
    wall: datetime


class End(NamedTuple):
    """Where a period ends; `inclusive` when a moment exactly there still counts (C5)."""

    at: Point
    inclusive: bool


@lru_cache(maxsize=100_000)
def instant_of(wall: datetime) -> datetime:
    """C2: in the spring gap the first valid instant, in the autumn fold the first pass."""
    wall = min(max(wall.replace(fold=0), FIRST), LAST)
    offset = _offset_of(wall.date())
    if offset is not None:
        return wall.replace(tzinfo=UTC) - offset
    instant = wall.replace(tzinfo=ZONE).astimezone(UTC)
    return instant if wall_of(instant) == wall else _end_of_gap(wall, instant)


@lru_cache(maxsize=20_000)
def _offset_of(day: date) -> timedelta | None:
    """The offset of a day on which it does not change."""
    midnight = datetime.combine(day, time(), tzinfo=ZONE)
    offset = midnight.utcoffset()
    return offset if offset == (midnight + DAY).utcoffset() else None


def _end_of_gap(wall: datetime, after: datetime) -> datetime:
    before = wall.replace(tzinfo=ZONE, fold=1).astimezone(UTC)
    offset = before.astimezone(ZONE).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(ZONE).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def wall_of(instant: datetime) -> datetime:
    return instant.astimezone(ZONE).replace(tzinfo=None, fold=0)


def at_wall(wall: datetime) -> Point:
    wall = min(max(wall, FIRST), LAST)
    return Point(instant_of(wall), wall)


def at_instant(instant: datetime) -> Point:
    return Point(instant, wall_of(instant))


def midnight(day: date) -> datetime:
    """The instant at which a local day begins."""
    return instant_of(datetime.combine(day, time()))


def usable(span: Span | None) -> Span | None:
    """The span if it can be counted with: a whole number of months or years, or at least a second of the rest."""
    if span is None or span.value is None or span.value <= 0:
        return None
    if span.unit in MONTHS:
        return span if span.value == span.value.to_integral_value() else None
    length = seconds(span)
    return span if length is not None and length >= 1 else None


def seconds(span: Span) -> Decimal | None:
    """Its nominal length; None for months and years, whose length differs, and for what cannot be counted."""
    if span.value is None or span.unit not in LENGTHS:
        return None
    return span.value * LENGTHS[span.unit]


def plus(point: Point, span: Span, times: int = 1) -> Point:
    """C1: d, wk, mo and a step on the wall clock, h, min and s are elapsed time. `span` is usable."""
    assert span.value is not None
    if span.unit in MONTHS:
        return at_wall(_add_months(point.wall, span.value * MONTHS[span.unit] * times))
    length = min((seconds(span) or Decimal(0)) * times, Decimal(_MOST_S))
    step = timedelta(microseconds=int(length * 1_000_000))
    try:
        if span.unit in CALENDAR_UNITS:
            return at_wall(point.wall + step)
        return at_instant(min(point.instant + step, instant_of(LAST)))
    except OverflowError:
        return at_wall(LAST)


def _add_months(wall: datetime, months: Decimal) -> datetime:
    """C3: clamped to the last day of the month."""
    if months > 12 * LAST.year:
        return LAST
    count = wall.year * 12 + wall.month - 1 + int(months)
    year, month = count // 12, count % 12 + 1
    if year >= LAST.year:
        return LAST
    return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))


def read_point(written: str) -> Point | None:
    """C4: a date-time of a period; None when it cannot be read without a guess."""
    read = _read(written)
    if read is None:
        return None
    wall, offset = read
    if offset is None:
        return at_wall(wall)
    return _placed(wall, offset)


def read_end(written: str) -> End | None:
    """C5: 23:59:59 and a date without time last until the next local midnight."""
    read = _read(written)
    if read is None:
        return None
    wall, offset = read
    if "T" not in written or (offset is None and wall.time() >= time(23, 59, 59)):
        day = min(datetime.combine(wall.date(), time()), LAST)
        return End(at_wall(day + DAY), inclusive=False)
    point = _placed(wall, offset) if offset is not None else at_wall(wall)
    return End(point, inclusive=True) if point is not None else None


def read_instant(written: str | None) -> datetime | None:
    """A date-time as the instant that it is; None without a time or without an offset."""
    match = _DATETIME.fullmatch(written or "")
    if match is None or match[6] is None:
        return None
    wall = _wall(match)
    point = _placed(wall, _offset(match[6])) if wall is not None else None
    return point.instant if point is not None else None


def _placed(wall: datetime, offset: timezone) -> Point | None:
    if not FIRST < wall < LAST:
        return at_wall(wall)
    return at_instant(wall.replace(tzinfo=offset).astimezone(UTC))


def _read(written: str) -> tuple[datetime, timezone | None] | None:
    """Wall time and offset as written; no offset where it does not matter (C4)."""
    match = _DATETIME.fullmatch(written)
    wall = _wall(match) if match is not None else None
    if match is None or wall is None:
        return None
    whole_day = match[2] is None or wall.time() == time() or wall.time() >= time(23, 59, 59)
    if whole_day:
        return wall, None
    return (wall, _offset(match[6])) if match[6] is not None else None


def _wall(match: re.Match[str]) -> datetime | None:
    fraction = (match[5] or "").ljust(6, "0")[:6]
    try:
        day = date.fromisoformat(match[1])
    except ValueError:
        return None
    clock = time(int(match[2] or 0), int(match[3] or 0), int(match[4] or 0), int(fraction))
    return datetime.combine(day, clock)


def _offset(written: str) -> timezone:
    if written == "Z":
        return UTC
    length = timedelta(hours=int(written[1:3]), minutes=int(written[4:6]))
    return timezone(-length if written[0] == "-" else length)
