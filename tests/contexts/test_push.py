"""Notifications on phones: which phones, over `reik send` to a push service, and the phone's own receipt."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Http

from reik.alerting.models import Alert, Remark, Step
from reik.interop.webpush import keys
from reik.interop.webpush.keys import Receipt
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import mark_installation, open_account
from reik.people import push
from reik.people.models import PushSubscription
from reik.people.push_address import MOST_PHONES, PushRefused
from tests.contexts.push_house import House, address, carer_first, house, missed
from tests.contexts.sending import sending, until

__all__ = ["house"]
MINUTE = timedelta(minutes=1)


def test_a_route_can_point_at_a_person_before_she_has_a_phone(house: House, now: datetime) -> None:
    made = push.destination_of(house.daughter.id, now)
    assert push.destination_of(house.daughter.id, now) == made
    assert address(made) == ("/naaste", [])
    phone = house.on(now)
    assert house.on(now) == phone
    assert address(made) == ("/naaste", [phone])
    assert push.unsubscribe(account_id=house.daughter.id, phone_id=phone, now=now)
    assert not push.unsubscribe(account_id=house.daughter.id, phone_id=phone, now=now)
    assert address(made) == ("/naaste", [])


def test_a_phone_that_was_switched_off_and_on_is_another_one(house: House, now: datetime) -> None:
    """So that a late word that the old one is gone does not end the new one."""
    old = house.on(now)
    push.unsubscribe(account_id=house.daughter.id, phone_id=old, now=now)
    new = house.on(now)
    push.note_gone([old], now)
    assert [each.id for each in push.phones_of(house.daughter.id)] == [new] != [old]


def test_a_phone_that_changes_hands_serves_one_person(house: House, now: datetime) -> None:
    son = open_account(
        organisation_id=house.zorg.id,
        username="henk",
        display_name="Henk Wolters",
        role="informal_carer",
        now=now,
    )
    house.on(now)
    hers = house.on(now, who=son)
    assert push.phones_of(house.daughter.id) == []
    assert [each.id for each in push.phones_of(son.id)] == [hers]
    assert address(push.destination_of(house.daughter.id, now))[1] == []


def test_nobody_ends_the_phone_of_somebody_else(house: House, now: datetime) -> None:
    phone = house.on(now)
    other = open_account(
        organisation_id=house.zorg.id, username="x", display_name="X", role="informal_carer", now=now
    )
    assert not push.unsubscribe(account_id=other.id, phone_id=phone, now=now)
    with pytest.raises(PushRefused):
        push.try_out(account_id=other.id, phone_id=phone, now=now)
    assert push.phone_of(other.id, house.service.endpoint(house.phone)) is None


def test_there_is_an_end_to_phones(house: House, now: datetime) -> None:
    for _ in range(MOST_PHONES):
        house.on(now, phone=house.service.browser())
    with pytest.raises(PushRefused, match="switch one of them off"):
        house.on(now)


def test_a_demo_sends_to_this_machine_only(house: House, now: datetime) -> None:
    mark_installation("demo", now)
    push.destination_of(house.daughter.id, now)
    house.on(now)
    with pytest.raises(PushRefused, match="demo"):
        push.subscribe(
            account_id=house.daughter.id, endpoint="https://web.push.apple.com/x", p256dh=house.phone.p256dh,
            auth=house.phone.auth, label="", now=now,
        )  # fmt: skip


def test_what_leads_to_a_phone_is_stored_sealed_and_within_its_organisation(
    house: House, now: datetime
) -> None:
    phone = house.on(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s::text || d::text FROM people_pushsubscription s, kernel_destination d WHERE s.id = %s",
            [phone],
        )
        stored = "".join(row[0] for row in cursor.fetchall())
    for secret in (house.service.endpoint(house.phone), house.phone.p256dh, house.phone.auth):
        assert secret.encode().hex() not in stored
        assert secret not in stored
    become(Role.WEB)
    assert PushSubscription.objects.count() == 0


def test_an_alert_reaches_the_phone_and_the_phone_says_so(house: House, now: datetime) -> None:
    start = clock.now()  # the push service checks the signature by its own clock
    phone = house.on(start)
    carer_first(house, start)
    alert = missed(house, start)
    with sending(start):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=1).exists())
    (shown,) = house.phone.shown
    assert shown["body"] == f"Er is een melding voor u. Nummer {alert.id.hex[-4:].upper()}."
    assert shown["url"] == f"/naaste/melding/{alert.id}"
    assert not re.search(r"wolters|medic|zakje|dispenser", json.dumps(shown), re.IGNORECASE)
    assert house.phone.headers[0]["TTL"] == "300"
    step = Step.objects.get(alert=alert, position=1)
    assert (step.state, Alert.objects.get(id=alert.id).state) == (Step.State.DELIVERED, "open")
    become(Role.WEB)
    for _ in range(2):  # a phone may say it twice
        answer = Http().post("/push/received", json.dumps({"receipt": shown["receipt"]}), "application/json")
        assert answer.status_code == 204
    become(Role.WORKER)
    (line,) = Remark.objects.filter(alert=alert, kind="received")
    assert (line.by, line.text) == ("Marleen Wolters", "1.1")
    assert PushSubscription.objects.get(id=phone).used_at is not None
    assert Alert.objects.get(id=alert.id).state == "open"  # a phone is nobody


def test_when_her_phone_is_gone_the_next_one_is_asked_at_once(house: House, now: datetime) -> None:
    phone = house.on(now)
    carer_first(house, now)
    alert = missed(house, now)
    house.service.statuses[house.phone.name] = 410
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=2).exists())
    first, second = Step.objects.filter(alert=alert).order_by("position")
    assert first.state == Step.State.FAILED
    assert second.due_at <= now + MINUTE
    assert second.reason == "pulled_forward"
    row = PushSubscription.objects.get(id=phone)
    assert (row.gone_at is not None, row.gone_because) == (True, "gone")
    assert address(push.destination_of(house.daughter.id, now))[1] == []


def test_without_a_phone_the_next_one_is_asked_at_once(house: House, now: datetime) -> None:
    carer_first(house, now)
    alert = missed(house, now)
    with sending(now):
        until(lambda: OutboxMessage.objects.filter(about=alert.id, state=2).exists())
    assert Step.objects.get(alert=alert, position=2).reason == "pulled_forward"


@pytest.mark.parametrize("receipt", ["", "x", "A" * 88, None, 5])
def test_a_receipt_that_reik_did_not_write_is_nothing(house: House, receipt: object) -> None:
    become(Role.WEB)
    answer = Http().post("/push/received", json.dumps({"receipt": receipt}), "application/json")
    assert answer.status_code == 404


def test_a_receipt_reaches_its_own_organisation_only(house: House, now: datetime) -> None:
    """Even a receipt under another organisation's name touches nothing of this one."""
    phone = house.on(now)
    carer_first(house, now)
    step = Step.objects.get(alert=missed(house, now), position=1)
    strange = keys.written(
        keys.receipt_key(Home.from_environment()),
        Receipt(organisation_id=house.eva.id, phone_id=phone, message_id=step.id),
    )
    become(Role.WEB)
    Http().post("/push/received", json.dumps({"receipt": strange}), "application/json")
    become(Role.WORKER)
    assert PushSubscription.objects.get(id=phone).used_at is None
    assert not Remark.objects.filter(kind="received").exists()
    unknown = Receipt(organisation_id=house.zorg.id, phone_id=uuid4(), message_id=uuid4())
    become(Role.WEB)
    said = keys.written(keys.receipt_key(Home.from_environment()), unknown)
    assert Http().post("/push/received", json.dumps({"receipt": said}), "application/json").status_code == 204
