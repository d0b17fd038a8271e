"""What devices say of rolls: set-wise writes (R18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.rows import Columns, array
from reik.medication.facts import RollFact, RollLeft, RollLoaded
from reik.medication.rolls import steps as roll_steps
from reik.medication.rolls.custody import Step
from reik.medication.rolls.steps import DEVICE, Hand, NewStep

STEPS = {"loaded": Step.LOADED, "emptied": Step.EMPTIED, "delivered": Step.TAKEN_OUT}
"""What a dispenser's word about a roll is in the chain of custody; it has happened, so it is never refused."""
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
    rows, found, steps = [], list[RollFact](), list[NewStep]()
    for each in seen:
        roll = known.get((each.organisation_id, each.number))
        whose.append(_whose(roll, each))
        if roll is None or whose[-1] != OWN or roll.state == each.state:
            continue
        rows.append((roll.id, each.state, each.by, each.at, each.first, each.last, each.count))
        found.append(_fact(roll, each))
        steps.append(_step(roll, each))
    values = _LOADED.values(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.execute(STORE, values)
    roll_steps.note(steps, now)
    facts.publish(found, now)
    return whose


def _whose(roll: _Known | None, seen: SeenRoll) -> str:
    if roll is None:
        return UNKNOWN
    if roll.client_id != seen.client_id:
        return OTHER_CLIENT
    return ENDED if roll.state == "returned" else OWN


def _step(roll: _Known, seen: SeenRoll) -> NewStep:
    loaded = seen.state == "loaded"
    return NewStep(
        organisation_id=seen.organisation_id, client_id=roll.client_id, roll_id=roll.id, step=STEPS[seen.state],
        hand=Hand(by=seen.by, count=seen.count if loaded else None, at=seen.at), how=DEVICE,
    )  # fmt: skip


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
