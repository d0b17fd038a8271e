"""Reads of dispensing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.kernel.queries import Breach, breach
from reik.kernel.rows import array


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentSeen:
    """A moment as a screen shows it. `out` and `presented` count sachets; `reason` says why watch concluded."""

    id: UUID
    client_id: UUID
    organisation_id: UUID
    dispenser_id: UUID
    key: str
    due_at: datetime
    deadline_at: datetime
    latest_at: datetime
    sachets: int
    out: int
    presented: int
    last_out_at: datetime | None
    criticality: int
    outcome: str | None
    ended_at: datetime | None
    reason: str


SEEN = (
    "m.id, m.client_id, m.organisation_id, m.dispenser_id, m.key, m.due_at, m.deadline_at, m.latest_at, m.sachets,"
    " bit_count(m.out::bit(32))::int, bit_count(m.presented::bit(32))::int, m.last_out_at, m.criticality, m.outcome,"
    " m.ended_at, m.verdict_reason"
)
"""Columns of `dispensing_moment AS m`, in the order of MomentSeen's fields."""


def moment_seen(row: Sequence[Any]) -> MomentSeen:
    """A row of SEEN."""
    return MomentSeen(**dict(zip(MomentSeen.__slots__, row, strict=True)))


def moments_between(
    client_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, list[MomentSeen]]:
    """The moments of these clients that fall due in [since, until), by instant; without any: an empty list."""
    found: dict[UUID, list[MomentSeen]] = {id: [] for id in client_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SEEN} FROM dispensing_moment AS m WHERE m.client_id = ANY(%s::uuid[])"  # noqa: S608
            " AND m.due_at >= %s AND m.due_at < %s ORDER BY m.due_at, m.id",
            [array("uuid", client_ids), since, until],
        )
        for row in cursor.fetchall():
            seen = moment_seen(row)
            found[seen.client_id].append(seen)
    return found


def moments_by_id(ids: Collection[UUID]) -> dict[UUID, MomentSeen]:
    """These moments, as far as the caller may see them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SEEN} FROM dispensing_moment AS m WHERE m.id = ANY(%s::uuid[])",  # noqa: S608
            [array("uuid", ids)],
        )
        return {row[0]: moment_seen(row) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserSeen:
    """A client's dispenser, and what it last said of itself; None where it never said so.

    `evidence` is the most that it can prove: pressed, handed_out or removed (R26). `heard_at`: receive time of
    anything with a right MAC. `remaining` counts sachets on the roll. Rolls and their sums: `rolls.balance`.
    """

    id: UUID
    client_id: UUID
    organisation_id: UUID
    device: str
    evidence: str
    reports: str
    heard_at: datetime | None
    state: str | None
    mains: bool | None
    battery_pct: float | None
    signal_dbm: float | None
    plan_version: int | None
    roll: str | None
    remaining: int | None
    model: str | None
    firmware: str | None
    capabilities: Mapping[str, object]


def dispensers_of(client_ids: Collection[UUID]) -> dict[UUID, DispenserSeen]:
    """The dispenser of each client; clients without one are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, id, organisation_id, device, evidence, reports, heard_at, beat_data::text,"
            " started::text FROM dispensing_dispenser WHERE client_id = ANY(%s::uuid[])",
            [array("uuid", client_ids)],
        )
        return {row[0]: _dispenser(row) for row in cursor.fetchall()}


def _dispenser(row: Sequence[Any]) -> DispenserSeen:
    beat = json.loads(row[7] or "{}")
    started = json.loads(row[8] or "{}")
    return DispenserSeen(
        id=row[1], client_id=row[0], organisation_id=row[2], device=row[3], evidence=row[4], reports=row[5],
        heard_at=row[6], state=beat.get("state"), mains=beat.get("mains"), battery_pct=beat.get("battery_pct"),
        signal_dbm=beat.get("signal_dbm"), plan_version=beat.get("plan_version"), roll=beat.get("roll"),
        remaining=beat.get("remaining"), model=started.get("model"), firmware=started.get("firmware"),
        capabilities=started.get("capabilities") or {},
    )  # fmt: skip


def dispenser_named(device: str) -> DispenserSeen | None:
    """The dispenser with this device name that stands with a client; None for any other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, id, organisation_id, device, evidence, reports, heard_at, beat_data::text,"
            " started::text FROM dispensing_dispenser WHERE device = %s AND client_id IS NOT NULL",
            [device],
        )
        row = cursor.fetchone()
    return _dispenser(row) if row else None


LONGEST_WINDOW = timedelta(hours=12)


def running_moments(organisation_ids: Collection[UUID], now: datetime, most: int = 200) -> list[MomentSeen]:
    """The moments whose signal runs now: due, not ended, window not over; the one that ends first goes first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SEEN} FROM dispensing_moment AS m WHERE m.organisation_id = ANY(%s::uuid[])"  # noqa: S608
            " AND m.due_at > %s AND m.due_at <= %s AND m.deadline_at > %s AND m.outcome IS NULL"
            " ORDER BY m.deadline_at, m.id LIMIT %s",
            [array("uuid", organisation_ids), now - LONGEST_WINDOW, now, now, most],
        )
        return [moment_seen(row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A client's dispenser of which nothing is known since `heard_at`, with her next open moment, if any soon."""

    dispenser_id: UUID
    client_id: UUID
    organisation_id: UUID
    heard_at: datetime | None
    due_at: datetime | None
    criticality: int | None


SILENT = """
SELECT d.id, d.client_id, d.organisation_id, d.heard_at, m.due_at, m.criticality
FROM dispensing_dispenser AS d
LEFT JOIN LATERAL (SELECT due_at, criticality FROM dispensing_moment
    WHERE client_id = d.client_id AND outcome IS NULL AND deadline_at > %(now)s AND due_at < %(until)s
    ORDER BY due_at LIMIT 1) AS m ON true
WHERE d.organisation_id = ANY(%(organisations)s::uuid[]) AND d.client_id IS NOT NULL
    AND d.reports = 'every_moment' AND (d.heard_at IS NULL OR d.heard_at < %(before)s)
ORDER BY m.criticality NULLS LAST, m.due_at NULLS LAST, d.heard_at NULLS FIRST
"""


def silences(
    organisation_ids: Collection[UUID], *, before: datetime, now: datetime, until: datetime
) -> list[Silence]:
    """Dispensers that said nothing since `before`: who has a time-critical moment until `until` goes first."""
    values: dict[str, Any] = {
        "organisations": array("uuid", organisation_ids),
        "before": before,
        "now": now,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(SILENT, values)
        return [
            Silence(
                dispenser_id=row[0], client_id=row[1], organisation_id=row[2], heard_at=row[3], due_at=row[4],
                criticality=row[5],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def placed_count(organisation_ids: Collection[UUID]) -> int:
    """How many dispensers stand with a client and report every moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM dispensing_dispenser WHERE organisation_id = ANY(%s::uuid[])"
            " AND client_id IS NOT NULL AND reports = 'every_moment'",
            [array("uuid", organisation_ids)],
        )
        return int(cursor.fetchone()[0])
