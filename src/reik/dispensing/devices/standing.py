"""Which dispensers an organisation has, and with whom each stood from when to when, as far as moments tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.away.seen import taken_back_at
from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A dispenser with a client. `first` and `last`: of its moments there, None without any.

    `back_at`: when it was fetched for good; `still`: it stands there now.
    """

    client_id: UUID
    first: datetime | None
    last: datetime | None
    back_at: datetime | None
    still: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One dispenser that Reik knows, and its stays, the oldest first. `supplier` empty: not known."""

    id: UUID
    device: str
    supplier: str
    enrolled_at: datetime
    stays: tuple[Stood, ...]


DEVICES = """
SELECT id, device, supplier, created_at, client_id FROM dispensing_dispenser
WHERE organisation_id = %s ORDER BY device
"""
STAYS = """
SELECT dispenser_id, client_id, min(due_at), max(due_at) FROM dispensing_moment
WHERE dispenser_id = ANY(%s::uuid[]) AND due_at <= %s GROUP BY 1, 2
"""


def standing(organisation_id: UUID, now: datetime) -> list[Device]:
    """Every dispenser of this organisation. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute(DEVICES, [organisation_id])
        devices = cursor.fetchall()
        ids = [row[0] for row in devices]
        cursor.execute(STAYS, [array("uuid", ids), now])
        moments = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    back = taken_back_at(organisation_id)
    now_at = {row[0]: row[4] for row in devices}
    pairs = {*moments, *back, *((row[0], row[4]) for row in devices if row[4])}
    found: dict[UUID, list[Stood]] = {id: [] for id in ids}
    for dispenser, client in pairs:
        if dispenser not in found:
            continue  # another organisation has it now
        first, last = moments.get((dispenser, client), (None, None))
        still = now_at[dispenser] == client
        found[dispenser].append(
            Stood(
                client_id=client, first=first, last=last, still=still,
                back_at=None if still else back.get((dispenser, client)),
            )
        )  # fmt: skip
    return [
        Device(id=row[0], device=row[1], supplier=row[2], enrolled_at=row[3], stays=_by_time(found[row[0]], row[3]))
        for row in devices
    ]  # fmt: skip


def _by_time(stays: list[Stood], otherwise: datetime) -> tuple[Stood, ...]:
    return tuple(sorted(stays, key=lambda each: (each.first or otherwise, each.client_id)))
