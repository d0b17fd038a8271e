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

from django.db import connection

from reik.kernel.ids import new_id
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


def record(entries: Sequence[Entry], now: datetime) -> None:
    """Write entries in the caller's transaction. One COPY, however many."""
    if not entries:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY kernel_accessentry (id, recorded_at, organisation_id, actor_id, actor, actor_role, act, outcome,"
            " object_kind, object_ids, detail, session) FROM STDIN"
        ) as copy,
    ):
        for each in entries:
            objects = json.dumps([str(every) for every in each.object_ids])
            copy.write_row(
                (new_id(now), now, each.organisation_id, each.actor_id, each.actor, each.actor_role,
                 each.act.value, each.outcome, each.object_kind, objects, each.detail, each.session)
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
