"""Ordering a dispenser at a supplier, only when the roll is arranged (R3), and what the supplier says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from reik.dispensing.devices.facts import DispenserFetched
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.operations import compact
from reik.kernel.outbox import REPORT, Message, MessageFailed, MessageSent
from reik.kernel.queries import organisation_names
from reik.medication.requests.letters import desk_phone
from reik.pathway.asking import keep_tasks
from reik.pathway.enrolment.enrolment_facts import DispenserOrdered, OrderChanged
from reik.pathway.enrolment.ordering import (
    LONGEST_NOTE,
    LONGEST_NUMBER,
    PHONE,
    ROLL_ARRANGED,
    RUNNING,
    Answer,
    OrderRefused,
    OrderState,
    OrderText,
    Wanted,
    may_be_ordered,
    order_number,
    step,
    wanted_flaw,
)
from reik.pathway.facts import PathMoved
from reik.pathway.locking import lock
from reik.pathway.models import CarePath, DispenserOrder, Supplier
from reik.pathway.path import State
from reik.pathway.readiness import holding
from reik.people.homes import UNKNOWN, homes_of
from reik.people.operations import BsnInvalid, check_bsn
from reik.people.queries import ClientCard
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, end_tasks_about, open_tasks

GIVES_UP = timedelta(hours=48)
AWAITED, TO_PHONE, TO_CANCEL = "order_awaited", "order_phone", "order_cancel"
PHONED_WITHIN = timedelta(hours=4)
_NINE_DIGITS = re.compile(r"(?<!\d)\d(?:[ .-]?\d){8}(?!\d)")
Write = Callable[[OrderText, str, Mapping[str, str]], Mapping[str, Any]]
"""Order, channel, the supplier's mapping → the body; made above, where couplings are known."""


@transaction.atomic
def place_order(
    path_id: UUID,
    supplier_id: UUID,
    wanted: Wanted,
    *,
    card: ClientCard,
    write: Write,
    by: str,
    now: datetime,
) -> UUID:
    """Order one dispenser for the client of this card; gives the order's id.

    Raises OrderRefused: roll_first, roll_gone, open, supplier, address, bsn, or the field that is wrong.
    """
    path = lock(path_id)
    supplier = _checked(path, supplier_id, card, wanted, now)
    id = new_id(now)
    text = _text(id, path, card, wanted)
    row = DispenserOrder.objects.create(
        id=id, organisation_id=path.organisation_id, client_id=path.client_id, path=path, supplier=supplier,
        model=wanted.model, wanted_on=wanted.wanted_on, options=_options(text), state=OrderState.SENT,
        message=_send(id, supplier, text, write, now), taken_by=wanted.taken_by.strip(), asked_at=now, asked_by=by,
        changed_at=now, changed_by=by, note=wanted.note.strip(),
    )  # fmt: skip
    _await(row, supplier, ZoneInfo(card.zone), now)
    keep_tasks([path.id], now, by)
    told = DispenserOrdered(
        **_of(row), order_id=row.id, supplier_id=supplier.id, model=row.model, by=by
    )  # fmt: skip
    facts.publish([told], now)
    return row.id


def _checked(path: CarePath, supplier_id: UUID, card: ClientCard, wanted: Wanted, now: datetime) -> Supplier:
    """The supplier, when this may be ordered there now. Raises OrderRefused."""
    if path.client_id != card.id:
        raise OrderRefused("client", "This care path is another client's: begin at the client's page.")
    may_be_ordered(State(path.state), holding([path.id], now, ["roll_confirmed"])[path.id])
    rows = Supplier.objects.filter(id=supplier_id, organisation_id=path.organisation_id, ended_at=None)
    supplier = rows.first()
    if supplier is None:
        raise OrderRefused("supplier", "Choose a supplier from the list.")
    if DispenserOrder.objects.filter(path=path, state__in=RUNNING).exists():
        raise OrderRefused("open", "A dispenser is on order already: look at that order first.")
    today = now.astimezone(ZoneInfo(card.zone)).date()
    if flaw := wanted_flaw(wanted, supplier.types, supplier.channel, today):
        raise OrderRefused(flaw, "Something in this order is missing or cannot be: look at the fields.")
    refuse_bsn(wanted.note)
    return supplier


def refuse_bsn(text: str) -> None:
    """Raise OrderRefused when a note for a supplier holds a citizen service number: it has no use for it."""
    for each in _NINE_DIGITS.findall(text):
        try:
            check_bsn(re.sub(r"\D", "", each))
        except BsnInvalid:
            continue
        raise OrderRefused("bsn", "This looks like a BSN: leave it out, a supplier may not have it.")


def _text(id: UUID, path: CarePath, card: ClientCard, wanted: Wanted) -> OrderText:
    if not card.address.strip():
        raise OrderRefused("address", "Nobody wrote down where she lives: fill in her address first.")
    return OrderText(
        order=order_number(id), organisation=organisation_names([path.organisation_id])[path.organisation_id],
        organisation_phone=desk_phone(path.organisation_id), client=card.display, address=card.address,
        phone=card.phone, model=wanted.model, wanted_on=wanted.wanted_on, times_per_day=wanted.times_per_day,
        language=homes_of([path.client_id]).get(path.client_id, UNKNOWN).language, volume=wanted.volume,
        extra_signal=wanted.extra_signal, installs=str(path.variant.get("installs", "team")),
        note=wanted.note.strip(),
    )  # fmt: skip


def _options(text: OrderText) -> dict[str, object]:
    """What is kept of an order beside its columns; name and address stay where they live."""
    kept = ("times_per_day", "language", "volume", "extra_signal", "installs")
    return {name: getattr(text, name) for name in kept}


def _send(id: UUID, supplier: Supplier, text: OrderText, write: Write, now: datetime) -> UUID | None:
    """Into the outbox, sealed: it names a client. By phone nothing leaves."""
    if supplier.channel == PHONE or supplier.destination_id is None:
        return None
    message = Message(
        id=new_id(now), organisation_id=supplier.organisation_id, destination_id=supplier.destination_id,
        priority=REPORT, about=id, gives_up_after=GIVES_UP,
        body=outbox.sealed(
            supplier.organisation_id, compact(write(text, supplier.channel, supplier.mapping))
        ),
    )  # fmt: skip
    outbox.put([message], now)
    return message.id


def _await(row: DispenserOrder, supplier: Supplier, zone: ZoneInfo, now: datetime) -> None:
    """The supplier answers within its own days; else somebody asks."""
    day = now.astimezone(zone).date() + timedelta(days=supplier.lead_days)
    open_tasks([_task(row, supplier, AWAITED, datetime.combine(day, time(17), zone), row.asked_by)], now)


def _task(row: DispenserOrder, supplier: Supplier, kind: str, due_at: datetime, by: str) -> NewTask:
    return NewTask(
        organisation_id=row.organisation_id, client_id=row.client_id, kind=kind, owner_role="nurse", due_at=due_at,
        by=by, key=str(row.id), about=row.id,
        detail={"supplier": supplier.name, "number": supplier.phone, "order": order_number(row.id)},
    )  # fmt: skip


def _of(row: DispenserOrder) -> dict[str, UUID]:
    return {"organisation_id": row.organisation_id, "client_id": row.client_id, "path_id": row.path_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of an order, and by whom at the supplier; `seen` is the state that the person looked at."""

    answer: Answer
    seen: OrderState
    their_number: str = ""
    device: str = ""
    note: str = ""


@transaction.atomic
def answer_order(order_id: UUID, told: Told, *, by: str, now: datetime) -> OrderState:
    """Write down what becomes of an order; gives its new state. Raises OrderRefused, nothing changed."""
    row = DispenserOrder.objects.select_for_update(no_key=True, of=("self",)).get(id=order_id)
    before = OrderState(row.state)
    if before != told.seen:
        raise OrderRefused("meanwhile", "Somebody else changed this order meanwhile: look at it again.")
    after = step(before, told.answer)
    if told.answer in (Answer.REFUSE, Answer.CANCEL, Answer.GIVE_BACK) and not told.note.strip():
        raise OrderRefused("why", "Say why, in a few words.")
    if len(told.note) > LONGEST_NOTE or max(len(told.their_number), len(told.device)) > LONGEST_NUMBER:
        raise OrderRefused("long", f"Say it in at most {LONGEST_NOTE} letters.")
    row.state, row.changed_at, row.changed_by = after, now, by
    row.their_number = told.their_number.strip() or row.their_number
    row.device = told.device.strip().upper() or row.device
    row.note = told.note.strip() or row.note
    row.save(update_fields=["state", "changed_at", "changed_by", "their_number", "device", "note"])
    if after == OrderState.CANCELLED:
        outbox.withdraw([row.id], now)
    if after not in RUNNING:
        ended = DONE if after == OrderState.DELIVERED else DROPPED
        end_tasks_about([row.id], as_=ended, by=by, now=now)
    keep_tasks([row.path_id], now, by)
    changed = OrderChanged(**_of(row), order_id=row.id, from_state=before, to_state=after, by=by)
    facts.publish([changed], now)
    return after


def note_sent(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: the supplier's side took the order; nobody has to phone it any more."""
    ids = [each.message_id for each in sent]
    rows = DispenserOrder.objects.filter(message__in=ids, message__isnull=False, left_at=None)
    orders = list(rows.values_list("id", flat=True))
    if orders:
        DispenserOrder.objects.filter(id__in=orders).update(left_at=now)
        _end_phoning(orders, now)


def _end_phoning(order_ids: Collection[UUID], now: datetime) -> None:
    """Ends only this task: that the supplier has to answer stays open."""
    clients = DispenserOrder.objects.filter(id__in=order_ids).values_list("client_id", flat=True)
    end_tasks(set(clients), TO_PHONE, as_=DROPPED, by="reik", now=now)


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """Handler: an order did not arrive at its first try; somebody phones it, while it is tried again."""
    rows = DispenserOrder.objects.filter(
        message__in=[each.message_id for each in failed], message__isnull=False, left_at=None, state__in=RUNNING
    ).select_related("supplier").order_by("id")  # fmt: skip
    open_tasks([_task(each, each.supplier, TO_PHONE, now + PHONED_WITHIN, "reik") for each in rows], now)


def follow_moved(moved: Sequence[PathMoved], now: datetime) -> None:
    """Handler: where the roll is no longer arranged, or the path stops, somebody calls the order off."""
    paths = [each.path_id for each in moved if State(each.to_state) not in ROLL_ARRANGED]
    if not paths:
        return
    rows = DispenserOrder.objects.filter(path_id__in=paths, state__in=RUNNING).select_related("supplier")
    open_tasks(
        [_task(each, each.supplier, TO_CANCEL, now + PHONED_WITHIN, "reik") for each in rows.order_by("id")],
        now,
    )


def follow_fetched(told: Sequence[DispenserFetched], now: datetime) -> None:
    """Handler: a dispenser went back for good, so its order is over: returned, since this moment, by who fetched it.

    An order without a serial number is of the dispenser that stood there.
    """
    for each in told:
        if each.client_id is None:
            continue
        rows = DispenserOrder.objects.select_for_update(no_key=True, of=("self",)).filter(
            Q(device=each.device) | Q(device=""), client_id=each.client_id, state=OrderState.DELIVERED
        )
        for row in rows.order_by("id"):
            row.state = step(OrderState.DELIVERED, Answer.GIVE_BACK)
            row.device, row.changed_at, row.changed_by = each.device, now, each.by
            row.save(update_fields=["state", "device", "changed_at", "changed_by"])
            facts.publish(
                [
                    OrderChanged(
                        **_of(row), order_id=row.id, from_state=OrderState.DELIVERED, to_state=row.state, by=each.by
                    )
                ],
                now,
            )  # fmt: skip
