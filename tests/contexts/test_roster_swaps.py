"""A swap in two steps: proposed, agreed by each herself or noted from the phone, and only then on the roster."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from reik.kernel.operations import open_account
from reik.people.models import RosterException, RosterMember, RosterSwap
from reik.people.rosters import asked, asking, operations
from reik.people.rosters.asking import GIVER, HERSELF, PHONE, TAKER, Asked
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.turns import NewPattern
from tests.contexts.nights import HOUR, MONDAY, Nights, names, nights

pytestmark = pytest.mark.usefixtures("database")
TURN = datetime(2026, 11, 24, 22, tzinfo=UTC)
"""Fatma's night, 23:00 to 07:00 on the roster's clock."""


@pytest.fixture
def night(now: datetime) -> Nights:
    return nights(now)


def account_of(night: Nights, member: UUID, name: str, now: datetime) -> UUID:
    made = open_account(
        organisation_id=night.cast.zorg.id,
        username=name.lower(),
        display_name=name,
        role="caregiver",
        now=now,
    )
    RosterMember.objects.filter(id=member).update(account_id=made.id)
    return made.id


def over(night: Nights, taker: UUID, starts_at: datetime = TURN) -> Asked:
    return Asked(giver_id=night.fatma, taker_id=taker, starts_at=starts_at, ends_at=starts_at + 8 * HOUR)


def test_it_counts_with_the_second_yes_and_not_before(night: Nights, now: datetime) -> None:
    fatma, jose = (
        account_of(night, id, name, now) for id, name in ((night.fatma, "Fatma"), (night.jose, "Jose"))
    )
    gaps = operations.gaps_ahead(night.id, now)
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    assert names(night.id, TURN + HOUR) == [("Fatma", 1)]
    assert operations.gaps_ahead(night.id, now) == gaps
    assert not RosterException.objects.exists()
    organisation = [night.cast.zorg.id]
    assert [each.id for each in asked.asked_of(jose, organisation, now)] == [made]
    assert asked.asked_of(fatma, organisation, now) == []
    assert asking.say_yes(made, jose, by="Jose", now=now + HOUR)
    assert names(night.id, TURN + HOUR) == [("José", 1)]
    assert operations.gaps_ahead(night.id, now) == gaps, "one stands for the other"
    assert asked.asked_of(jose, organisation, now) == []
    (seen,) = asked.agreed_of(night.id, now).values()
    assert [(each.by, each.how, each.at) for each in seen.sides] == [
        ("Fatma", HERSELF, now), ("Jose", HERSELF, now + HOUR)
    ]  # fmt: skip
    with pytest.raises(RosterRefused) as refused:
        asking.say_no(made, jose, by="Jose", now=now + 2 * HOUR)
    assert refused.value.code == "swap_over"


def test_a_yes_on_the_phone_has_who_noted_it(night: Nights, now: datetime) -> None:
    made = asking.ask_swap(over(night, night.jose), {GIVER: PHONE}, by="Anja", now=now)
    assert asking.note_yes(made, TAKER, by="Joke", now=now + HOUR)
    row = RosterSwap.objects.get(id=made)
    assert (row.giver_by, row.giver_how, row.taker_by, row.taker_how) == ("Anja", PHONE, "Joke", PHONE)
    assert (row.giver_at, row.taker_at, row.ended_as) == (now, now + HOUR, "agreed")
    assert names(night.id, TURN + HOUR) == [("José", 1)]


@pytest.mark.parametrize(("who", "ends_as"), [("jose", "refused"), ("fatma", "withdrawn")])
def test_refused_or_withdrawn_it_never_counts(night: Nights, now: datetime, who: str, ends_as: str) -> None:
    accounts = {
        name: account_of(night, getattr(night, name), name.capitalize(), now) for name in ("fatma", "jose")
    }
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    asking.say_no(made, accounts[who], by=who, now=now)
    assert [(each.state, each.ended_by) for each in asked.swaps_of(night.id, now)] == [(ends_as, who)]
    for late in (
        lambda: asking.say_yes(made, accounts["jose"], by="Jose", now=now),
        lambda: asking.note_yes(made, TAKER, by="Anja", now=now),
        lambda: asking.withdraw(made, by="Anja", now=now),
    ):
        with pytest.raises(RosterRefused) as refused:
            late()
        assert refused.value.code == "swap_over"
    assert names(night.id, TURN + HOUR) == [("Fatma", 1)]


def test_unanswered_when_the_turn_begins_it_has_expired(night: Nights, now: datetime) -> None:
    jose = account_of(night, night.jose, "Jose", now)
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    with pytest.raises(RosterRefused) as refused:
        asking.say_yes(made, jose, by="Jose", now=TURN)
    assert refused.value.code == "swap_begun"
    assert [each.state for each in asked.swaps_of(night.id, TURN)] == ["expired"]
    assert asked.asked_of(jose, [night.cast.zorg.id], TURN) == []
    assert asked.swaps_of(night.id, TURN + asked.SHOWN_FOR + HOUR) == []
    assert names(night.id, TURN + HOUR) == [("Fatma", 1)]
    running = over(night, night.jose, TURN + timedelta(days=1))
    with pytest.raises(RosterRefused) as begun:
        asking.ask_swap(running, {GIVER: PHONE}, by="Anja", now=running.starts_at + HOUR)
    assert begun.value.code == "swap_begun"
    asking.ask_swap(running, {GIVER: PHONE, TAKER: PHONE}, by="Anja", now=running.starts_at + HOUR)
    assert names(night.id, running.starts_at + 2 * HOUR) == [("José", 1)], "both said yes: the planner may"


def test_what_the_roster_became_meanwhile_decides(night: Nights, now: datetime) -> None:
    """Two are asked for one night: the first yes counts, and the other is not asked any more."""
    ana = operations.add_member(roster_id=night.id, name="Ana", destination_id=night.resort, now=now)
    first = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    other = asking.ask_swap(over(night, ana), {GIVER: HERSELF}, by="Fatma", now=now)
    with pytest.raises(RosterRefused) as twice:
        asking.ask_swap(over(night, ana), {GIVER: HERSELF}, by="Fatma", now=now)
    assert twice.value.code == "swap_asked"
    later = asking.ask_swap(
        over(night, night.jose, TURN + timedelta(days=1)), {GIVER: HERSELF}, by="Fatma", now=now
    )
    asking.note_yes(other, TAKER, by="Anja", now=now)
    states = {each.id: each.state for each in asked.swaps_of(night.id, now)}
    assert states == {first: "overtaken", later: "open"}

    operations.end_member(night.jose, now)
    with pytest.raises(RosterRefused) as gone:
        asking.note_yes(later, TAKER, by="Anja", now=now)
    assert gone.value.code == "member_gone"
    assert RosterSwap.objects.get(id=later).taker_at is None, "nothing was noted of what was refused"


def test_only_the_two_answer_and_her_turns_are_offered(night: Nights, now: datetime) -> None:
    jos, fatma = account_of(night, night.jos, "Jos", now), account_of(night, night.fatma, "Fatma", now)
    made = asking.ask_swap(over(night, night.jose), {TAKER: PHONE}, by="Anja", now=now)
    with pytest.raises(RosterRefused) as refused:
        asking.say_yes(made, jos, by="Jos", now=now)
    assert refused.value.code == "swap_not_hers"
    assert asked.member_by(night.id, fatma) == night.fatma
    turns = asked.turns_of(night.id, night.fatma, now)
    assert turns[0].starts_at > now
    assert {each.ends_at - each.starts_at for each in turns} == {8 * HOUR}
    assert len(turns) in (41, 42)
    asking.say_yes(made, fatma, by="Fatma", now=now)
    assert [e.starts_at for e in asked.turns_of(night.id, night.jose, now)] == [TURN]


def test_days_on_end_are_offered_one_by_one(night: Nights, now: datetime) -> None:
    """Also while they run: cut where they began, not where they are looked at."""
    operations.add_pattern(
        NewPattern(
            member_id=night.jose, weekdays=127, hours_from=time(7, 30), hours_until=time(7, 30), since=MONDAY
        ),
        now,
    )
    at = now + timedelta(days=2)
    first, second, *_ = asked.turns_of(night.id, night.jose, at)
    assert (first.starts_at, first.ends_at) == (
        datetime(2026, 11, 26, 6, 30, tzinfo=UTC), datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
    )  # fmt: skip
    assert second.starts_at == first.ends_at


def test_the_database_holds_no_swap_that_counts_without_both(night: Nights, now: datetime) -> None:
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterSwap.objects.filter(id=made).update(ended_as="agreed", swap=made)
