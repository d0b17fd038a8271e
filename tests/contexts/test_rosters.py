"""Rosters: turns, exceptions, swaps that both agreed to, gaps, calendars in and out, and who of the family is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.kernel.tenancy import acting_for
from reik.people import absence
from reik.people.models import RosterException, RosterFeed, RosterPattern
from reik.people.operations import add_carer
from reik.people.rosters import absent_carers, calendars, last_resorts, on_duty, operations
from reik.people.rosters.calendar_in import CalendarRefused
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.swapping import Swap, swap
from reik.people.rosters.turns import NewException, NewPattern
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
HOUR = timedelta(hours=1)
MONDAY = date(2026, 11, 23)


@dataclass(slots=True)
class Nights:
    """A roster of nights, 23:00 to 07:00: Fatma on all of them, Jos her back-up at weekends, José on none."""

    cast: cast.Cast
    id: UUID
    fatma: UUID
    jos: UUID
    jose: UUID
    resort: UUID


def nights(now: datetime) -> Nights:
    people = cast.gather(now)
    desks = people.desks
    roster = operations.make_roster(
        organisation_id=people.zorg.id, name="Nacht", last_resort_id=desks["team"].id, lead_id=desks["centre"].id,
        now=now,
    )  # fmt: skip
    fatma, jos, jose = (
        operations.add_member(
            roster_id=roster,
            name=name,
            destination_id=desks["carer"].id,
            fallback_id=desks["team"].id,
            now=now,
        )
        for name in ("Fatma", "Jos", "José")
    )
    for member, days, place in ((fatma, 127, 1), (jos, 0b1100000, 2)):
        operations.add_pattern(
            NewPattern(
                member_id=member,
                weekdays=days,
                hours_from=time(23),
                hours_until=time(7),
                since=MONDAY,
                place=place,
            ),
            now,
        )
    return Nights(people, roster, fatma, jos, jose, desks["team"].id)


def names(roster: UUID, at: datetime) -> list[tuple[str, int]]:
    return [(each.name, each.place) for each in on_duty([roster], at)[roster]]


def test_who_is_on_duty_and_where_it_goes_when_nobody_is(now: datetime) -> None:
    night = nights(now)
    at = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)  # Saturday night
    assert names(night.id, at) == [("Fatma", 1), ("Jos", 2)]
    (first, _) = on_duty([night.id], at)[night.id]
    assert (first.member_id, first.destination_id) == (night.fatma, night.cast.desks["carer"].id)
    assert first.fallback_id == night.resort
    noon = at + 12 * HOUR
    assert on_duty([night.id], noon) == {night.id: []}
    assert last_resorts([night.id]) == {night.id: night.resort}
    assert [gap.ends_at - gap.starts_at for gap in operations.gaps_ahead(night.id, now)][1:3] == [
        16 * HOUR
    ] * 2


def test_a_number_of_statements_that_does_not_grow_with_the_rosters(now: datetime) -> None:
    night = nights(now)
    more = [
        operations.make_roster(
            organisation_id=night.cast.zorg.id, name=f"R{n}", last_resort_id=night.resort, now=now
        )
        for n in range(20)
    ]
    for ids in ([night.id], [night.id, *more]):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            on_duty(ids, now)
        assert len(asked) <= 3


def test_who_takes_no_turns_any_more_stands_nowhere(now: datetime) -> None:
    night = nights(now)
    operations.end_member(night.fatma, now)
    assert names(night.id, datetime(2026, 11, 28, 23, 30, tzinfo=UTC)) == [("Jos", 2)]


def test_a_swap_needs_both_and_is_taken_back_as_one(now: datetime) -> None:
    night = nights(now)
    turn = datetime(2026, 11, 24, 22, tzinfo=UTC)  # 23:00 to 07:00
    asked = Swap(
        giver_id=night.fatma,
        taker_id=night.jose,
        starts_at=turn,
        ends_at=turn + 8 * HOUR,
        agreed=[night.fatma],
    )
    with pytest.raises(RosterRefused, match="José has not agreed") as refused:
        swap(asked, by="planner", now=now)
    assert refused.value.code == "not_agreed"
    both = [night.fatma, night.jose]
    key = swap(_with(asked, agreed=both), by="planner", now=now)
    assert names(night.id, turn + HOUR) == [("José", 1)]
    assert names(night.id, turn - HOUR * 24 + HOUR) == [("Fatma", 1)]
    row = RosterException.objects.filter(swap=key).first()
    assert row is not None
    operations.take_back(row.id, now)
    assert names(night.id, turn + HOUR) == [("Fatma", 1)]
    assert not RosterException.objects.filter(swap=key, ended_at=None).exists()
    with pytest.raises(RosterRefused, match="over"):
        operations.take_back(row.id, now)


def _with(asked: Swap, **changed: object) -> Swap:
    values = {
        name: getattr(asked, name) for name in ("giver_id", "taker_id", "starts_at", "ends_at", "agreed")
    }
    return Swap(**{**values, **changed})  # type: ignore[arg-type]


def test_a_swap_of_hours_that_she_does_not_stand_or_with_who_stands_already_is_refused(now: datetime) -> None:
    night = nights(now)
    turn = datetime(2026, 11, 28, 22, tzinfo=UTC)
    asked = Swap(
        giver_id=night.fatma, taker_id=night.jos, starts_at=turn, ends_at=turn + 8 * HOUR,
        agreed=[night.fatma, night.jos],
    )  # fmt: skip
    for changed, code in (
        ({}, "stands_already"),
        ({"starts_at": turn - HOUR}, "not_standing"),
        ({"taker_id": night.fatma, "agreed": [night.fatma]}, "swap_with_herself"),
        ({"ends_at": turn}, "ends_before"),
        ({"starts_at": now - 9 * HOUR, "ends_at": now - HOUR}, "past"),
    ):
        with pytest.raises(RosterRefused) as refused:
            swap(_with(asked, **changed), by="planner", now=now)
        assert refused.value.code == code
    assert not RosterException.objects.exists()


def test_what_if_tells_the_gaps_and_keeps_nothing(now: datetime) -> None:
    night = nights(now)
    before = operations.gaps_ahead(night.id, now)
    turn = datetime(2026, 11, 24, 22, tzinfo=UTC)
    off = NewException(member_id=night.fatma, on=False, starts_at=turn, ends_at=turn + 8 * HOUR)
    after = operations.what_if(night.id, lambda: operations.add_exception(off, by="planner", now=now), now)
    assert any(gap.starts_at <= turn and gap.ends_at >= turn + 8 * HOUR for gap in after)
    assert len(after) < len(before), "two gaps of the day become one with the night between them"
    assert operations.gaps_ahead(night.id, now) == before
    assert not RosterException.objects.exists()


def test_a_pattern_ends_on_a_day_and_one_that_never_held_is_gone(now: datetime) -> None:
    night = nights(now)
    pattern = RosterPattern.objects.get(member_id=night.fatma)
    operations.end_patterns([pattern.id], date(2026, 11, 26), now)
    assert names(night.id, datetime(2026, 11, 25, 23, tzinfo=UTC)) == [("Fatma", 1)]
    assert names(night.id, datetime(2026, 11, 26, 23, tzinfo=UTC)) == []
    new = NewPattern(
        member_id=night.jose, weekdays=127, hours_from=time(8), hours_until=time(8), since=date(2026, 12, 1)
    )
    later = operations.add_pattern(new, now)
    operations.end_patterns([later], None, now)
    assert RosterPattern.objects.get(id=later).ended_at == now
    assert names(night.id, datetime(2026, 12, 2, 12, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"weekdays": 0}, "no_days"), ({"every_weeks": 53}, "every_weeks"), ({"place": 4}, "place"),
        ({"until": MONDAY}, "until_before_since"),
    ],
)  # fmt: skip
def test_a_turn_that_would_never_be_is_refused(now: datetime, changed: dict[str, object], code: str) -> None:
    night = nights(now)
    usual = {
        "member_id": night.jose, "weekdays": 1, "hours_from": time(8), "hours_until": time(9), "since": MONDAY
    }  # fmt: skip
    with pytest.raises(RosterRefused) as refused:
        operations.add_pattern(NewPattern(**{**usual, **changed}), now)  # type: ignore[arg-type]
    assert refused.value.code == code


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


def test_an_informal_carer_who_is_away_is_not_called(now: datetime) -> None:
    people = cast.gather(now)
    client = cast.welcome(people.zorg, "Mw. de Boer", now)
    carer = add_carer(
        organisation_id=people.zorg.id,
        client_id=client.id,
        name="Els",
        relation="dochter",
        now=now,
        consented=True,
    )
    away = absence.tell_away(carer_id=carer.id, starts_at=now, ends_at=now + 24 * HOUR, by="Els", now=now)
    assert absent_carers([carer.id], now) == {carer.id}
    assert absent_carers([carer.id], now + 24 * HOUR) == frozenset()
    assert [each.id for each in absence.away_of([carer.id], now)] == [away]
    assert not absence.take_back_away(away, [], now), "somebody else's"
    assert absence.take_back_away(away, [carer.id], now)
    assert absent_carers([carer.id], now) == frozenset()
    with pytest.raises(absence.AbsenceRefused, match="over"):
        absence.tell_away(carer_id=carer.id, starts_at=now - 2 * HOUR, ends_at=now, by="Els", now=now)
