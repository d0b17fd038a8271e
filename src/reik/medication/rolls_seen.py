"""What devices say of rolls, and what the calendar says of them: set-wise writes (R18, R20, R21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.rows import Columns, array
from reik.medication.facts import RollFact, RollLeft, RollLoaded, RollNearlyEmpty

NEARLY_EMPTY = timedelta(days=7)

OWN, OTHER_CLIENT, UNKNOWN, ENDED = "own", "other_client", "unknown", "ended"
"""Whose a roll is by Reik's records: this client's, another's, nobody's, or sent back or refused before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRoll:
    """A roll in, or out of, the dispenser of a client: `state` loaded, emptied or delivered (out, not empty)."""

    organisation_id: UUID
    client_id: UUID | None
    number: str
    state: str
    first: int
    last: int
    count: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    id: UUID
    client_id: UUID
    state: str


def _find(seen: Sequence[SeenRoll]) -> dict[tuple[UUID, str], _Known]:
    """Lock the rolls with these numbers, in ascending id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.organisation_id, r.client_id, r.number, r.state FROM medication_roll AS r"
            " JOIN unnest(%s::uuid[], %s::text[]) AS asked(organisation_id, number) USING (organisation_id, number)"
            " WHERE r.state <> 'refused' ORDER BY r.id FOR NO KEY UPDATE OF r",
            [
                array("uuid", (each.organisation_id for each in seen)),
                array("text", (each.number for each in seen)),
            ],
        )
        return {(row[1], row[3]): _Known(row[0], row[2], row[4]) for row in cursor.fetchall()}


_LOADED = Columns(id="uuid", state="text", by="text", at="timestamptz", first="int", last="int", count="int")
STORE = f"""
UPDATE medication_roll AS r SET state = n.state,
    loaded_by = CASE WHEN n.state = 'loaded' THEN n.by ELSE r.loaded_by END,
    loaded_at = CASE WHEN n.state = 'loaded' THEN n.at ELSE r.loaded_at END,
    loaded_first = CASE WHEN n.state = 'loaded' THEN n.first ELSE r.loaded_first END,
    loaded_last = CASE WHEN n.state = 'loaded' THEN n.last ELSE r.loaded_last END,
    loaded_count = CASE WHEN n.state = 'loaded' THEN n.count ELSE r.loaded_count END,
    left_by = CASE WHEN n.state = 'loaded' THEN r.left_by ELSE n.by END,
    left_at = CASE WHEN n.state = 'loaded' THEN r.left_at ELSE n.at END,
    left_reason = CASE WHEN n.state = 'loaded' THEN r.left_reason ELSE 'device' END
FROM {_LOADED.unnest} AS n({_LOADED.names}) WHERE r.id = n.id
"""  # noqa: S608 - column names of this module


@transaction.atomic
def see_rolls(seen: Sequence[SeenRoll], now: datetime) -> list[str]:
    """Take over what devices say of their rolls; gives whose each roll is, in order.

    A roll of someone else, or one that was sent back, is not touched. The dispensers are locked already.
    """
    if not seen:
        return []
    known = _find(seen)
    whose: list[str] = []
    rows, found = [], list[RollFact]()
    for each in seen:
        roll = known.get((each.organisation_id, each.number))
        whose.append(_whose(roll, each))
        if roll is None or whose[-1] != OWN or roll.state == each.state:
            continue
        rows.append((roll.id, each.state, each.by, each.at, each.first, each.last, each.count))
        found.append(_fact(roll, each))
    values = _LOADED.values(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.execute(STORE, values)
    facts.publish(found, now)
    return whose


def _whose(roll: _Known | None, seen: SeenRoll) -> str:
    if roll is None:
        return UNKNOWN
    if roll.client_id != seen.client_id:
        return OTHER_CLIENT
    return ENDED if roll.state == "returned" else OWN


def _fact(roll: _Known, seen: SeenRoll) -> RollFact:
    if seen.state == "loaded":
        return RollLoaded(
            organisation_id=seen.organisation_id, client_id=roll.client_id, roll_id=roll.id, number=seen.number,
            first=seen.first, last=seen.last, count=seen.count, by=seen.by, how="device", at=seen.at,
        )  # fmt: skip
    return RollLeft(
        organisation_id=seen.organisation_id, client_id=roll.client_id, roll_id=roll.id, number=seen.number,
        state=seen.state,
    )  # fmt: skip


NEARLY = """
UPDATE medication_roll AS r SET nearly_empty_at = %(now)s
WHERE r.state = 'loaded' AND r.nearly_empty_at IS NULL AND r.ends_at < %(soon)s
    AND NOT EXISTS (SELECT FROM medication_roll AS n WHERE n.client_id = r.client_id AND n.ends_at > r.ends_at
        AND n.state IN ('registered', 'delivered', 'loaded'))
RETURNING r.organisation_id, r.client_id, r.id, r.number, r.ends_at
"""


@transaction.atomic
def note_nearly_empty(now: datetime) -> int:
    """Announce, once, each loaded roll with less than seven days left and no other after it; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(NEARLY, {"now": now, "soon": now + NEARLY_EMPTY})
        rows = cursor.fetchall()
    facts.publish(
        [
            RollNearlyEmpty(
                organisation_id=row[0], client_id=row[1], roll_id=row[2], number=row[3], ends_at=row[4]
            )
            for row in rows
        ],
        now,
    )
    return len(rows)
