"""Work lists: the open tasks of many clients by page, and how many there are of each kind. Two statements a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from reik.kernel.rows import array
from reik.tasks.models import Task
from reik.tasks.queries import TaskSeen, seen_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open tasks: of these clients, owned by these roles. `owner_id`: taken by this person only.

    `due_before`: what has to be done before then, so now: what is late. `kinds` None: of any kind.
    """

    client_ids: Collection[UUID]
    roles: Collection[str]
    owner_id: UUID | None = None
    due_before: datetime | None = None
    kinds: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many open tasks there are: all, of this person, late, and all by kind."""

    total: int
    mine: int
    late: int
    kinds: Mapping[str, int]


def tasks_on_page(wanted: Wanted, *, skip: int, most: int) -> list[TaskSeen]:
    """So many tasks after the first `skip`: high risk first, then what is due first. One statement."""
    return seen_of(_rows(wanted).order_by("-high_risk", "due_at", "id")[skip : skip + most])


def _rows(wanted: Wanted) -> QuerySet[Task]:
    rows = Task.objects.filter(ended_at=None, owner_role__in=wanted.roles)
    rows = rows.extra(where=["client_id = ANY(%s::uuid[])"], params=[array("uuid", wanted.client_ids)])
    if wanted.owner_id is not None:
        rows = rows.filter(owner_id=wanted.owner_id)
    if wanted.due_before is not None:
        rows = rows.filter(due_at__lte=wanted.due_before)
    return rows if wanted.kinds is None else rows.filter(kind__in=wanted.kinds)


COUNTED = """
SELECT kind, count(*), count(*) FILTER (WHERE owner_id = %(me)s), count(*) FILTER (WHERE due_at <= %(now)s)
FROM tasks_task WHERE ended_at IS NULL AND owner_role = ANY(%(roles)s) AND client_id = ANY(%(clients)s::uuid[])
GROUP BY kind
"""


def counted(client_ids: Collection[UUID], roles: Collection[str], account_id: UUID, now: datetime) -> Counts:
    """The open tasks of these clients that these roles own, counted in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTED,
            {"me": account_id, "now": now, "roles": list(roles), "clients": array("uuid", client_ids)},
        )
        rows = cursor.fetchall()
    return Counts(
        total=sum(row[1] for row in rows), mine=sum(row[2] for row in rows), late=sum(row[3] for row in rows),
        kinds={row[0]: row[1] for row in rows},
    )  # fmt: skip


def own_tasks(account_id: UUID, client_ids: Collection[UUID], most: int = 500) -> list[TaskSeen]:
    """What this person took, of clients whom she may still see: what is due first first. One statement."""
    rows = Task.objects.filter(owner_id=account_id, ended_at=None, client_id__in=client_ids)
    return seen_of(rows.order_by("due_at", "id")[:most])
