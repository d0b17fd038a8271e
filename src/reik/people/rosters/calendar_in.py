"""A calendar file (RFC 5545) as turns on a roster: what repeats by the week becomes patterns, the rest exceptions.

Pure. All of it or nothing: a calendar with an entry that Reik cannot read as a turn is refused, naming each such entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar

from reik.people.rosters.calendar_rules import every_time, repeated
from reik.people.rosters.duty import instant
from reik.people.rosters.turns import LONGEST_EXCEPTION, PLACES, NewException, NewPattern

MOST_BYTES = 1_000_000
MOST_ENTRIES = 2_000
DAY = timedelta(days=1)
NOBODY, NOT_YET = UUID(int=0), datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Flaw:
    """An entry that cannot be read as a turn: its title, a code for a screen's own words, and why."""

    title: str
    code: str
    why: str


class CalendarRefused(ValueError):
    """This calendar cannot be taken over; `flaws` names each entry, the message the first of them."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(f"{flaws[0].title}: {flaws[0].why}" if flaws[0].title else flaws[0].why)
        self.flaws = tuple(flaws)


class Unreadable(ValueError):
    """One entry is no turn. `code`: by which a screen finds its own words."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What a calendar says of a roster."""

    patterns: tuple[NewPattern, ...]
    exceptions: tuple[NewException, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose turns they are: of `only`, or of the member whose name an entry's title holds."""

    zone: ZoneInfo
    members: Mapping[UUID, str]
    only: UUID | None = None


@dataclass(slots=True)
class _Entry:
    """One VEVENT, read as far as needed to say what it is."""

    event: Any
    whose: Whose
    uid: str = ""
    member_id: UUID = NOBODY
    place: int = 1
    starts: datetime = NOT_YET
    lasts: timedelta = timedelta()

    @property
    def title(self) -> str:
        return str(self.event.get("SUMMARY", "") or self.event.get("UID", ""))[:80]

    def on(self, starts: datetime, key: str = "") -> NewException:
        return self._stretch(True, starts, key)

    def off(self, starts: datetime, key: str) -> NewException:
        return self._stretch(False, starts, key)

    def _stretch(self, on: bool, starts: datetime, key: str) -> NewException:
        return NewException(
            member_id=self.member_id, on=on, starts_at=starts, ends_at=starts + self.lasts, place=self.place,
            uid=self.uid + key,
        )  # fmt: skip


def read(text: bytes, whose: Whose) -> Turns:
    """The turns of a calendar file. Raises CalendarRefused."""
    if len(text) > MOST_BYTES:
        raise CalendarRefused([Flaw("", "too_big", "The file is larger than 1 MB: export fewer months.")])
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except Exception:  # whatever a file of a stranger does to the reader
        raise CalendarRefused(
            [Flaw("", "no_calendar", "This is no iCalendar file (.ics): export the calendar again.")]
        ) from None
    if not events:
        raise CalendarRefused(
            [Flaw("", "no_entries", "There is no entry in this file, which would end every turn of it.")]
        )
    if len(events) > MOST_ENTRIES:
        raise CalendarRefused(
            [Flaw("", "too_many", f"More than {MOST_ENTRIES} entries: export fewer months.")]
        )
    return _turns([_Entry(each, whose) for each in events])


def _turns(entries: Sequence[_Entry]) -> Turns:
    patterns, exceptions, flaws = list[NewPattern](), list[NewException](), list[Flaw]()
    masters: dict[str, _Entry] = {}
    for entry in sorted(entries, key=lambda each: each.event.get("RECURRENCE-ID") is not None):
        try:
            _fill(entry)
            changes = entry.event.get("RECURRENCE-ID") is not None
            found = list((_moved if changes else _whole)(entry, masters))
        except Unreadable as why:
            flaws.append(Flaw(entry.title, why.code, str(why)))
            continue
        for each in found:
            (patterns if isinstance(each, NewPattern) else exceptions).append(each)  # type: ignore[arg-type]
    if flaws:
        raise CalendarRefused(flaws)
    return Turns(patterns=tuple(patterns), exceptions=tuple(exceptions))


def _fill(entry: _Entry) -> None:
    event = entry.event
    if event.errors:
        raise Unreadable("broken", f"{event.errors[0][0]} cannot be read.")
    entry.uid = str(event.get("UID", "")).strip()
    if not entry.uid:
        raise Unreadable("no_uid", "it has no UID, so that it would be added again with each reading.")
    if event.get("DTSTART") is None:
        raise Unreadable("no_start", "it has no beginning.")
    entry.starts = _instant(event["DTSTART"], entry.whose.zone)
    entry.lasts = _ends(entry) - entry.starts
    if not timedelta() < entry.lasts <= LONGEST_EXCEPTION:
        raise Unreadable("lasts", "it ends before it begins, or lasts longer than three months.")
    entry.member_id = entry.whose.only or _named(entry.title, entry.whose.members)
    place = str(event.get("X-REIK-PLACE", "1"))
    if place not in {str(each) for each in PLACES}:
        raise Unreadable("place", "its place is none of 1, 2 and 3.")
    entry.place = int(place)


def _whole(entry: _Entry, masters: dict[str, _Entry]) -> Iterator[NewPattern | NewException]:
    """An entry of its own: once, or again and again."""
    if entry.uid in masters:
        raise Unreadable("twice", "another entry has the same UID.")
    masters[entry.uid] = entry
    if _cancelled(entry):
        return
    if entry.event.get("RRULE") is None:
        yield entry.on(entry.starts)
    else:
        yield from _repeating(entry)
    for at in _times(entry, "RDATE"):
        yield entry.on(at, f"#+{at:%Y%m%dT%H%MZ}")
    for at in _times(entry, "EXDATE"):
        yield entry.off(at, f"#-{at:%Y%m%dT%H%MZ}")


def _repeating(entry: _Entry) -> Iterator[NewPattern | NewException]:
    zone = entry.whose.zone
    _check_clock(entry.event["DTSTART"].dt, zone)
    rule = entry.event["RRULE"]
    if isinstance(rule, list):
        raise Unreadable("two_rules", "it repeats in two ways at once: make two entries of it.")
    given = {str(name).upper(): list(values) for name, values in rule.items()}
    begins = entry.starts.astimezone(zone).replace(tzinfo=None)
    ends = (entry.starts + entry.lasts).astimezone(zone).replace(tzinfo=None)
    try:
        how = repeated(given, begins, zone)
        if how.until is not None and ends - begins > DAY:
            for day in every_time(how, begins):
                at = instant(day, begins.time(), zone)
                yield entry.on(at, f"#{at:%Y%m%dT%H%MZ}")
            return
        for each in how.turns(begins, ends):
            yield NewPattern(member_id=entry.member_id, place=entry.place, uid=entry.uid, **each)
    except ValueError as why:
        raise Unreadable("repeats", str(why)) from None


def _moved(entry: _Entry, masters: dict[str, _Entry]) -> Iterator[NewPattern | NewException]:
    """One time of a repeating entry that is otherwise: it is not when it was, but when it says now."""
    master = masters.get(entry.uid)
    if master is None:
        raise Unreadable("no_master", "it changes an entry that is not in this file.")
    moved = entry.event["RECURRENCE-ID"]
    if str(moved.params.get("RANGE", "")).upper() == "THISANDFUTURE":
        raise Unreadable("and_future", "it changes this time and all later ones: make a new entry of it.")
    at = _instant(moved, entry.whose.zone)
    key = f"#{at:%Y%m%dT%H%MZ}"
    if _cancelled(master):
        return
    yield master.off(at, f"{key}-")
    if not _cancelled(entry):
        yield entry.on(entry.starts, f"{key}+")


def _times(entry: _Entry, name: str) -> Iterator[datetime]:
    given = entry.event.get(name)
    for group in given if isinstance(given, list) else [given] if given is not None else []:
        for each in group.dts:
            if type(each.dt) is date:
                wall = entry.starts.astimezone(entry.whose.zone).time()
                yield instant(each.dt, wall, entry.whose.zone)
            else:
                yield _instant(each, entry.whose.zone, group)


def _ends(entry: _Entry) -> datetime:
    event, zone = entry.event, entry.whose.zone
    if event.get("DTEND") is not None:
        return _instant(event["DTEND"], zone)
    if event.get("DURATION") is not None:
        lasts: timedelta = event["DURATION"].dt
        return entry.starts + lasts
    if type(event["DTSTART"].dt) is date:
        return instant(event["DTSTART"].dt + DAY, time(), zone)
    raise Unreadable("no_end", "it has no end.")


def _instant(value: Any, zone: ZoneInfo, group: Any = None) -> datetime:
    """In UTC. A day begins at its midnight; a time without a zone is of the roster's clock."""
    at = value.dt
    if type(at) is date:
        return instant(at, time(), zone)
    if not isinstance(at, datetime):
        raise Unreadable("broken", "a time of it cannot be read.")
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    named = value.params.get("TZID") or (group.params.get("TZID") if group is not None else None)
    if named:
        raise Unreadable("zone", f"its time zone {named} is not known: export it with another time zone.")
    return instant(at.date(), at.time(), zone)


def _check_clock(start: date | datetime, zone: ZoneInfo) -> None:
    """What repeats, repeats on the roster's own clock, also when summer time begins or ends."""
    theirs = start.tzinfo if isinstance(start, datetime) else None
    if theirs is None:
        return
    first = datetime.combine(start, time(12), UTC)
    if any(
        (first + week * 7 * DAY).astimezone(theirs).utcoffset()
        != (first + week * 7 * DAY).astimezone(zone).utcoffset()
        for week in range(53)
    ):
        raise Unreadable("other_clock", f"it repeats in another time zone than the roster's ({zone.key}).")


def _named(title: str, members: Mapping[UUID, str]) -> UUID:
    """Whose name the title is, or holds as whole words."""
    said = title.strip().casefold()
    exact = [id for id, name in members.items() if name.casefold() == said]
    held = [
        id for id, name in members.items() if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", said)
    ]
    found = exact or held
    if len(found) != 1:
        raise Unreadable(
            "whose", "its title names nobody, or more than one, of this roster: put one name in the title."
        )
    return found[0]


def _cancelled(entry: _Entry) -> bool:
    return str(entry.event.get("STATUS", "")).upper() == "CANCELLED"
