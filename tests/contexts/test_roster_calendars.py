"""Rosters and what they are tied to: only ways of their own organisation, calendars in, and feeds out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reik.kernel.tenancy import acting_for
from reik.people.models import RosterException, RosterFeed, RosterPattern
from reik.people.rosters import calendars, operations
from reik.people.rosters.calendar_in import CalendarRefused
from reik.people.rosters.refusals import RosterRefused
from tests import cast
from tests.contexts.nights import HOUR, names, nights

pytestmark = pytest.mark.usefixtures("database")


def test_a_roster_calls_only_what_its_organisation_has(now: datetime) -> None:
    night = nights(now)
    foreign = cast.three_webhooks(night.cast.eva.id, now)["team"].id
    zorg = night.cast.zorg.id
    for values, code in (
        ({"name": "Nacht", "last_resort_id": night.resort}, "name_taken"),
        ({"name": "Dag", "last_resort_id": foreign}, "destination"),
        ({"name": " ", "last_resort_id": night.resort}, "unnamed"),
    ):
        with pytest.raises(RosterRefused) as refused:
            operations.make_roster(organisation_id=zorg, now=now, **values)  # type: ignore[arg-type]
        assert refused.value.code == code


EVENTS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:days
SUMMARY:José
DTSTART;TZID=Europe/Amsterdam:20261123T070000
DTEND;TZID=Europe/Amsterdam:20261123T230000
RRULE:FREQ=DAILY
EXDATE;TZID=Europe/Amsterdam:20261225T070000
END:VEVENT
BEGIN:VEVENT
UID:once
SUMMARY:Jos
DTSTART;TZID=Europe/Amsterdam:20261225T070000
DTEND;TZID=Europe/Amsterdam:20261225T230000
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_a_calendar_read_twice_changes_nothing_and_what_it_drops_ends(now: datetime) -> None:
    night = nights(now)
    first = calendars.take_calendar(night.id, EVENTS.encode(), only=None, by="planner", now=now)
    assert (first.added, first.ended) == (3, 0)
    assert operations.gaps_ahead(night.id, now) == []
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert names(night.id, christmas) == [("Jos", 1)]
    before = _rows()
    again = calendars.take_calendar(night.id, EVENTS.encode(), only=None, by="planner", now=now + HOUR)
    assert (again.added, again.ended) == (0, 0)
    assert _rows() == before
    begin, end = EVENTS.index("BEGIN:VEVENT"), EVENTS.index("BEGIN:VEVENT\r\nUID:once")
    less = calendars.take_calendar(
        night.id, (EVENTS[:begin] + EVENTS[end:]).encode(), only=None, by="planner", now=now + 24 * HOUR
    )
    assert (less.added, less.ended) == (0, 2)
    assert names(night.id, now) == [("José", 1)], "what was, stays"
    assert names(night.id, now + 28 * HOUR) == []
    assert names(night.id, datetime(2026, 11, 25, 23, tzinfo=UTC)) == [("Fatma", 1)], "put in by hand"


def _rows() -> list[object]:
    return [
        *RosterPattern.objects.order_by("id").values_list("id", "until", "ended_at"),
        *RosterException.objects.order_by("id").values_list("id", "ends_at", "ended_at"),
    ]


def test_a_calendar_of_one_member_leaves_the_others_alone(now: datetime) -> None:
    night = nights(now)
    calendars.take_calendar(night.id, EVENTS.encode(), only=None, by="planner", now=now)
    mine = EVENTS.replace("UID:days", "UID:mine").replace("UID:once", "UID:mine2")
    taken = calendars.take_calendar(night.id, mine.encode(), only=night.jos, by="Jos", now=now)
    assert (taken.added, taken.ended) == (3, 1), "of Jos's own turns only the one of before ends"
    assert sorted(names(night.id, now)) == [("Jos", 1), ("José", 1)]


def test_a_calendar_with_an_entry_of_nobody_is_refused_as_a_whole(now: datetime) -> None:
    night = nights(now)
    before = _rows()
    bad = EVENTS.replace("SUMMARY:Jos\r\n", "SUMMARY:Teamoverleg\r\n")
    with pytest.raises(CalendarRefused, match="Teamoverleg: its title names nobody"):
        calendars.take_calendar(night.id, bad.encode(), only=None, by="planner", now=now)
    assert _rows() == before


def test_a_feed_is_read_by_its_token_only_and_comes_back_as_the_same_turns(now: datetime) -> None:
    night = nights(now)
    token = calendars.open_feed(night.id, None, by="planner", now=now)
    actor = calendars.actor_of_token(token)
    assert actor is not None
    with acting_for(actor):
        text = calendars.feed(token, now)
    assert text is not None
    assert text.count(b"BEGIN:VEVENT") > 90
    assert len(token) > 50
    assert token.encode() not in bytes(RosterFeed.objects.get().digest)
    other = operations.make_roster(
        organisation_id=night.cast.zorg.id, name="Kopie", last_resort_id=night.resort, now=now
    )
    for name in ("Fatma", "Jos"):
        operations.add_member(roster_id=other, name=name, destination_id=night.resort, now=now)
    calendars.take_calendar(other, text, only=None, by="planner", now=now)
    assert operations.gaps_ahead(other, now) == operations.gaps_ahead(night.id, now)
    newer = calendars.open_feed(night.id, None, by="planner", now=now)
    assert newer != token
    assert calendars.feed(token, now) is None, "the older address ended"
    assert calendars.end_feed(night.id, None, now)
    assert calendars.feed(newer, now) is None


def test_a_feed_of_one_member_has_her_turns_only(now: datetime) -> None:
    night = nights(now)
    token = calendars.open_feed(night.id, night.jos, by="Jos", now=now)
    text = calendars.feed(token, now)
    assert text is not None
    assert 20 < text.count(b"BEGIN:VEVENT") < 35, "two nights a week"
    for wrong in ("", "x" * 53, "é", token[:-2]):
        assert calendars.actor_of_token(wrong) is None or calendars.feed(wrong, now) is None
