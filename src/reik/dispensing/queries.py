"""Reads of dispensing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.kernel.queries import Breach, breach


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKeys:
    """A dispenser with the sealed MAC keys that hold now, newest generation first."""

    device: str
    dispenser_id: UUID
    organisation_id: UUID
    sealed_keys: tuple[bytes, ...]


def keys_of(devices: Collection[str], now: datetime) -> list[DeviceKeys]:
    """The dispensers with these device names that have a living secret."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.device, d.id, d.organisation_id, array_agg(s.key ORDER BY s.generation DESC)"
            " FROM dispensing_dispenser AS d JOIN dispensing_devicesecret AS s ON s.dispenser_id = d.id"
            " WHERE d.device = ANY(%s) AND (s.ends_at IS NULL OR s.ends_at > %s) GROUP BY d.id",
            [list(devices), now],
        )
        return [
            DeviceKeys(
                device=row[0],
                dispenser_id=row[1],
                organisation_id=row[2],
                sealed_keys=tuple(bytes(key) for key in row[3]),
            )
            for row in cursor.fetchall()
        ]


OVERDUE_AFTER = timedelta(seconds=90)


def overdue_moments(now: datetime) -> Breach | None:
    """Moments without an outcome 90 s past their deadline: `reik watch` ends each within 60 s (rule 4)."""
    return breach(
        "moment_overdue",
        "Look whether `reik watch` runs and what its log says.",
        "SELECT id, count(*) OVER () FROM dispensing_moment WHERE outcome IS NULL AND deadline_at < %(limit)s"
        " ORDER BY deadline_at",
        {"limit": now - OVERDUE_AFTER},
    )
