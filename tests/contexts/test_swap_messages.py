"""A question for a swap reaches the phone of who is asked, and its answer the other: without a name or a client."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import pytest

from reik.kernel.models import Account, OutboxMessage
from reik.kernel.operations import add_destination, open_account
from reik.people import push
from reik.people.models import RosterMember
from reik.people.rosters import asking, telling
from reik.people.rosters.asking import GIVER, HERSELF, PHONE, TAKER
from tests.adapters.push_service import Browser
from tests.contexts.nights import HOUR, Nights, nights
from tests.contexts.test_roster_swaps import over

pytestmark = pytest.mark.usefixtures("database")
WAITING, TAKEN_BACK = 0, 3


@pytest.fixture
def night(now: datetime) -> Nights:
    return nights(now)


def joins(night: Nights, member: UUID, name: str, now: datetime, *, phone: bool = True) -> Account:
    account = open_account(
        organisation_id=night.cast.zorg.id,
        username=name.lower(),
        display_name=name,
        role="caregiver",
        now=now,
    )
    RosterMember.objects.filter(id=member).update(account_id=account.id)
    if phone:
        browser = Browser()
        push.subscribe(
            account_id=account.id, endpoint=f"https://fcm.googleapis.com/fcm/send/{browser.name}",
            p256dh=browser.p256dh,
            auth=browser.auth, label="Android", now=now,
        )  # fmt: skip
    return account


def said(destination_id: UUID) -> list[tuple[str, int]]:
    """Types and states of what went to this destination, in order."""
    rows = OutboxMessage.objects.filter(destination_id=destination_id).order_by("created_at", "id")
    return [(json.loads(each.body)["type"], each.state) for each in rows]


def test_who_is_asked_hears_it_and_who_asked_hears_the_answer(night: Nights, now: datetime) -> None:
    fatma, jose = joins(night, night.fatma, "Fatma", now), joins(night, night.jose, "José", now)
    hers, his = (push.destination_of(each.id, now) for each in (fatma, jose))
    assert telling.can_be_told(night.jose)
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    assert (said(his), said(hers)) == ([("swap.question", WAITING)], [])
    asking.say_yes(made, jose.id, by="José", now=now + HOUR)
    assert said(hers) == [("swap.answer", WAITING)]
    assert said(his) == [("swap.question", TAKEN_BACK)], "answered before it left"
    for row in OutboxMessage.objects.all():
        assert set(json.loads(row.body)["data"]) == {"swap", "roster", "organisation"}, "no name, no client"


@pytest.mark.parametrize("act", ["no", "planner's note", "withdrawn"])
def test_every_way_it_ends_is_told_to_the_other(night: Nights, now: datetime, act: str) -> None:
    fatma, jose = joins(night, night.fatma, "Fatma", now), joins(night, night.jose, "José", now)
    made = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    if act == "no":
        asking.say_no(made, jose.id, by="José", now=now)
    elif act == "planner's note":
        asking.note_yes(made, TAKER, by="Anja", now=now)
    else:
        asking.say_no(made, fatma.id, by="Fatma", now=now)
    told = fatma if act != "withdrawn" else jose
    assert ("swap.answer", WAITING) in said(push.destination_of(told.id, now))


def test_of_two_who_were_asked_the_one_who_comes_too_late_hears_it(night: Nights, now: datetime) -> None:
    joins(night, night.fatma, "Fatma", now)
    jose, jos = joins(night, night.jose, "José", now), joins(night, night.jos, "Jos", now)
    first = asking.ask_swap(over(night, night.jose), {GIVER: HERSELF}, by="Fatma", now=now)
    asking.ask_swap(over(night, night.jos), {GIVER: HERSELF}, by="Fatma", now=now)
    asking.say_yes(first, jose.id, by="José", now=now)
    heard = said(push.destination_of(jos.id, now))  # both at one instant
    assert sorted(heard) == sorted([("swap.question", TAKEN_BACK), ("swap.answer", WAITING)])


def test_without_a_phone_it_is_written_and_never_rung(night: Nights, now: datetime) -> None:
    joins(night, night.jose, "José", now, phone=False)
    assert not telling.can_be_told(night.jose), "a line between machines is for alerts"
    asking.ask_swap(over(night, night.jose), {GIVER: PHONE}, by="Anja", now=now)
    assert not OutboxMessage.objects.exists()
    text = add_destination(
        organisation_id=night.cast.zorg.id, channel="sms", name="Jos", address="sms://127.0.0.1/", now=now
    )
    RosterMember.objects.filter(id=night.jos).update(fallback_id=text.id)
    assert telling.can_be_told(night.jos)
    asking.ask_swap(over(night, night.jos), {GIVER: PHONE}, by="Anja", now=now)
    assert said(text.id) == [("swap.question", WAITING)]


def test_a_turn_that_begins_soon_is_not_asked_about_after_that(night: Nights, now: datetime) -> None:
    jose = joins(night, night.jose, "José", now)
    turn = over(night, night.jose)
    asking.ask_swap(turn, {GIVER: HERSELF}, by="Fatma", now=turn.starts_at - HOUR)
    (row,) = OutboxMessage.objects.filter(destination_id=push.destination_of(jose.id, now))
    assert row.gives_up_at == turn.starts_at
