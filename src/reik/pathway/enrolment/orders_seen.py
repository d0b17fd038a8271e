"""Reads of orders of dispensers, of clients whom the caller may see already; and what they show for a care path."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.pathway.enrolment.ordering import RUNNING, OrderState, order_number
from reik.pathway.evidence import Shown
from reik.pathway.models import DispenserOrder
from reik.pathway.queries import PathSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """An order as a screen shows it. `left_at`: the supplier's side took it; None with a message: not yet."""

    id: UUID
    path_id: UUID
    client_id: UUID
    organisation_id: UUID
    supplier_id: UUID
    supplier: str
    supplier_phone: str
    channel: str
    model: str
    wanted_on: date
    options: Mapping[str, object]
    state: OrderState
    their_number: str
    device: str
    message: UUID | None
    left_at: datetime | None
    taken_by: str
    asked_at: datetime
    asked_by: str
    changed_at: datetime
    changed_by: str
    note: str

    @property
    def runs(self) -> bool:
        return self.state in RUNNING

    @property
    def number(self) -> str:
        """Its number for people, as the supplier was told."""
        return order_number(self.id)


_SAME = (
    "id", "path_id", "client_id", "organisation_id", "supplier_id", "model", "wanted_on", "options", "their_number",
    "device", "message", "left_at", "taken_by", "asked_at", "asked_by", "changed_at", "changed_by", "note",
)  # fmt: skip


def orders_of(path_ids: Collection[UUID]) -> dict[UUID, list[OrderSeen]]:
    """The orders of each path, the newest first; a path without any is missing. One statement."""
    found: dict[UUID, list[OrderSeen]] = {}
    rows = DispenserOrder.objects.filter(path_id__in=path_ids).select_related("supplier")
    for each in rows.order_by("-asked_at", "-id"):
        found.setdefault(each.path_id, []).append(_seen(each))
    return found


def orders_in(organisation_id: UUID) -> list[OrderSeen]:
    """Every order of an organisation, the oldest first. One statement."""
    rows = DispenserOrder.objects.filter(organisation_id=organisation_id).select_related("supplier")
    return [_seen(each) for each in rows.order_by("asked_at", "id")]


def _seen(row: DispenserOrder) -> OrderSeen:
    return OrderSeen(
        **{name: getattr(row, name) for name in _SAME}, state=OrderState(row.state), supplier=row.supplier.name,
        supplier_phone=row.supplier.phone, channel=row.supplier.channel,
    )  # fmt: skip


def shown_device_ordered(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: an order that runs or came."""
    return _shown(paths, (*RUNNING, OrderState.DELIVERED))


def shown_device_delivered(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: an order that came."""
    return _shown(paths, (OrderState.DELIVERED,))


def _shown(paths: Sequence[PathSeen], states: Collection[OrderState]) -> dict[UUID, Shown]:
    rows = DispenserOrder.objects.filter(path_id__in=[each.id for each in paths], state__in=states)
    return {
        each.path_id: Shown(at=each.changed_at, by=each.changed_by, about=each.id)
        for each in rows.order_by("asked_at", "id")
    }
