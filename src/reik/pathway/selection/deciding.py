"""The choice for or against a dispenser, made together, and what follows from it (R2, R8; Wzd)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.times.schedule import local_day
from reik.pathway import moving
from reik.pathway.asking import keep_tasks
from reik.pathway.baseline import winding_down
from reik.pathway.models import CarePath, SharedDecision
from reik.pathway.path import Event, State
from reik.pathway.selection import selecting
from reik.pathway.selection.deciding_rules import (
    NO,
    WITHDRAWN,
    YES,
    DecisionRefused,
    Said,
    asks_wzd,
    check,
    is_agreement,
    is_wzd_decision,
)
from reik.pathway.selection.selection_facts import Decided
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

WZD_TASK, WITHDRAWN_TASK = "path.wzd_or_stop", "path.withdrawn"
MAY_WRITE_YES = ("nurse",)
WZD_WITHIN, WITHDRAWN_WITHIN = timedelta(days=2), timedelta(hours=8)
BEFORE_DELIVERY = (State.INDICATED, State.SELECTING, State.NOT_NOW, State.ENROLLING, State.ROLL)
WITH_DEVICE = (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED)


@transaction.atomic
def decide(path_id: UUID, said: Said, *, by: str, role: str, now: datetime) -> UUID:
    """Write down what was chosen, for good; gives its id.

    A yes is written by a nurse, and takes the path on when the form suits. A no or a withdrawal needs no reason and
    may be written by anyone of the team: before delivery the path ends, after it a task asks to stop; either way the
    planned visits run again at once. Raises DecisionRefused and PathRefused.
    """
    path = selecting.locked(path_id)
    check(said, now, local_day(now, selecting.zone_of_client(path.client_id)))
    if said.choice == YES and role not in MAY_WRITE_YES:
        raise DecisionRefused("nurse", "A nurse writes down a yes: ask her.")
    row = SharedDecision.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path, by=by, role=role,
        created_at=now, choice=said.choice, decided_by=said.decided_by, representative=said.representative.strip(),
        capacity=said.capacity, resistance=said.resistance, wzd=said.wzd, wzd_on=said.wzd_on,
        carer=said.carer.strip(), words=said.words.strip(), at=said.at,
    )  # fmt: skip
    _wzd(path, said, by=by, now=now)
    _follow(path, said, by=by, role=role, now=now)
    keep_tasks([path.id], now, by)
    facts.publish(
        [
            Decided(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id,
                decision_id=row.id, choice=said.choice, freely=is_agreement(said), wzd=said.wzd, by=by,
            )
        ],
        now,
    )  # fmt: skip
    return row.id


def _follow(path: CarePath, said: Said, *, by: str, role: str, now: datetime) -> None:
    if said.choice == YES and (is_agreement(said) or is_wzd_decision(said)):
        selecting.go_on(path.id, by=by, role=role, now=now)
    if said.choice not in (NO, WITHDRAWN):
        return
    state, detail = State(path.state), {"because": "withdrawn" if said.choice == WITHDRAWN else "client_no"}
    if state in BEFORE_DELIVERY:
        moving.move(path.id, Event.DECLINE, by=by, role=role, now=now, detail=detail)
    elif state in WITH_DEVICE:
        # The dispenser goes on until somebody has settled what takes its place: no gap. The visits run again now.
        winding_down.fall_back([path.client_id], by=by, now=now)
        _ask(path, WITHDRAWN_TASK, by=by, now=now, within=WITHDRAWN_WITHIN)


def _wzd(path: CarePath, said: Said, *, by: str, now: datetime) -> None:
    """R8: who resists and cannot decide on this is not presumed to agree: the step plan, or stop."""
    if not asks_wzd(said):
        end_tasks([path.client_id], WZD_TASK, as_=DONE, by=by, now=now)
        return
    _ask(path, WZD_TASK, by=by, now=now, within=WZD_WITHIN, what="other")


def _ask(path: CarePath, kind: str, *, by: str, now: datetime, within: timedelta, **detail: str) -> None:
    """A nurse does this soon; late is told as high risk."""
    open_tasks(
        [
            NewTask(
                organisation_id=path.organisation_id, client_id=path.client_id, kind=kind, about=path.id,
                owner_role="nurse", due_at=now + within, by=by, high_risk=True, detail=detail,
            )
        ],
        now,
    )  # fmt: skip
