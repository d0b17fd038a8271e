"""The choice for or against a dispenser, made together, and what follows from it (R2, R8; Wzd)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import zones_of
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
Chosen = tuple[CarePath, Said]


def decide(path_id: UUID, said: Said, *, by: str, role: str, now: datetime) -> UUID:
    """Write down one choice: `decide_all` for one; gives its id."""
    return decide_all({path_id: said}, by=by, role=role, now=now)[path_id]


@transaction.atomic
def decide_all(said: Mapping[UUID, Said], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """Write down what was chosen on these paths, for good; gives the id of each choice. Set-wise.

    A yes is written by a nurse, and takes the path on when the form suits. A no or a withdrawal needs no reason and
    may be written by anyone of the team: before delivery the path ends, after it a task asks to stop; either way the
    planned visits run again at once. Raises DecisionRefused and PathRefused; then nothing has changed.
    """
    paths = selecting.all_locked(said)
    zones = zones_of([each.client_id for each in paths.values()])
    for id, one in said.items():
        check(one, now, local_day(now, zones[paths[id].client_id]))
        if one.choice == YES and role not in MAY_WRITE_YES:
            raise DecisionRefused("nurse", "A nurse writes down a yes: ask her.")
    rows = [_row(paths[id], one, by=by, role=role, now=now) for id, one in said.items()]
    SharedDecision.objects.bulk_create(rows)
    chosen = [(paths[id], one) for id, one in said.items()]
    _wzd(chosen, by=by, now=now)
    _follow(chosen, by=by, role=role, now=now)
    keep_tasks(paths, now, by)
    facts.publish(
        [
            Decided(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.path_id,
                decision_id=row.id, choice=row.choice, freely=is_agreement(said[row.path_id]), wzd=row.wzd, by=by,
            )
            for row in rows
        ],
        now,
    )  # fmt: skip
    return {row.path_id: row.id for row in rows}


def _row(path: CarePath, said: Said, *, by: str, role: str, now: datetime) -> SharedDecision:
    return SharedDecision(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path, by=by, role=role,
        created_at=now, choice=said.choice, decided_by=said.decided_by, representative=said.representative.strip(),
        capacity=said.capacity, resistance=said.resistance, wzd=said.wzd, wzd_on=said.wzd_on,
        carer=said.carer.strip(), words=said.words.strip(), at=said.at,
    )  # fmt: skip


def _follow(chosen: Sequence[Chosen], *, by: str, role: str, now: datetime) -> None:
    agreed = [
        path.id
        for path, said in chosen
        if said.choice == YES and (is_agreement(said) or is_wzd_decision(said))
    ]
    if agreed:
        selecting.go_on(agreed, by=by, role=role, now=now)
    against = [(path, said) for path, said in chosen if said.choice in (NO, WITHDRAWN)]
    declined = [
        moving.Happened(
            client_id=path.client_id, event=Event.DECLINE, by=by, role=role,
            detail={"because": "withdrawn" if said.choice == WITHDRAWN else "client_no"},
        )
        for path, said in against
        if State(path.state) in BEFORE_DELIVERY
    ]  # fmt: skip
    if declined:
        moving.move_all(declined, now)
    running = [path for path, _said in against if State(path.state) in WITH_DEVICE]
    if running:
        # The dispenser goes on until somebody has settled what takes its place: no gap. The visits run again now.
        winding_down.fall_back([each.client_id for each in running], by=by, now=now)
        _ask(running, WITHDRAWN_TASK, by=by, now=now, within=WITHDRAWN_WITHIN)


def _wzd(chosen: Sequence[Chosen], *, by: str, now: datetime) -> None:
    """R8: who resists and cannot decide on this is not presumed to agree: the step plan, or stop."""
    unsure = [path for path, said in chosen if asks_wzd(said)]
    settled = [path.client_id for path, said in chosen if not asks_wzd(said)]
    if settled:
        end_tasks(settled, WZD_TASK, as_=DONE, by=by, now=now)
    if unsure:
        _ask(unsure, WZD_TASK, by=by, now=now, within=WZD_WITHIN, what="other")


def _ask(
    paths: Sequence[CarePath], kind: str, *, by: str, now: datetime, within: timedelta, **detail: str
) -> None:
    """A nurse does this soon; late is told as high risk."""
    open_tasks(
        [
            NewTask(
                organisation_id=path.organisation_id, client_id=path.client_id, kind=kind, about=path.id,
                owner_role="nurse", due_at=now + within, by=by, high_risk=True, detail=detail,
            )
            for path in paths
        ],
        now,
    )  # fmt: skip
