"""An informal carer whom a route asks takes no part any more: a nurse looks at the arrangement (R14, R47).

Her step is skipped from now on, so that the chain does not wait; who comes in her place is for a person to agree.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from reik.alerting import routes
from reik.alerting.routes import Route
from reik.people.facts import CarerLeft
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

TASK = "follow_up_carer"
LOOKED_AT_WITHIN = timedelta(days=1)


def follow_left(told: Sequence[CarerLeft], now: datetime) -> None:
    """Handler: a task for each arrangement that holds now and names her. As many statements for 1 as for 500."""
    held = routes.current({each.client_id for each in told}) if told else {}
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=TASK, key=str(each.carer_id),
                owner_role="nurse", due_at=now + LOOKED_AT_WITHIN, by=each.by, high_risk=True,
                detail={"who": each.name}, about=held[each.client_id].arrangement_id,
            )
            for each in told
            if each.client_id in held and asks(held[each.client_id], each.carer_id)
        ],
        now,
    )  # fmt: skip


def asks(route: Route, carer_id: UUID) -> bool:
    """Whether any route of this arrangement asks this informal carer."""
    every = (route.steps, *route.routes.values())
    return any(step.carer_id == carer_id for steps in every for step in steps)


def end_looking(client_ids: Collection[UUID], by: str, now: datetime) -> None:
    """A new version was agreed: somebody looked."""
    end_tasks(client_ids, TASK, as_=DONE, by=by, now=now)
