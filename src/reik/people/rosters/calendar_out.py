"""A roster as a calendar file (RFC 5545): each turn as it is, after holidays, exceptions and swaps. Pure.

Times are in UTC, so that no program has to guess a time zone; an entry keeps its UID as long as the turn begins when
it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One turn with its title. `uid` is made of what it is of."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: int = 0
    address: str = ""  # where it is opened


def calendar_of(name: str, entries: Iterable[Entry], now: datetime) -> bytes:
    """The file. It says who stands when, and nothing of a client."""
    calendar = Calendar()
    calendar.add("prodid", "-//Reik//Rosters//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for each in entries:
        event = Event()
        event.add("uid", each.uid)
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", each.starts_at.astimezone(UTC))
        event.add("dtend", each.ends_at.astimezone(UTC))
        event.add("summary", each.title)
        event.add("transp", "OPAQUE")
        if each.place:
            event.add("x-reik-place", str(each.place))
        if each.address:
            event.add("url", each.address)
            event.add("description", each.address)
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made
