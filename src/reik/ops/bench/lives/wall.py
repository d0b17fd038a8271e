"""Clocks and turns of the reference, by arithmetic of its own: no zone tables, no rules of Reik."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID

from reik.alerting.policy import RouteStep
from reik.ops.bench.lives.cases import LAST_RESORT, Case, place
from reik.people.rosters.duty import Pattern

MIN = 60_000
HOUR, DAY = 60 * MIN, 24 * 60 * MIN
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE = timedelta(milliseconds=1)
FIRST = date(1970, 1, 1)


def ms(at: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return (at - EPOCH) // ONE


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[int, int]:
    """From the last Sunday of March until the last of October, 01:00 UTC."""
    found = []
    for month in (3, 10):
        last = date(year, month, 31)
        last -= timedelta(days=(last.weekday() + 1) % 7)
        found.append((last - FIRST).days * DAY + HOUR)
    return found[0], found[1]


def offset(at: int, zone: str) -> int:
    """How far the wall is ahead of UTC. Bonaire has one time, all year."""
    if zone == "America/Kralendijk":
        return -4 * HOUR
    since, until = _summer((EPOCH + at * ONE).year)
    return 2 * HOUR if since <= at < until else HOUR


def within(hours: tuple[time, time] | None, at: int, zone: str) -> bool:
    """Whether the wall then shows a time within these hours; they may run past midnight."""
    if hours is None:
        return True
    shows = (at + offset(at, zone)) % DAY
    since, until = ((each.hour * 60 + each.minute) * MIN for each in hours)
    return (shows - since) % DAY < (until - since) % DAY


def instant(day: int, minutes: int, zone: str) -> int:
    """When the wall shows this first on this day (of 1970); where it never does, when it leaps over it."""
    wall = day * DAY + minutes * MIN
    for ahead in (-4 * HOUR,) if zone == "America/Kralendijk" else (2 * HOUR, HOUR):
        if offset(wall - ahead, zone) == ahead:
            return wall - ahead
    return _summer((EPOCH + wall * ONE).year)[0]


def who(case: Case, step: RouteStep, now: int) -> tuple[UUID, UUID | None]:
    """Who of the step's roster is called, and over which other way."""
    assert step.roster_id is not None
    stand: dict[UUID, int] = {}
    for pattern in case.rosters[step.roster_id]:
        if _stands(pattern, now, case.zone.key):
            stand[pattern.member_id] = pattern.place
    order = sorted(stand, key=lambda member: (stand[member], str(member)))
    if not order:
        resort = place(LAST_RESORT + step.roster_id.int)
        return resort, None if step.fallback_id == resort else step.fallback_id
    behind = [each for each in order if stand[each] >= step.place]
    first = (behind or order[1:] or order)[0] if step.place > 1 else order[0]
    ways = [step.fallback_id, *order, step.destination_id]
    return first, next((each for each in ways if each not in (None, first)), None)


def _stands(pattern: Pattern, now: int, zone: str) -> bool:
    today = (now + offset(now, zone)) // DAY
    since, until = pattern.hours_from.hour * 60, pattern.hours_until.hour * 60
    for day in (today - 1, today):
        weekday = (day + 3) % 7  # the first of 1970 was a Thursday
        last = day if until > since else day + 1
        if pattern.weekdays >> weekday & 1 and instant(day, since, zone) <= now < instant(last, until, zone):
            return True
    return False
