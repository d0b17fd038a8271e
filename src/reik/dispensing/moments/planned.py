"""Planning moments: the rows that a device's events are folded into, also when the events came first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.away import cover as away_cover
from reik.dispensing.facts import MARKED_AFTER, OldMomentChanged
from reik.dispensing.moments import mentions, twin
from reik.dispensing.moments import rows as moments
from reik.dispensing.operations import settle
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMoment:
    """One planned hand-over. `deadline_at` ends the window (R27), `latest_at` is the latest hand-out time (R29)."""

    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID
    key: str  # its name at the device, at most 64 characters
    due_at: datetime
    deadline_at: datetime
    latest_at: datetime
    sachets: int = 1
    criticality: int = 1  # 0 time-critical, 1 normal, 2 tolerant (N2)
    gap_s: int = 0  # least interval after the hand-over before it, in seconds (R31)


class PlanRefused(ValueError):
    """These moments cannot be planned; the message says which and why."""


_MOMENTS = Table(
    "dispensing_moment",
    id="uuid", organisation_id="uuid", client_id="uuid", dispenser_id="uuid", key="text", due_at="timestamptz",
    deadline_at="timestamptz", latest_at="timestamptz", sachets="smallint", criticality="smallint",
    created_at="timestamptz", presented="int", out="int", closed_epoch="bigint", closed_seq="bigint", closed_as="text",
    contested="bool", verdict="text", verdict_reason="text", gap_s="int",
)  # fmt: skip


@transaction.atomic
def plan_moments(rows: Sequence[NewMoment], now: datetime) -> list[UUID]:
    """Insert moments and fold in what their devices said of them before (R33); gives their ids, in order.

    Raises PlanRefused for a name that is too long or a dispenser of another organisation, and
    IntegrityError for a moment that is planned already. The same number of statements for 1 and for 1,000.
    """
    if not rows:
        return []
    evidence = _lock_dispensers(rows)
    ids = [new_id(now) for _ in rows]
    _MOMENTS.insert(
        (id, each.organisation_id, each.client_id, each.dispenser_id, each.key, each.due_at, each.deadline_at,
         each.latest_at, each.sachets, each.criticality, now, 0, 0, 0, 0, "", False, "", "", each.gap_s)
        for id, each in zip(ids, rows, strict=True)
    )  # fmt: skip
    facts.publish(_old_ones(rows, now), now)
    away_cover.mark_planned(ids)
    _fold_in_what_was_said([(each.dispenser_id, each.key) for each in rows], evidence, now)
    return ids


def _old_ones(rows: Sequence[NewMoment], now: datetime) -> list[OldMomentChanged]:
    return [
        OldMomentChanged(organisation_id=each.organisation_id, client_id=each.client_id, due_at=each.due_at)
        for each in rows
        if each.due_at < now - MARKED_AFTER
    ]


def _lock_dispensers(rows: Sequence[NewMoment]) -> dict[UUID, str]:
    """Their evidence by id. Locked in ascending id, as `record` does: planning and reporting take turns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organisation_id, evidence FROM dispensing_dispenser WHERE id = ANY(%s::uuid[])"
            " ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", sorted({each.dispenser_id for each in rows}))],
        )
        found = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    for each in rows:
        if found.get(each.dispenser_id, (None,))[0] != each.organisation_id:
            raise PlanRefused(f"Moment {each.key}: the dispenser belongs to another organisation.")
        if len(each.key) > mentions.LONGEST_KEY:
            raise PlanRefused(
                f"Moment {each.key[:64]}…: a name has at most {mentions.LONGEST_KEY} characters."
            )
    return {id: evidence for id, (_, evidence) in found.items()}


def _fold_in_what_was_said(
    keys: Sequence[tuple[UUID, str]], evidence: dict[UUID, str], now: datetime
) -> None:
    said, contested = mentions.take_for_planned(keys)
    named = {(each.dispenser_id, each.key) for each in said} | contested
    if not named:
        return
    found = moments.lock(named)
    for each in said:
        twin.fold(
            found[each.dispenser_id, each.key].tally, type=each.type, data=each.data, instant=each.at,
            epoch=each.epoch, seq=each.seq, evidence=evidence[each.dispenser_id],
        )  # fmt: skip
    for key in contested:
        found[key].tally.contested = True
    settle(found.values(), now)
