"""Reads of tasks, of clients whom the caller may see already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from reik.tasks.models import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSeen:
    """A task as a screen shows it; `owner_name` is empty while nobody has taken it."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    kind: str
    key: str
    about: UUID | None
    detail: Mapping[str, object]
    owner_role: str
    owner_id: UUID | None
    owner_name: str
    owned_at: datetime | None
    high_risk: bool
    opened_by: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_as: str
    ended_by: str
    ended_note: str


_NAMES = tuple(TaskSeen.__dataclass_fields__)


def seen_of(rows: QuerySet[Task]) -> list[TaskSeen]:
    """These rows as screens show them."""
    return [TaskSeen(**{name: getattr(each, name) for name in _NAMES}) for each in rows]


def open_tasks_of(client_ids: Collection[UUID], roles: Collection[str] | None = None) -> list[TaskSeen]:
    """The open tasks of these clients (owned by these roles), high risk and soonest due first."""
    rows = Task.objects.filter(client_id__in=client_ids, ended_at=None)
    if roles is not None:
        rows = rows.filter(owner_role__in=roles)
    return seen_of(rows.order_by("-high_risk", "due_at", "id"))


def open_counted(client_ids: Collection[UUID], roles: Collection[str]) -> dict[UUID, int]:
    """How many open tasks each of these clients has that these roles own; without any: no entry."""
    rows = Task.objects.filter(client_id__in=client_ids, ended_at=None, owner_role__in=roles)
    return dict(rows.order_by().values_list("client_id").annotate(Count("id")))


def tasks_about(about: Collection[UUID]) -> dict[UUID, list[TaskSeen]]:
    """All tasks, open or ended, about each of these rows, the oldest first."""
    found: dict[UUID, list[TaskSeen]] = {}
    for each in seen_of(Task.objects.filter(about__in=about).order_by("opened_at", "id")):
        assert each.about is not None
        found.setdefault(each.about, []).append(each)
    return found


def task(task_id: UUID) -> TaskSeen | None:
    """One task, as far as the caller may see it."""
    return next(iter(seen_of(Task.objects.filter(id=task_id))), None)
