"""Rosters: turns, exceptions, swaps that both agreed to, gaps, and who of the family is away."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.people import absence
from reik.people.models import RosterException, RosterPattern
from reik.people.operations import add_carer
from reik.people.rosters import absent_carers, last_resorts, on_duty, operations
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.swapping import Swap, swap
from reik.people.rosters.turns import NewException, NewPattern
from tests import cast
from tests.contexts.nights import HOUR, MONDAY, names, nights

pytestmark = pytest.mark.usefixtures("database")


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
