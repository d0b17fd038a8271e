"""Which pharmacy serves a client: one takes her on, or says when it stops. Nothing is dropped in silence (R14).

A pharmacy that stops stays the client's pharmacy, with everything that is asked of it, until the care team has
given her another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from reik.medication.models import LIVE, Roll
from reik.people.models import Client
from reik.people.pharmacies import (
    give_pharmacy,
    pharmacies,
    pharmacies_of,
    register_pharmacy,
)
from reik.tasks.operations import DROPPED, NewTask, end_tasks, open_tasks
from reik.tasks.queries import TaskSeen, open_tasks_of

STARTED, STOPS = "pharmacy_started", "pharmacy_stops"
"""Kinds of task: the first pharmacy of a client; it stops on a day."""
LOOK_WITHIN = timedelta(days=1)
LONGEST_BECAUSE = 1000


class ServingRefused(ValueError):
    """This pharmacy cannot start or stop like this; `code` is for a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """A stop that was announced and that the care team has not dealt with. `last_day` is served still."""

    client_id: UUID
    last_day: str
    because: str
    by: str
    at: datetime


@transaction.atomic
def accept_client(*, client_id: UUID, partner_id: UUID, name: str, by: str, now: datetime) -> None:
    """The pharmacy that works in Reik as `partner_id` serves this client from now on.

    The care team gets a task; a high-risk one when another pharmacy served her before (R14). One that had
    announced that it stops goes on after all. Raises ServingRefused where it serves her already.
    """
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    before = pharmacies_of([client_id]).get(client_id)
    ours = before is not None and before.partner_id == partner_id
    resumed = end_tasks([client_id], STOPS, as_=DROPPED, by=by, now=now) if ours else 0
    if ours and not resumed:
        raise ServingRefused("serves", "Your pharmacy serves this client already.")
    if not ours:
        give_pharmacy(client_id, _in_list(client.organisation_id, partner_id, name, now), by=by, now=now)
        if before is None:  # another one than before is told by `relocating`, whichever door is used
            open_tasks([_started(client, name, by, now)], now)


def _in_list(organisation_id: UUID, partner_id: UUID, name: str, now: datetime) -> UUID:
    """The pharmacy's card in the list of the care organisation; made when it is not there."""
    known = pharmacies(organisation_id)
    for each in known:
        if each.partner_id == partner_id:
            return each.id
    if name in {each.name for each in known}:
        raise ServingRefused(
            "name",
            "The care organisation knows a pharmacy of this name that has no account: ask it to link it.",
        )
    return register_pharmacy(organisation_id=organisation_id, name=name, now=now, partner_id=partner_id)


def _started(client: Client, name: str, by: str, now: datetime) -> NewTask:
    return NewTask(
        organisation_id=client.organisation_id, client_id=client.id, kind=STARTED, owner_role="nurse",
        due_at=now + LOOK_WITHIN, by=by, detail={"pharmacy": name, "before": ""},
    )  # fmt: skip


@transaction.atomic
def stop_client(
    *, client_id: UUID, partner_id: UUID, last_day: date, today: date, because: str, by: str, now: datetime
) -> None:
    """The pharmacy serves this client up to and including `last_day`: a high-risk task for the care team (R14).

    Raises ServingRefused without a reason, for a day that is over, and for a pharmacy that does not serve her.
    """
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    pharmacy = pharmacies_of([client_id]).get(client_id)
    if pharmacy is None or pharmacy.partner_id != partner_id:
        raise ServingRefused("not_ours", "Your pharmacy does not serve this client.")
    if not because.strip() or len(because) > LONGEST_BECAUSE:
        raise ServingRefused("because", "Say why, so that the care team can look for another pharmacy.")
    if last_day < today:
        raise ServingRefused("day", "The last day is today or later.")
    rolls = Roll.objects.filter(client_id=client_id, state__in=LIVE).aggregate(last=Max("ends_at"))["last"]
    open_tasks(
        [
            NewTask(
                organisation_id=client.organisation_id, client_id=client_id, kind=STOPS, owner_role="nurse",
                due_at=now + LOOK_WITHIN, by=by, high_risk=True, key=str(pharmacy.id),
                detail={
                    "pharmacy": pharmacy.name, "day": f"{last_day:%d-%m-%Y}", "because": because.strip(), "by": by,
                    "rolls_until": rolls.isoformat() if rolls else "",
                },
            )
        ],
        now,
    )  # fmt: skip


def stopping(client_ids: Collection[UUID]) -> dict[UUID, Stopping]:
    """The stops that were announced and that nobody of the care team has dealt with."""
    return {
        each.client_id: _stopping(each) for each in open_tasks_of(client_ids, ["nurse"]) if each.kind == STOPS
    }


def _stopping(task: TaskSeen) -> Stopping:
    return Stopping(
        client_id=task.client_id, last_day=str(task.detail.get("day", "")),
        because=str(task.detail.get("because", "")), by=task.opened_by, at=task.opened_at,
    )  # fmt: skip
