"""The ledger of device events and how far each device's journal is held: set-wise SQL, no decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.rows import Table

Identity = tuple[UUID, int, int]
"""(dispenser id, epoch, seq)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event as it goes into the ledger."""

    dispenser_id: UUID
    organisation_id: UUID
    epoch: int
    seq: int
    at: datetime | None
    type: str
    data: str  # JSON text
    digest: bytes
    parked: str
    received_at: datetime
    raw_id: UUID

    @property
    def identity(self) -> Identity:
        return (self.dispenser_id, self.epoch, self.seq)


_LEDGER = Table(
    "dispensing_deviceevent",
    dispenser_id="uuid", epoch="bigint", seq="bigint", organisation_id="uuid", at="timestamptz", type="text",
    data="jsonb", digest="bytea", parked="text", received_at="timestamptz", raw_id="uuid",
)  # fmt: skip


def insert_entries(entries: Sequence[Entry]) -> set[Identity]:
    """Add to the ledger what it does not hold yet; gives the identities that were new."""
    new = _LEDGER.insert(
        [
            (each.dispenser_id, each.epoch, each.seq, each.organisation_id, each.at, each.type, each.data,
             each.digest, each.parked, each.received_at, each.raw_id)
            for each in entries
        ],
        then="ON CONFLICT DO NOTHING RETURNING dispenser_id, epoch, seq",
    )  # fmt: skip
    return {(row[0], row[1], row[2]) for row in new}


def digests_held(identities: Sequence[Identity]) -> dict[Identity, tuple[bytes, dict[str, object]]]:
    """Digest and data of ledger rows, for telling a repetition from a second body under one identity."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.dispenser_id, e.epoch, e.seq, e.digest, e.data FROM dispensing_deviceevent AS e"
            " JOIN unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS asked(dispenser_id, epoch, seq)"
            " USING (dispenser_id, epoch, seq)",
            [list(column) for column in zip(*identities, strict=True)],
        )
        return {
            (row[0], row[1], row[2]): (
                bytes(row[3]),
                row[4] if isinstance(row[4], dict) else json.loads(row[4]),
            )
            for row in cursor.fetchall()
        }


def held_upto(asked: Sequence[Identity]) -> dict[tuple[UUID, int], int]:
    """For each (dispenser, epoch, from): the last seq of the unbroken run that follows `from`.

    Missing from the answer when the very next seq is not held.
    """
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dispenser_id, epoch, max(seq) FROM ("
            " SELECT e.dispenser_id, e.epoch, e.seq, start,"
            "  e.seq - row_number() OVER (PARTITION BY e.dispenser_id, e.epoch ORDER BY e.seq) AS run"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS asked(dispenser_id, epoch, start)"
            " JOIN dispensing_deviceevent AS e USING (dispenser_id, epoch) WHERE e.seq > start"
            ") AS runs WHERE run = start GROUP BY dispenser_id, epoch",
            [list(column) for column in zip(*asked, strict=True)],
        )
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}
