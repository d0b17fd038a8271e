"""Writes of tasks. Opening, ending and announcing are set-wise: as many statements for 1 as for 500."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.tasks.facts import TaskEnded, TaskOverdue
from reik.tasks.models import Task

DONE, DROPPED = "done", "dropped"


class TaskRefused(ValueError):
    """This cannot be done with this task; the message says what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """One task to open. `key` tells tasks of one kind and client apart; `detail` are JSON values for its sentence."""

    organisation_id: UUID
    client_id: UUID
    kind: str
    owner_role: str
    due_at: datetime
    by: str
    key: str = ""
    about: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    high_risk: bool = False
    owner_id: UUID | None = None
    owner_name: str = ""


_TASKS = Table(
    "tasks_task",
    id="uuid", organisation_id="uuid", client_id="uuid", kind="text", key="text", about="uuid", detail="jsonb",
    owner_role="text", owner_id="uuid", owner_name="text", high_risk="bool", opened_by="text",
    opened_at="timestamptz", due_at="timestamptz", ended_as="text", ended_by="text", ended_note="text",
)  # fmt: skip


@transaction.atomic
def open_tasks(tasks: Sequence[NewTask], now: datetime) -> None:
    """Open these tasks; one that is open already gets the new contents, the earlier due time, and keeps its owner.

    A due time in the past is now: what is late on arrival is told at once.
    """
    rows = {(each.client_id, each.kind, each.key): each for each in tasks}
    if not rows:
        return
    _TASKS.insert(
        [
            (new_id(now), each.organisation_id, each.client_id, each.kind, each.key, each.about,
             json.dumps(dict(each.detail)), each.owner_role, each.owner_id, each.owner_name, each.high_risk,
             each.by, now, max(each.due_at, now), "", "", "")
            for _, each in sorted(rows.items(), key=lambda row: (str(row[0][0]), row[0][1], row[0][2]))
        ],
        then="ON CONFLICT (client_id, kind, key) WHERE ended_at IS NULL DO UPDATE SET detail = excluded.detail,"
        " about = excluded.about, high_risk = tasks_task.high_risk OR excluded.high_risk,"
        " due_at = greatest(least(tasks_task.due_at, excluded.due_at), tasks_task.opened_at)",
    )  # fmt: skip


END = """
UPDATE tasks_task AS t SET ended_at = %(now)s, ended_as = %(as)s, ended_by = %(by)s, ended_note = %(note)s
WHERE t.ended_at IS NULL AND {which}
RETURNING t.organisation_id, t.client_id, t.id, t.kind, t.key, t.about
"""


def end_tasks_about(about: Collection[UUID], *, as_: str, by: str, now: datetime, note: str = "") -> int:
    """End every open task about these rows, as `done` or `dropped`; gives how many."""
    return _end("t.about = ANY(%(about)s::uuid[])", {"about": array("uuid", about)}, as_, by, note, now)


def end_tasks(
    client_ids: Collection[UUID], kind: str, *, as_: str, by: str, now: datetime, key: str | None = None
) -> int:
    """End the open tasks of this kind (and key) of these clients; gives how many."""
    which = "t.client_id = ANY(%(clients)s::uuid[]) AND t.kind = %(kind)s"
    values: dict[str, Any] = {"clients": array("uuid", client_ids), "kind": kind}
    if key is not None:
        which, values["key"] = which + " AND t.key = %(key)s", key
    return _end(which, values, as_, by, "", now)


@transaction.atomic
def _end(which: str, values: Mapping[str, Any], as_: str, by: str, note: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(END.format(which=which), {**values, "now": now, "as": as_, "by": by, "note": note})
        rows = cursor.fetchall()
    facts.publish(
        [
            TaskEnded(
                organisation_id=row[0], client_id=row[1], task_id=row[2], kind=row[3], key=row[4], about=row[5],
                ended_as=as_, by=by,
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    return len(rows)


@transaction.atomic
def finish_task(task_id: UUID, *, by: str, now: datetime, note: str = "") -> None:
    """A person did it. Raises TaskRefused when it ended before."""
    if not by.strip():
        raise TaskRefused("Say who did this.")
    if not _end("t.id = %(id)s", {"id": task_id}, DONE, by.strip(), note.strip(), now):
        raise TaskRefused("This task is no longer open: look at the list again.")


def take_task(task_id: UUID, *, account_id: UUID, name: str, now: datetime) -> None:
    """This person does it; whoever had it before has it no longer. Raises TaskRefused when it ended before."""
    if not Task.objects.filter(id=task_id, ended_at=None).update(
        owner_id=account_id, owner_name=name, owned_at=now
    ):
        raise TaskRefused("This task is no longer open: look at the list again.")


def give_task(
    task_id: UUID, *, seen_owner_id: UUID | None, account_id: UUID | None, name: str, now: datetime
) -> None:
    """Hand a task over to somebody (None: back to nobody in particular), as it was seen with this owner.

    Raises TaskRefused when it ended, or when somebody else took it meanwhile.
    """
    rows = Task.objects.filter(id=task_id, ended_at=None, owner_id=seen_owner_id)
    owned_at = None if account_id is None else now
    if not rows.update(owner_id=account_id, owner_name=name if account_id else "", owned_at=owned_at):
        raise TaskRefused("This task ended, or somebody else took it: look at the list again.")


OVERDUE = """
UPDATE tasks_task AS t SET overdue_told_at = %(now)s
WHERE t.id IN (SELECT id FROM tasks_task WHERE ended_at IS NULL AND overdue_told_at IS NULL AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING t.organisation_id, t.client_id, t.id, t.kind, t.key, t.about, t.owner_role, t.high_risk, t.due_at
"""


@transaction.atomic
def tell_overdue(now: datetime, most: int = 500) -> int:
    """Announce, once, each open task whose time is over; gives how many. For `reik watch`."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"now": now, "most": most})
        rows = cursor.fetchall()
    facts.publish(
        [
            TaskOverdue(
                organisation_id=row[0], client_id=row[1], task_id=row[2], kind=row[3], key=row[4], about=row[5],
                owner_role=row[6], high_risk=row[7], due_at=row[8],
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    return len(rows)
