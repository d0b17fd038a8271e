"""What devices said of moments and is not folded into them (yet), set-wise. The bodies are in the ledger.

A moment with a mention is not understood in full, so silence proves nothing about it: `overdue` never calls
it *not out*. What was said before the moment was planned is folded in when it is planned.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from reik.kernel.rows import Columns, Table

LONGEST_KEY = 64
"""Characters of a moment's name at the device. A longer one is no moment of Reik's."""


class Why(StrEnum):
    UNPLANNED = "unplanned"  # Reik does not know the moment
    CONTESTED = "contested"  # two bodies under one identity, of which at least one names this moment
    PARKED = "parked"  # the element could not be understood
    POISON = "poison"  # understood, but interpreting it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    organisation_id: UUID
    dispenser_id: UUID
    key: str
    epoch: int
    seq: int
    why: Why


_MENTIONS = Table(
    "dispensing_mention",
    organisation_id="uuid", dispenser_id="uuid", key="text", epoch="bigint", seq="bigint", why="text",
    created_at="timestamptz",
)  # fmt: skip
_ASKED = Columns(dispenser_id="uuid", key="text")


def keep(said: Iterable[Mention], now: datetime) -> None:
    """Remember mentions; one that is remembered already changes nothing."""
    _MENTIONS.insert(
        (
            (each.organisation_id, each.dispenser_id, each.key, each.epoch, each.seq, each.why.value, now)
            for each in said
            if len(each.key) <= LONGEST_KEY
        ),
        then="ON CONFLICT DO NOTHING",
    )


@dataclass(frozen=True, slots=True)
class Said:
    """One event of the ledger that names a moment."""

    dispenser_id: UUID
    key: str
    epoch: int
    seq: int
    at: datetime
    type: str
    data: dict[str, object]


# The rows leave with the answer: whoever asks folds them in, in the same transaction.
TAKE = f"""
WITH taken AS (
    DELETE FROM dispensing_mention AS m USING {_ASKED.unnest} AS asked({_ASKED.names})
    WHERE m.dispenser_id = asked.dispenser_id AND m.key = asked.key AND m.why IN ('unplanned', 'contested')
    RETURNING m.*
)
SELECT t.dispenser_id, t.key, t.epoch, t.seq, t.why, e.at, e.type, e.data::text
FROM taken AS t JOIN dispensing_deviceevent AS e USING (dispenser_id, epoch, seq)
"""  # noqa: S608 - column names of this module


def take_for_planned(keys: Collection[tuple[UUID, str]]) -> tuple[list[Said], set[tuple[UUID, str]]]:
    """What was said of moments (dispenser, key) before they were planned: the events, and the contested keys."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, _ASKED.values(keys))
        rows = cursor.fetchall()
    said = [
        Said(row[0], row[1], row[2], row[3], row[5], row[6], json.loads(row[7]))
        for row in rows
        if row[4] == Why.UNPLANNED
    ]
    return said, {(row[0], row[1]) for row in rows if row[4] == Why.CONTESTED}
