"""Letting through a condition that is not met: who may, why, and before when it is made good (R2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import path, readiness
from reik.pathway.asking import TASKS, keep_tasks
from reik.pathway.facts import LetThrough
from reik.pathway.locking import lock
from reik.pathway.models import CarePath, Override
from reik.pathway.path import Condition, PathRefused, State
from reik.pathway.queries import seen
from reik.pathway.terms import terms_of
from reik.tasks.operations import DROPPED, end_tasks

BECAUSE_MOST = 2000


@transaction.atomic
def let_through(
    path_id: UUID,
    condition: str,
    *,
    because: str,
    make_good_by: datetime,
    by: str,
    role: str,
    now: datetime,
    version: int | None = None,
) -> UUID:
    """This may wait until `make_good_by`; gives the row's id. A high-risk task follows it up.

    Raises PathRefused for who may not, without a reason, for what nobody may let through, for what is not asked or
    holds already, and for a day that is too late.
    """
    row = lock(path_id, version)
    if role not in terms_of([row.organisation_id])[row.organisation_id].may_let_through:
        raise PathRefused("role", "You may not let this through: ask a nurse or the team manager.")
    if not because.strip():
        raise PathRefused("because", "Say why this may wait.")
    asked = _asked(row, condition)
    _check(row, asked, make_good_by, now)
    made = Override.objects.create(
        id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id,
        condition=condition, because=because.strip()[:BECAUSE_MOST], by=by, role=role, at=now,
        make_good_by=make_good_by,
    )  # fmt: skip
    # Its task gets the day that was promised now, and goes on past the start.
    end_tasks([row.client_id], TASKS[condition], as_=DROPPED, by=by, now=now, key="")
    keep_tasks([row.id], now, by)
    facts.publish(
        [
            LetThrough(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id,
                condition=condition, by=by, make_good_by=make_good_by,
            )
        ],
        now,
    )  # fmt: skip
    return made.id


def _asked(row: CarePath, condition: str) -> Condition:
    """The condition, as the next event of this path asks it."""
    for each in path.asked_in(State(row.state), row.setting):
        if each.kind == condition:
            return each
    raise PathRefused("not_asked", "This step does not ask for that: look at the care path again.")


def _check(row: CarePath, asked: Condition, make_good_by: datetime, now: datetime) -> None:
    if asked.days is None or State(row.state) in (State.PAUSED,):
        raise PathRefused("never", "Nobody may let this through: it has to be done first.")
    if not now < make_good_by <= now + timedelta(days=asked.days, hours=1):
        raise PathRefused("make_good_by", f"Choose a day within {asked.days} days.")
    kinds = {asked.kind, *asked.unless}
    if readiness.shown_for([seen(row)], now, kinds)[row.id]:
        raise PathRefused("holds", "This is done already: nothing has to be let through.")
    if Override.objects.filter(path_id=row.id, condition=asked.kind, made_good_at=None).exists():
        raise PathRefused("let_through", "This was let through already: look at the care path again.")
