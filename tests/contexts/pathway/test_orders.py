"""Ordering a dispenser: refused without a roll, sealed on its way out, told when it fails, called off when it stops."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.interop.orders.mapping import body as write
from reik.kernel import facts, outbox
from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.medication.requests.letters import set_desk
from reik.pathway import asking, moving, readiness
from reik.pathway.enrolment import enrolling, orders, orders_seen, suppliers
from reik.pathway.enrolment.enrolling import EnrolmentRefused, Promise
from reik.pathway.enrolment.ordering import Answer, OrderRefused, OrderState, Wanted
from reik.pathway.enrolment.orders import Told
from reik.pathway.enrolment.suppliers import NewSupplier, SupplierRefused
from reik.pathway.models import CarePath, DispenserOrder
from reik.pathway.path import STEP_OF, Event, State
from reik.people.models import Client
from reik.people.operations import register_client
from reik.people.queries import ClientCard, card_of
from reik.tasks.queries import open_tasks_of
from tests.cast import gather

pytestmark = pytest.mark.usefixtures("database")
ZONE = ZoneInfo("Europe/Amsterdam")
NURSE: dict[str, Any] = {"by": "Fatma Yılmaz", "role": "nurse"}
SUPPLIER = NewSupplier(
    name="Dispenser BV", types=["Lade 4"], channel="webhook", phone="053 555 04 00", agreed_on=date(2026, 1, 5),
    url="https://supplier.example/orders", mapping={"order": "ref", "client": "to.name"},
)  # fmt: skip


@pytest.fixture
def client(now: datetime) -> Client:
    return register_client(
        organisation_id=gather(now).zorg.id, name="Anna de Boer", now=now, phone="053 555 01 42",
        address="Voorbeeldstraat 1, Borne", salutation="Mw.",
    )  # fmt: skip


@pytest.fixture
def card(client: Client) -> ClientCard:
    return card_of(client)


def path_in(client: Client, state: State, now: datetime) -> CarePath:
    id = moving.open_path(client_id=client.id, setting="zvw", now=now, **NURSE)
    row = CarePath.objects.get(id=id)
    row.state, row.step = state.value, STEP_OF[state]
    row.save()
    asking.keep_tasks([id], now)
    return row


def promised(path: CarePath, now: datetime, days: int = 14) -> UUID:
    today = now.date()
    made = Promise(first_day=today + timedelta(days=3), last_day=today + timedelta(days=days), told_by="Els")
    return enrolling.promise_roll(path.id, made, now=now, zone=ZONE, **NURSE)


def supplied(organisation_id: UUID, now: datetime, **more: Any) -> UUID:
    new = replace(SUPPLIER, **more)
    id, secret = suppliers.add_supplier(
        organisation_id=organisation_id, new=new, by="Tom", now=now, today=now.date()
    )
    assert bool(secret) == (new.channel == "webhook")
    return id


def order(path: CarePath, supplier: UUID, card: ClientCard, now: datetime, **more: Any) -> UUID:
    wanted = Wanted(**{"model": "Lade 4", "wanted_on": now.date(), "times_per_day": 3, **more})
    return orders.place_order(path.id, supplier, wanted, card=card, write=write, by="Fatma Yılmaz", now=now)


def kinds(client: Client) -> set[str]:
    return {each.kind for each in open_tasks_of([client.id])}


def test_a_dispenser_is_ordered_only_when_the_roll_is_arranged(
    client: Client, card: ClientCard, now: datetime
) -> None:
    path = path_in(client, State.ROLL, now)
    supplier = supplied(client.organisation_id, now)
    promised(path, now)
    with pytest.raises(OrderRefused) as refused:
        order(path, supplier, card, now)
    assert refused.value.code == "roll_first"
    CarePath.objects.filter(id=path.id).update(state=State.DELIVERING.value, step=5)
    later = now + timedelta(days=20)  # the promise is over, and no roll came
    with pytest.raises(OrderRefused) as refused:
        order(path, supplier, card, later)
    assert refused.value.code == "roll_gone"
    assert not DispenserOrder.objects.exists()
    assert not OutboxMessage.objects.exists()
    order(path, supplier, card, now)
    assert OutboxMessage.objects.count() == 1
    with pytest.raises(OrderRefused) as refused:
        order(path, supplier, card, now)
    assert refused.value.code == "open"


def test_it_leaves_sealed_in_their_names_and_holds_no_bsn(
    client: Client, card: ClientCard, now: datetime
) -> None:
    path = path_in(client, State.DELIVERING, now)
    supplier = supplied(client.organisation_id, now)
    promised(path, now)
    with pytest.raises(OrderRefused) as refused:
        order(path, supplier, card, now, note="BSN 9999 900 19")
    assert refused.value.code == "bsn"
    order(path, supplier, card, now, note="Bel 0611 223 344 twee keer")
    message = OutboxMessage.objects.get()
    assert "Boer" not in message.body
    (seen,) = orders_seen.orders_of([path.id])[path.id]
    assert json.loads(outbox.opened(message.body)) == {"ref": seen.number, "to": {"name": "Mw. Anna de Boer"}}
    assert "Boer" not in json.dumps(dict(seen.options))
    assert readiness.holding([path.id], now)[path.id] >= {"device_ordered", "roll_confirmed"}


def test_what_fails_is_phoned_and_what_arrives_ends_it(
    client: Client, card: ClientCard, now: datetime
) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    id = order(path, supplied(client.organisation_id, now), card, now)
    assert "order_awaited" in kinds(client)
    message = DispenserOrder.objects.get().message
    assert message is not None
    for _ in range(2):
        facts.publish([MessageFailed(message_id=message, error="no connection")], now)
    (task,) = [each for each in open_tasks_of([client.id]) if each.kind == "order_phone"]
    assert task.detail["supplier"] == "Dispenser BV"
    facts.publish([MessageSent(message_id=message)], now + timedelta(hours=1))
    assert kinds(client) & {"order_phone", "order_awaited"} == {"order_awaited"}
    assert orders_seen.orders_of([path.id])[path.id][0].left_at == now + timedelta(hours=1)
    facts.publish([MessageFailed(message_id=message, error="late")], now)
    assert "order_phone" not in kinds(client)
    told = Told(answer=Answer.DELIVER, seen=OrderState.SENT, device="lade-0007")
    assert orders.answer_order(id, told, by="Joke", now=now) is OrderState.DELIVERED
    assert "order_awaited" not in kinds(client)
    (seen,) = orders_seen.orders_of([path.id])[path.id]
    assert (seen.device, seen.changed_by) == ("LADE-0007", "Joke")
    assert "device_delivered" in readiness.holding([path.id], now)[path.id]


def test_an_answer_that_cannot_be_changes_nothing(client: Client, card: ClientCard, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    id = order(path, supplied(client.organisation_id, now), card, now)
    for answer, looked_at, code in (
        (Answer.GIVE_BACK, OrderState.SENT, "not_from_here"),
        (Answer.CONFIRM, OrderState.SHIPPED, "meanwhile"),
        (Answer.REFUSE, OrderState.SENT, "why"),
    ):
        with pytest.raises(OrderRefused) as refused:
            orders.answer_order(id, Told(answer=answer, seen=looked_at), by="Joke", now=now)
        assert refused.value.code == code
    (seen,) = orders_seen.orders_of([path.id])[path.id]
    assert (seen.state, seen.changed_by) == (OrderState.SENT, "Fatma Yılmaz")
    told = Told(answer=Answer.CANCEL, seen=OrderState.SENT, note="Cliënt is opgenomen")
    orders.answer_order(id, told, by="Joke", now=now)
    assert not OutboxMessage.objects.filter(state=0).exists()
    assert "device_ordered" not in readiness.holding([path.id], now)[path.id]
    assert order(path, supplied(client.organisation_id, now, name="Ander"), card, now)


def test_where_the_path_goes_back_or_stops_the_order_is_called_off(
    client: Client, card: ClientCard, now: datetime
) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    order(path, supplied(client.organisation_id, now), card, now)
    moving.move(path.id, Event.STOP, now=now, note="Cliënt is overleden", **NURSE)
    assert "order_cancel" in kinds(client)


def test_by_phone_nothing_leaves_and_somebody_took_it(
    client: Client, card: ClientCard, now: datetime
) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    supplier = supplied(client.organisation_id, now, channel="phone", url="", mapping={})
    with pytest.raises(OrderRefused) as refused:
        order(path, supplier, card, now)
    assert refused.value.code == "taken_by"
    order(path, supplier, card, now, taken_by="Sanne van de balie")
    assert not OutboxMessage.objects.exists()
    (seen,) = orders_seen.orders_of([path.id])[path.id]
    assert (seen.taken_by, seen.message) == ("Sanne van de balie", None)


def test_without_an_address_nothing_is_ordered(client: Client, card: ClientCard, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    with pytest.raises(OrderRefused) as refused:
        order(path, supplied(client.organisation_id, now), replace(card, address=" "), now)
    assert refused.value.code == "address"


def test_a_letter_goes_by_the_organisations_own_mailbox(
    client: Client, card: ClientCard, now: datetime
) -> None:
    house = client.organisation_id
    mail = {"channel": "email", "url": "", "mapping": {}, "email": "orders@example.org"}
    with pytest.raises(SupplierRefused) as refused:
        supplied(house, now, **mail)
    assert refused.value.code == "mailbox"
    set_desk(
        organisation_id=house, phone="053 555 03 00", site="https://reik.example", by="Tom", now=now,
        mail="smtp://u:p@mail.example/?from=zorg@example.org",
    )  # fmt: skip
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    order(path, supplied(house, now, **mail), card, now)
    said = json.loads(outbox.opened(OutboxMessage.objects.get().body))
    assert said["letter"] == "dispenser_order"
    assert "Voorbeeldstraat 1, Borne" in said["text"]
    assert "053 555 03 00" in said["text"]
    assert "Boer" not in said["subject"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name"),
        ({"types": []}, "types"),
        ({"channel": "fax"}, "channel"),
        ({"phone": "12"}, "phone"),
        ({"agreed_on": None}, "agreed_on"),
        ({"agreed_on": date(2027, 1, 1)}, "agreed_on"),
        ({"url": "http://supplier.example"}, "url"),
        ({"mapping": {"order": "a", "medicine": "b"}}, "mapping_ours"),
        ({"lead_days": 0}, "lead_days"),
    ],
)
def test_a_supplier_is_looked_at(client: Client, now: datetime, change: dict[str, Any], code: str) -> None:
    with pytest.raises(SupplierRefused) as refused:
        supplied(client.organisation_id, now, **change)
    assert refused.value.code == code
    assert suppliers.suppliers_of(client.organisation_id) == []


def test_a_supplier_ends_and_is_offered_no_more(client: Client, card: ClientCard, now: datetime) -> None:
    path = path_in(client, State.DELIVERING, now)
    promised(path, now)
    id = supplied(client.organisation_id, now)
    with pytest.raises(SupplierRefused) as refused:
        supplied(client.organisation_id, now)
    assert refused.value.code == "twice"
    suppliers.end_supplier(client.organisation_id, id, now)
    assert suppliers.suppliers_of(client.organisation_id) == []
    with pytest.raises(OrderRefused) as ordered:
        order(path, id, card, now)
    assert ordered.value.code == "supplier"


def test_a_promise_is_checked_and_holds_until_its_last_day_is_over(client: Client, now: datetime) -> None:
    path = path_in(client, State.ROLL, now)
    assert "path.roll_confirmed" in kinds(client)
    today = now.date()
    for first, last, who, code in (
        (today, today - timedelta(days=1), "Els", "days"),
        (today, today + timedelta(days=200), "Els", "days"),
        (today, today + timedelta(days=7), " ", "told_by"),
    ):
        made = Promise(first_day=first, last_day=last, told_by=who)
        with pytest.raises(EnrolmentRefused) as refused:
            enrolling.promise_roll(path.id, made, now=now, zone=ZONE, **NURSE)
        assert refused.value.code == code
    promised(path, now, days=14)
    assert "path.roll_confirmed" not in kinds(client)
    last = datetime.combine(today + timedelta(days=15), datetime.min.time(), ZONE)
    assert "roll_confirmed" in readiness.holding([path.id], last - timedelta(seconds=1))[path.id]
    assert "roll_confirmed" not in readiness.holding([path.id], last)[path.id]
