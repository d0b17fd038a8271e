"""Figures per responder go by her account: namesakes are two lines, a new name is one, a shared phone goes by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.alerting.figures.callers import called, calls_of, nights
from reik.alerting.figures.lived import Period
from reik.alerting.models import Alert, Step
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.models import Account, Destination
from reik.kernel.operations import add_destination, open_account
from reik.people.models import PushDestination
from reik.people.rosters import operations
from tests.cast import WINDOW, Cast, beside, planned, tell, welcome

pytestmark = pytest.mark.usefixtures("database")
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 1, tzinfo=UTC)


@pytest.fixture
def period(cast: Cast, now: datetime) -> Period:
    """Three alerts, each with its calls taken."""
    clients = []
    for name in ("Anna", "Bert", "Cees"):
        voice = beside(welcome(cast.zorg, name, now), f"REIK-{name.upper()}", now)
        plan_moments([planned(voice, "m", now)], now)
        tell(voice, voice.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
        clients.append(voice.client_id)
    with transaction.atomic():
        while take_due_steps(now=now + WINDOW + timedelta(minutes=6)):
            pass
    Step.objects.exclude(position=1).delete()
    return Period(client_ids=clients, since=SINCE, until=UNTIL)


def jo(cast: Cast, username: str, now: datetime) -> Account:
    return open_account(
        organisation_id=cast.zorg.id,
        username=username,
        display_name="Jo Smit",
        role="informal_carer",
        now=now,
    )


def own_phone(cast: Cast, account: Account, now: datetime) -> Destination:
    made = add_destination(
        organisation_id=cast.zorg.id, channel="webhook", name=account.username, now=now,
        address=f"https://127.0.0.1:9/{account.username}", secret="whsec_" + "a" * 32,
    )  # fmt: skip
    PushDestination.objects.create(account=account, organisation_id=cast.zorg.id, destination=made)
    return made


def calls(period: Period) -> dict[UUID, tuple[str, int]]:
    return {each.who: (each.responder, each.calls) for each in called(period)}


def ask(alert: Alert, name: str, where: Destination) -> None:
    Step.objects.filter(alert=alert).update(
        responder=name, destination=where, action="ask_carer", taken_at=NIGHT
    )


def test_two_of_one_name_are_two_and_a_new_name_is_still_her(
    cast: Cast, period: Period, now: datetime
) -> None:
    one, other = jo(cast, "jo", now), jo(cast, "jo2", now)
    first, second, third = Alert.objects.order_by("id")
    hers = own_phone(cast, one, now)
    ask(first, "Jo Smit", hers)
    ask(second, "Jo Smit", own_phone(cast, other, now))
    ask(third, "Jo de Wit-Smit", hers)
    Account.objects.filter(id=one.id).update(display_name="Jo de Wit-Smit")
    assert calls(period) == {one.id: ("Jo de Wit-Smit", 2), other.id: ("Jo Smit", 1)}
    assert {each.who: (each.calls, each.nights) for each in nights(period)} == {
        one.id: (2, 1),
        other.id: (1, 1),
    }
    assert calls_of(period, other.id) == ("Jo Smit", [second.id])
    assert calls_of(period, one.id, "night") == ("Jo de Wit-Smit", sorted([first.id, third.id]))
    assert calls_of(period, one.id, "day") == ("", [])


def test_a_phone_that_others_use_too_is_hers_whose_name_was_called(
    cast: Cast, period: Period, now: datetime
) -> None:
    one = jo(cast, "jo", now)
    roster = operations.make_roster(
        organisation_id=cast.zorg.id, name="Nacht", last_resort_id=cast.desks["team"].id, now=now
    )
    member = operations.add_member(
        roster_id=roster,
        name="Jo van de nacht",
        destination_id=cast.desks["carer"].id,
        account_id=one.id,
        now=now,
    )
    operations.end_member(member, now)  # her calls were hers
    first, second, third = Alert.objects.order_by("id")
    ask(first, "Jo van de nacht", cast.desks["carer"])
    ask(second, "Jo Smit", cast.desks["carer"])
    ask(third, "carer", cast.desks["carer"])
    found = calls(period)
    assert found.pop(one.id) == ("Jo Smit", 2)
    assert list(found.values()) == [("carer", 1)], "somebody without an account is her name"
