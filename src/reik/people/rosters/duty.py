"""Who stands on a roster when, and in which hours nobody does. Pure (R47, N3).

A turn belongs to the local day on which it begins: what begins on the evening before Christmas runs on into it.
Hours are wall-clock times of the roster's zone; an hour that a spring night leaves out begins at the next that
exists, and of an hour that an autumn night has twice a turn begins and ends in the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.people.opening import is_public_holiday

DAY = timedelta(days=1)
HOLIDAY = 1 << 7
"""The bit of a pattern's weekdays that stands for a public holiday; bit 0 is Monday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A turn that comes back each `every_weeks` weeks; `hours_until` equal to `hours_from` is a whole day."""

    member_id: UUID
    weekdays: int
    hours_from: time
    hours_until: time
    since: date
    until: date | None = None
    every_weeks: int = 1
    place: int = 1

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def on_week(self, day: date) -> bool:
        return (_monday(day) - _monday(self.since)).days // 7 % self.every_weeks == 0

    def begins_on(self, day: date, *, holiday: bool) -> bool:
        """Whether its turn begins on this local day; `holiday`: a day on which only patterns for holidays hold."""
        bit = HOLIDAY if holiday else 1 << day.weekday()
        return self.in_force(day) and self.on_week(day) and bool(self.weekdays & bit)

    def turn(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when until when the turn that begins on this day lasts, in UTC; nothing when both are the same."""
        last = day if self.hours_until > self.hours_from else day + DAY
        return instant(day, self.hours_from, zone), instant(last, self.hours_until, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A stretch of time in which someone is `on` (at this place) or not, otherwise than the pattern says."""

    member_id: UUID
    on: bool
    starts_at: datetime
    ends_at: datetime
    place: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Someone stands at a place from one instant until before another."""

    starts_at: datetime
    ends_at: datetime
    place: int
    member_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Gap:
    """Nobody stands on the roster from one instant until before another."""

    starts_at: datetime
    ends_at: datetime


def stretches(
    patterns: Sequence[Pattern],
    exceptions: Iterable[Otherwise],
    zone: ZoneInfo,
    since: datetime,
    until: datetime,
) -> list[Stretch]:
    """Who stands when, between two instants, by beginning and then by place.

    `exceptions` in the order in which they were made: a later one holds above an earlier one. Who would stand at
    two places at once stands at the first of them.
    """
    found = [each for each in _by_pattern(patterns, zone, since, until) if each.ends_at > each.starts_at]
    for exception in exceptions:
        found = [part for each in found for part in _without(each, exception)]
        if exception.on:
            found.append(
                Stretch(
                    starts_at=exception.starts_at, ends_at=exception.ends_at,
                    place=exception.place, member_id=exception.member_id,
                )
            )  # fmt: skip
    members = dict.fromkeys(each.member_id for each in found)
    joined = [part for member in members for part in _joined([e for e in found if e.member_id == member])]
    cut = (_between(each, since, until) for each in joined)
    return sorted((each for each in cut if each), key=_order)


def standing(
    patterns: Sequence[Pattern], exceptions: Iterable[Otherwise], zone: ZoneInfo, at: datetime
) -> list[Stretch]:
    """Who stands at an instant, first place first."""
    now = stretches(patterns, exceptions, zone, at, at + timedelta(microseconds=1))
    return sorted(now, key=lambda each: (each.place, str(each.member_id)))


def gaps(found: Iterable[Stretch], since: datetime, until: datetime) -> list[Gap]:
    """The hours between two instants in which nobody stands: all that no stretch covers."""
    left, at = list[Gap](), since
    for each in sorted(found, key=_order):
        if each.starts_at > at:
            left.append(Gap(starts_at=at, ends_at=min(each.starts_at, until)))
        at = max(at, each.ends_at)
        if at >= until:
            return left
    return [*left, Gap(starts_at=at, ends_at=until)] if at < until else left


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which the clock first shows this time, or a later one, on this local day; in UTC."""
    local = datetime.combine(day, wall, zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(found, zone)


def days_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """A stretch in pieces of at most a day, each beginning at the same time on the wall."""
    begins = starts_at.astimezone(zone)
    day, at = begins.date(), starts_at
    while at < ends_at:
        day += DAY
        until = min(instant(day, begins.time(), zone), ends_at)
        yield at, until
        at = until


def _end_of_gap(after: datetime, zone: ZoneInfo) -> datetime:
    """Where the clock leaps: the last change of the offset before an instant that lies behind it."""
    low, high = after - timedelta(hours=3), after
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, high)
    return high.replace(microsecond=0)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _order(each: Stretch) -> tuple[datetime, int, str]:
    return each.starts_at, each.place, str(each.member_id)


def _by_pattern(
    patterns: Sequence[Pattern], zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[Stretch]:
    day, last = since.astimezone(zone).date() - DAY, until.astimezone(zone).date()
    while day <= last:
        holiday = is_public_holiday(day) and any(
            each.weekdays & HOLIDAY and each.in_force(day) for each in patterns
        )
        for each in patterns:
            if each.begins_on(day, holiday=holiday):
                starts_at, ends_at = each.turn(day, zone)
                yield Stretch(
                    starts_at=starts_at, ends_at=ends_at, place=each.place, member_id=each.member_id
                )
        day += DAY


def _without(stretch: Stretch, exception: Otherwise) -> Iterator[Stretch]:
    """What an exception of the same person leaves of a stretch."""
    if stretch.member_id != exception.member_id:
        yield stretch
        return
    before = _between(stretch, stretch.starts_at, exception.starts_at)
    after = _between(stretch, exception.ends_at, stretch.ends_at)
    yield from (each for each in (before, after) if each)


def _between(each: Stretch, since: datetime, until: datetime) -> Stretch | None:
    starts_at, ends_at = max(each.starts_at, since), min(each.ends_at, until)
    if ends_at <= starts_at:
        return None
    return Stretch(starts_at=starts_at, ends_at=ends_at, place=each.place, member_id=each.member_id)


def _joined(mine: Sequence[Stretch]) -> Iterator[Stretch]:
    """One person's stretches without overlap: at each instant her first place; what touches becomes one."""
    edges = sorted({edge for each in mine for edge in (each.starts_at, each.ends_at)})
    kept: Stretch | None = None
    for starts_at, ends_at in pairwise(edges):
        places = [e.place for e in mine if e.starts_at <= starts_at and e.ends_at >= ends_at]
        if kept and not (places and min(places) == kept.place and kept.ends_at == starts_at):
            yield kept
            kept = None
        if places:
            begun = kept.starts_at if kept else starts_at
            kept = Stretch(starts_at=begun, ends_at=ends_at, place=min(places), member_id=mine[0].member_id)
    if kept:
        yield kept
