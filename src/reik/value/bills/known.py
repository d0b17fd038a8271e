"""What Reik knows of dispensers for a bill: where each stood from when to when, and by which order it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.dispensing.devices.standing import Device, Stood, standing
from reik.medication.queries import zones_of
from reik.medication.times.schedule import local_day
from reik.pathway.enrolment.ordering import OrderState
from reik.pathway.enrolment.orders_seen import OrderSeen, orders_in
from reik.pathway.path import Event
from reik.pathway.queries import moved_at, started_paths
from reik.value.bills.checking import Known, Stay


def known_devices(organisation_id: UUID, now: datetime) -> list[Known]:
    """Every dispenser of this organisation, by its own records and its orders. A fixed number of statements."""
    devices = standing(organisation_id, now)
    zones = zones_of({stay.client_id for each in devices for stay in each.stays})
    installed = _installed(organisation_id, now)
    orders: dict[str, list[OrderSeen]] = defaultdict(list)
    for each in orders_in(organisation_id):
        orders[each.device].append(each)
    found = [_known(each, devices, installed, zones, orders.pop(each.device, [])) for each in devices]
    for device, of in orders.items():
        found += _only_ordered(device, of)
    return found


def _installed(organisation_id: UUID, now: datetime) -> dict[UUID, list[datetime]]:
    """When a dispenser was installed with each client, the oldest first."""
    paths = started_paths(organisation_id, now)
    at = moved_at([each.id for each in paths], Event.INSTALLED)
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for each in paths:
        if each.id in at:
            found[each.client_id].append(at[each.id])
    return {client: sorted(instants) for client, instants in found.items()}


def _known(
    device: Device, devices: Sequence[Device], installed: Mapping[UUID, Sequence[datetime]],
    zones: Mapping[UUID, ZoneInfo], orders: Sequence[OrderSeen],
) -> Known:  # fmt: skip
    stays = []
    for each in device.stays:
        begun = _since(each, _last_before(each, device, devices), installed.get(each.client_id, ()))
        until = _until(each, device, orders)
        zone = zones[each.client_id]
        since: date | None = local_day(begun, zone) if begun else None
        last = local_day(until, zone) if until else None
        stays.append(
            Stay(client_id=each.client_id, since=since, until=max(last, since) if last and since else last)
        )
    return Known(
        device=device.device, supplier=device.supplier or next((each.supplier for each in orders), ""),
        orders=_numbers(orders), stays=tuple(stays),
    )  # fmt: skip


def _last_before(stay: Stood, device: Device, devices: Sequence[Device]) -> datetime | None:
    """The last moment of another device with the same client, before this one's first."""
    if stay.first is None:
        return None
    return max(
        (
            other.last
            for each in devices
            if each.id != device.id
            for other in each.stays
            if other.client_id == stay.client_id and other.last is not None and other.last < stay.first
        ),
        default=None,
    )


def _since(stay: Stood, before: datetime | None, installed: Sequence[datetime]) -> datetime | None:
    """When it was installed: not before another device gave its last there, and not after its own first moment."""
    fitting = [
        each
        for each in installed
        if (stay.first is None or each <= stay.first) and (before is None or each > before)
    ]
    return fitting[-1] if fitting else stay.first


def _until(stay: Stood, device: Device, orders: Sequence[OrderSeen]) -> datetime | None:
    """None: it stands there still. Where nobody said when it was fetched: its last moment."""
    if stay.still:
        return None
    if stay.back_at is not None:
        return stay.back_at
    given = [each.changed_at for each in orders if each.state == OrderState.RETURNED]
    return given[-1] if given and given[-1] >= (stay.last or device.enrolled_at) else stay.last


def _numbers(orders: Sequence[OrderSeen]) -> frozenset[str]:
    return frozenset(
        number.upper() for each in orders for number in (each.number, each.their_number) if number
    )


def _only_ordered(device: str, orders: Sequence[OrderSeen]) -> list[Known]:
    """Orders of which no dispenser was ever enrolled; without a serial number each stands by itself."""
    if device:
        return [Known(device=device, supplier=orders[0].supplier, orders=_numbers(orders))]
    return [Known(device="", supplier=each.supplier, orders=_numbers([each])) for each in orders]
