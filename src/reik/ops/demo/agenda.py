"""When the people of the demo get their medication: natural hours, and for half of them soon after the start. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import EVERY_DAY, TimeLine, minutes_apart
from reik.ops.demo.cast import Person

SOON_MIN = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 21, 25, 30, 35, 40)
"""Minutes after the start at which someone has a moment; taken in turn."""
LATE_MIN = {15: 60, 45: 120, 75: 150}
"""Latest hand-out time by window, both in minutes (R29)."""
CRITICALITY = {15: 0, 45: 1, 75: 2}
_DAYS: dict[int, Sequence[int]] = {
    1: (9,), 2: (8, 20), 3: (8, 13, 20), 4: (8, 12, 17, 21), 5: (7, 10, 13, 16, 19),
}  # fmt: skip
_APART_MIN = {15: 80, 45: 150, 75: 170}
DAY_MIN = 24 * 60
STARTING_MIN = 10
STORY_DAYS = (2, 4)
"""The story's own moments: so many days after the start, so that none falls within the next day."""


def soon(people: Sequence[Person], now: datetime, zone: ZoneInfo) -> dict[str, time]:
    """For each who has a moment soon after `now`: its local time."""
    named = [each.name for each in people if each.soon]
    return {
        name: _minute(now + timedelta(minutes=SOON_MIN[number % len(SOON_MIN)] + 1), zone)
        for number, name in enumerate(named)
    }


def _minute(at: datetime, zone: ZoneInfo) -> time:
    return at.astimezone(zone).time().replace(second=0, microsecond=0, tzinfo=None)


def start(now: datetime, zone: ZoneInfo) -> time:
    """The local time at which the neighbourhood comes alive."""
    return _minute(now, zone)


def times(person: Person, number: int, soon_at: time | None, start: time) -> list[time]:
    """Her times of day. A time that is soon takes the place of the ones around it.

    None falls while everything still starts: nobody would hear of it in time.
    """
    natural = [_later(time(hour, 5 * (number % 7)), start) for hour in _DAYS[person.times]]
    if soon_at is None:
        return natural
    nearest = min(natural, key=lambda each: _apart(each, soon_at))
    others = [
        each for each in natural if each != nearest and _apart(each, soon_at) >= _APART_MIN[person.window]
    ]
    return sorted([*others, soon_at])


def moved(lines: Sequence[TimeLine], soon_at: time) -> list[TimeLine]:
    """A schedule of every day with its next time at `soon_at` instead; empty when that comes too near to another."""
    if not lines or any(each.weekdays != EVERY_DAY for each in lines):
        return []
    first = min(lines, key=lambda each: (_minutes(each.at) - _minutes(soon_at)) % DAY_MIN)
    others = [each for each in lines if each is not first]
    apart = _APART_MIN.get(first.window_min, max(_APART_MIN.values()))
    if any(_apart(each.at, soon_at) < apart for each in others):
        return []
    return sorted([*others, replace(first, at=soon_at)], key=lambda each: each.at)


def _later(at: time, start: time) -> time:
    """This time, or one behind the start."""
    since = (_minutes(at) - _minutes(start)) % DAY_MIN
    moved = (_minutes(at) + (STARTING_MIN if since <= STARTING_MIN else 0)) % DAY_MIN
    return time(moved // 60, moved % 60)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _apart(one: time, other: time) -> int:
    """Minutes, also around midnight."""
    minutes = minutes_apart(one, other)
    return min(minutes, DAY_MIN - minutes)


def lines(
    person: Person, at: Sequence[time], weekdays: frozenset[int] = EVERY_DAY, *, most: int = 1
) -> list[TimeLine]:
    """Her schedule: `most` sachets at the first time of the day, one at the others."""
    return [
        TimeLine(
            weekdays=weekdays, at=each, sachets=most if each == at[0] else 1,
            window_min=person.window, late_min=LATE_MIN[person.window], criticality=CRITICALITY[person.window],
        )
        for each in at
    ]  # fmt: skip


def story_days(now: datetime, zone: ZoneInfo) -> frozenset[int]:
    """The weekdays (ISO) on which the story's client has her own moments."""
    today = now.astimezone(zone).isoweekday()
    return frozenset((today + each - 1) % 7 + 1 for each in STORY_DAYS)
