"""Rows of moments: locking, storing and claiming them, set-wise. Which outcome they get is `twin`'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.facts import MARKED_AFTER, MomentEnded, OldMomentChanged
from reik.dispensing.moments import twin
from reik.dispensing.outcomes import Outcome
from reik.kernel.rows import Columns, array

COLUMNS = (
    "m.id, m.organisation_id, m.client_id, m.dispenser_id, m.key, m.due_at, m.deadline_at, m.latest_at, m.criticality,"
    " m.outcome, m.sachets, m.presented, m.out, m.last_out_at, m.closed_epoch, m.closed_seq, m.closed_as, m.closed_at,"
    " m.contested, m.verdict, m.verdict_reason, m.by_hand, m.by_hand_at, m.away"
)


@dataclass(slots=True, kw_only=True)
class OpenMoment:
    """A locked moment with its evidence. `outcome` is what the row says, also when it is decided already."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID
    key: str
    latest_at: datetime
    criticality: int
    outcome: Outcome | None
    tally: twin.Tally
    was_double: bool = False


def from_row(row: Sequence[object]) -> OpenMoment:
    """A row of COLUMNS."""
    (id, organisation_id, client_id, dispenser_id, key, due_at, deadline_at, latest_at, criticality, outcome,
     sachets, presented, out, last_out_at, closed_epoch, closed_seq, closed_as, closed_at, contested, verdict,
     verdict_reason, by_hand, by_hand_at, away, *_) = row  # fmt: skip
    tally = twin.Tally(
        due_at=due_at, deadline_at=deadline_at, sachets=sachets, presented=presented, out=out,  # type: ignore[arg-type]
        last_out_at=last_out_at, closed_epoch=closed_epoch, closed_seq=closed_seq, closed_as=closed_as,  # type: ignore[arg-type]
        closed_at=closed_at, contested=contested, verdict=verdict, verdict_reason=verdict_reason,  # type: ignore[arg-type]
        by_hand=by_hand, by_hand_at=by_hand_at, away=away is not None,  # type: ignore[arg-type]
    )  # fmt: skip
    return OpenMoment(
        id=id, organisation_id=organisation_id, client_id=client_id, dispenser_id=dispenser_id, key=key,  # type: ignore[arg-type]
        latest_at=latest_at, criticality=criticality, outcome=Outcome(outcome) if outcome else None,  # type: ignore[arg-type]
        tally=tally, was_double=twin.is_double(tally),
    )  # fmt: skip


def lock(keys: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], OpenMoment]:
    """Lock the moments with these (dispenser, key), in ascending id; what is not planned here is missing."""
    dispensers, names = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM dispensing_moment AS m"  # noqa: S608
            " WHERE m.id IN (SELECT w.id FROM dispensing_moment AS w"
            " JOIN unnest(%s::uuid[], %s::text[]) AS asked(dispenser_id, key) USING (dispenser_id, key))"
            " ORDER BY m.id FOR NO KEY UPDATE",
            [array("uuid", dispensers), array("text", names)],
        )
        found = [from_row(row) for row in cursor.fetchall()]
    return {(each.dispenser_id, each.key): each for each in found}


_STORED = Columns(
    id="uuid", presented="int", out="int", last_out_at="timestamptz", closed_epoch="bigint", closed_seq="bigint",
    closed_as="text", closed_at="timestamptz", contested="bool", verdict="text", verdict_reason="text", outcome="text",
    ended_at="timestamptz", by_hand="int", by_hand_at="timestamptz",
)  # fmt: skip
STORE = f"""
UPDATE dispensing_moment AS m SET presented = n.presented, out = n.out, last_out_at = n.last_out_at,
    closed_epoch = n.closed_epoch, closed_seq = n.closed_seq, closed_as = n.closed_as, closed_at = n.closed_at,
    contested = n.contested, verdict = n.verdict, verdict_reason = n.verdict_reason, outcome = n.outcome,
    ended_at = n.ended_at, by_hand = n.by_hand, by_hand_at = n.by_hand_at
FROM {_STORED.unnest} AS n({_STORED.names}) WHERE m.id = n.id
"""  # noqa: S608 - column names of this module


def store(rows: Sequence[OpenMoment]) -> list[MomentEnded]:
    """Write the evidence with the outcome it leads to; gives a fact for each outcome that came or changed."""
    if not rows:
        return []
    columns = []
    ended = []
    for each in rows:
        t = each.tally
        outcome, ended_at, reason = twin.decide(t)
        columns.append(
            (each.id, t.presented, t.out, t.last_out_at, t.closed_epoch, t.closed_seq, t.closed_as, t.closed_at,
             t.contested, t.verdict, t.verdict_reason, outcome and outcome.value, ended_at, t.by_hand, t.by_hand_at)
        )  # fmt: skip
        if outcome is not None and outcome is not each.outcome:
            ended.append(_ended(each, outcome, reason))
    with connection.cursor() as cursor:
        cursor.execute(STORE, _STORED.values(columns))
    return ended


def old_ones(rows: Sequence[OpenMoment], now: datetime) -> list[OldMomentChanged]:
    """A fact for each moment of an earlier day, whether or not its outcome changed: when it came out counts too."""
    return [
        OldMomentChanged(
            organisation_id=each.organisation_id, client_id=each.client_id, due_at=each.tally.due_at
        )
        for each in rows
        if each.tally.due_at < now - MARKED_AFTER
    ]


def still_paused(rows: Sequence[OpenMoment]) -> list[MomentEnded]:
    """Facts for moments that stay paused, while whether anyone is away changed: the reason counts (R10)."""
    decided = [(each, *twin.decide(each.tally)) for each in rows if each.outcome is Outcome.PAUSED]
    return [
        _ended(each, outcome, reason) for each, outcome, _at, reason in decided if outcome is Outcome.PAUSED
    ]


def _ended(moment: OpenMoment, outcome: Outcome, reason: str) -> MomentEnded:
    return MomentEnded(
        moment_id=moment.id,
        organisation_id=moment.organisation_id,
        client_id=moment.client_id,
        dispenser_id=moment.dispenser_id,
        due_at=moment.tally.due_at,
        deadline_at=moment.tally.deadline_at,
        latest_at=moment.latest_at,
        criticality=moment.criticality,
        outcome=outcome,
        before=moment.outcome,
        reason=reason,
    )
