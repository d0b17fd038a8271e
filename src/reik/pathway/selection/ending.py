"""An indication that nears its last day: a nurse extends it in time, or decides what follows (R1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from reik.medication.queries import zones_of
from reik.medication.times.schedule import local_day, whole_days
from reik.pathway.models import CarePath, Indication
from reik.pathway.terms import Terms, terms_of
from reik.tasks.models import Task
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks

TASK = "path.indication_ends"
BY = "reik"
DAY = timedelta(days=1)
MOST = 500


def tell_ending(now: datetime) -> bool:
    """Open the task of each indication whose last day is near, once; for who walks the path only. For `reik watch`.

    Gives whether there is more. As many statements for 1 as for 500.
    """
    ends = Indication.objects.filter(ended_at=None, ends_on__isnull=False)
    terms = terms_of(set(ends.order_by().values_list("organisation_id", flat=True).distinct()))
    near = Q(pk__in=[])
    for id, each in terms.items():
        near |= Q(organisation_id=id, ends_on__lte=now.date() + timedelta(days=each.warn_days + 1))
    walks = CarePath.objects.filter(client_id=OuterRef("client_id"), ended_at=None)
    told = Task.objects.filter(about=OuterRef("id"), kind=TASK).exclude(ended_as=DROPPED)
    found = list(ends.filter(near, Exists(walks), ~Exists(told)).order_by("ends_on", "id")[:MOST])
    zones = zones_of({each.client_id for each in found})
    due = [
        each
        for each in found
        if each.ends_on is not None
        and is_near(
            each.ends_on, local_day(now, zones[each.client_id]), terms[each.organisation_id].warn_days
        )
    ]
    open_tasks([_task(each, terms[each.organisation_id], zones[each.client_id], now) for each in due], now)
    return len(due) == MOST


def is_near(last: date, today: date, days: int) -> bool:
    """Whether it is time to say that this is the last day: so many days before, and from then on."""
    return (last - today).days <= days


def _task(row: Indication, terms: Terms, zone: ZoneInfo, now: datetime) -> NewTask:
    assert row.ends_on is not None
    until = whole_days(row.ends_on, row.ends_on + DAY, zone)[1]
    return NewTask(
        organisation_id=row.organisation_id, client_id=row.client_id, kind=TASK, about=row.id,
        owner_role=terms.warned_role, due_at=max(until, now), by=BY, detail={"day": row.ends_on.isoformat()},
    )  # fmt: skip


def forget(client_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """It was extended, changed or ended: nobody has to look any more."""
    if client_ids:
        end_tasks(client_ids, TASK, as_=DONE, by=by, now=now)
