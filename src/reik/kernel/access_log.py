"""The access log (NEN 7513): one row for every act of a person or an outside system on a client's data.

Rows are written unchained in the transaction of the act; `reik guard` seals them into blocks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from reik.kernel.ids import new_id
from reik.kernel.rows import Table
from reik.kernel.tenancy import Actor


class Act(StrEnum):
    VIEW = "view"
    SEARCH = "search"
    CREATE = "create"
    CHANGE = "change"
    EXPORT = "export"
    PRINT = "print"
    BREAK_GLASS = "break_glass"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was done: `object_ids` are the rows shown or changed; never content, never a BSN."""

    organisation_id: UUID
    actor_id: UUID | None
    actor: str
    actor_role: str
    act: Act
    object_kind: str
    object_ids: Sequence[UUID]
    outcome: str = "ok"
    detail: str = ""
    session: str = ""


_ENTRIES = Table(
    "kernel_accessentry",
    id="uuid", recorded_at="timestamptz", organisation_id="uuid", actor_id="uuid", actor="text", actor_role="text",
    act="text", outcome="text", object_kind="text", object_ids="jsonb", detail="text", session="text",
)  # fmt: skip


def record(entries: Sequence[Entry], now: datetime) -> None:
    """Write entries in the caller's transaction."""
    _ENTRIES.insert(
        (new_id(now), now, each.organisation_id, each.actor_id, each.actor, each.actor_role, each.act.value,
         each.outcome, each.object_kind, json.dumps([str(every) for every in each.object_ids]), each.detail,
         each.session)
        for each in entries
    )  # fmt: skip


def record_act(
    actor: Actor,
    act: Act,
    object_kind: str,
    object_ids: Sequence[UUID],
    now: datetime,
    *,
    organisation_id: UUID | None = None,
    detail: str = "",
    outcome: str = "ok",
) -> None:
    """One act of one actor, in the log of the organisation that keeps the record."""
    record(
        [
            Entry(
                organisation_id=organisation_id or actor.organisation_id,
                actor_id=actor.account_id,
                actor=actor.name,
                actor_role=actor.role,
                act=act,
                object_kind=object_kind,
                object_ids=object_ids,
                outcome=outcome,
                detail=detail,
                session=actor.session,
            )
        ],
        now,
    )
