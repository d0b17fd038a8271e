"""The row of one change: locked, told to others, and done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from reik.kernel import facts
from reik.medication.changes import tasks as change_tasks
from reik.medication.changes.path import ChangeRefused, Event, State, step
from reik.medication.facts import ChangeSettled, HoldLifted, PlanTouched
from reik.medication.models import Change


def take(change_id: UUID, now: datetime) -> Change:
    """Lock the client's dispenser and then the change."""
    row = Change.objects.filter(id=change_id).first()
    if row is None:
        raise ChangeRefused("This change does not exist.", "unknown")
    facts.publish([PlanTouched(organisation_id=row.organisation_id, client_id=row.client_id)], now)
    return (
        Change.objects.select_for_update(no_key=True, of=("self",)).select_related("roll").get(id=change_id)
    )


def lifted(change: Change, sachets: Sequence[int], by: str) -> HoldLifted:
    return HoldLifted(**of(change), sachets=tuple(sorted(sachets)), paused=change.pause_at is not None, by=by)


def settled(change: Change, *, over: bool) -> ChangeSettled:
    return ChangeSettled(**of(change), over=over)


def of(change: Change) -> dict[str, Any]:  # the fields of a ChangeFact
    return {
        "organisation_id": change.organisation_id, "client_id": change.client_id, "change_id": change.id,
        "roll": change.roll.number,
    }  # fmt: skip


def done(change: Change, by: str, now: datetime) -> None:
    change.state = step(State(change.state), Event.DONE)
    change.save(update_fields=["state"])
    change_tasks.move_owned(change, by, now)
