"""A week of a roster, day by day: who stands when, and the hours in which nobody does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.people.opening import is_public_holiday
from reik.people.rosters.duty import Gap, Stretch, instant
from reik.people.rosters.queries import duty_between
from reik.people.rosters.seen import RosterSeen, member_names
from reik.web.rosters.words import gap_words, place_words

DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a day shows of one turn or gap. `name` empty: nobody. `x`, `width`: on a bar of 1440 minutes."""

    hours: str
    name: str
    place: int
    place_word: str
    x: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day with its pieces in order."""

    day: date
    today: bool
    holiday: bool
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One roster of the list: who is on duty now, who comes next, and its gaps of 14 days in words."""

    roster: RosterSeen
    now: Sequence[str]
    next: str
    next_at: datetime | None
    gaps: Sequence[str]
    gap_now: bool


def week_of(roster: RosterSeen, first: date, now: datetime) -> list[Day]:
    """The seven days from `first` on."""
    begins, ends = _midnight(first, roster.zone), _midnight(first + WEEK * DAY, roster.zone)
    stand, gaps = duty_between([roster.id], begins, ends)[roster.id]
    names = member_names([roster.id])
    today = now.astimezone(roster.zone).date()
    return [
        Day(
            day=day, today=day == today, holiday=is_public_holiday(day),
            pieces=_pieces(day, stand, gaps, names, roster.zone),
        )
        for day in (first + number * DAY for number in range(WEEK))
    ]  # fmt: skip


def _pieces(
    day: date, stand: Sequence[Stretch], gaps: Sequence[Gap], names: Mapping[UUID, str], zone: ZoneInfo
) -> list[Piece]:
    begins, ends = _midnight(day, zone), _midnight(day + DAY, zone)
    turns = [(e.starts_at, e.place, e.ends_at, names.get(e.member_id, "")) for e in stand]
    turns += [(each.starts_at, 0, each.ends_at, "") for each in gaps]
    return [
        _piece(max(starts, begins), min(until, ends), place, name, zone, begins, ends)
        for starts, place, until, name in sorted(turns)
        if starts < ends and until > begins
    ]


def _piece(
    starts: datetime, until: datetime, place: int, name: str, zone: ZoneInfo, begins: datetime, ends: datetime
) -> Piece:
    local, last = starts.astimezone(zone), until.astimezone(zone)
    end = "24:00" if until == ends else f"{last:%H:%M}"
    whole = (ends - begins).total_seconds()
    x = round(1440 * (starts - begins).total_seconds() / whole)
    return Piece(
        hours=f"{local:%H:%M}–{end}", name=name, place=place, place_word=place_words(place) if place > 1 else "",
        x=x, width=max(6, round(1440 * (until - begins).total_seconds() / whole) - x),
    )  # fmt: skip


def lines_of(rosters: Sequence[RosterSeen], now: datetime, until: datetime) -> list[Line]:
    """The list. Two weeks of all rosters are read at once."""
    ids = [each.id for each in rosters]
    duty, names = duty_between(ids, now, until), member_names(ids)
    return [_line(each, *duty.get(each.id, ([], [])), names, now) for each in rosters]


def _line(
    roster: RosterSeen,
    stand: Sequence[Stretch],
    gaps: Sequence[Gap],
    names: Mapping[UUID, str],
    now: datetime,
) -> Line:
    here = sorted((each for each in stand if each.starts_at <= now), key=lambda each: each.place)
    later = next((each for each in stand if each.starts_at > now), None)
    return Line(
        roster=roster, now=[names.get(each.member_id, "") for each in here],
        next=names.get(later.member_id, "") if later else "", next_at=later.starts_at if later else None,
        gaps=[gap_words(each, roster.zone) for each in gaps], gap_now=not here,
    )  # fmt: skip


def new_gaps(before: Collection[Gap], after: Collection[Gap]) -> list[Gap]:
    """The hours in which nobody stands after a change, and somebody did before it."""
    found = []
    for gap in after:
        at = gap.starts_at
        for old in sorted(
            each for each in before if each.ends_at > gap.starts_at and each.starts_at < gap.ends_at
        ):
            if old.starts_at > at:
                found.append(Gap(starts_at=at, ends_at=old.starts_at))
            at = max(at, old.ends_at)
        if at < gap.ends_at:
            found.append(Gap(starts_at=at, ends_at=gap.ends_at))
    return found


def monday_of(text: str, now: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week of a date as typed in an address; of this week for what is none, or too far away."""
    today = now.astimezone(zone).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs((day - today).days) > 366:
        day = today
    return day - day.weekday() * DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(day, time(), zone).astimezone(UTC)
