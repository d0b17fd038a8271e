"""Tasks for systems elsewhere: open and ended, in the order in which they were opened. Two statements a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from reik.tasks.models import Task
from reik.tasks.queries import TaskSeen, seen_of

REQUESTED, ACCEPTED, COMPLETED, CANCELLED = "requested", "accepted", "completed", "cancelled"
STATES = {
    REQUESTED: Q(ended_at=None, owner_id=None),
    ACCEPTED: Q(ended_at=None, owner_id__isnull=False),
    COMPLETED: Q(ended_as="done"),
    CANCELLED: Q(ended_as="dropped"),
}
COMPARED = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which tasks. None: any. `changed`: comparisons of SQL with an instant, all of which hold."""

    organisation_ids: Collection[UUID]
    clients: Collection[UUID] | None = None
    ids: Collection[UUID] | None = None
    of_clients: Collection[UUID] | None = None
    states: Collection[str] | None = None
    kinds: Collection[str] | None = None
    changed: Sequence[tuple[str, datetime]] = ()


def state_of(task: TaskSeen) -> str:
    """In which state another system sees it."""
    if task.ended_at is not None:
        return COMPLETED if task.ended_as == "done" else CANCELLED
    return ACCEPTED if task.owner_id else REQUESTED


def changed_at(task: TaskSeen) -> datetime:
    """When it last changed for another system."""
    return max(each for each in (task.opened_at, task.owned_at, task.ended_at) if each is not None)


def found(asked: Asked, *, after: UUID | None, most: int) -> tuple[list[TaskSeen], int]:
    """So many tasks after this one, and how many there are in all."""
    rows = Task.objects.filter(organisation_id__in=asked.organisation_ids)
    if asked.clients is not None:
        rows = rows.filter(client_id__in=asked.clients)
    if asked.ids is not None:
        rows = rows.filter(id__in=asked.ids)
    if asked.of_clients is not None:
        rows = rows.filter(client_id__in=asked.of_clients)
    if asked.kinds is not None:
        rows = rows.filter(kind__in=asked.kinds)
    if asked.states is not None:
        wanted = Q(pk__in=[])
        for each in asked.states:
            wanted |= STATES.get(each, Q(pk__in=[]))
        rows = rows.filter(wanted)
    if asked.changed:
        last = Greatest(
            "opened_at", Coalesce("owned_at", F("opened_at")), Coalesce("ended_at", F("opened_at"))
        )
        rows = rows.annotate(changed=last)
        for comparison, at in asked.changed:
            rows = rows.filter(**{f"changed__{COMPARED[comparison]}": at})
    total = rows.count()
    page = rows if after is None else rows.filter(id__gt=after)
    return seen_of(page.order_by("id")[:most]), total
