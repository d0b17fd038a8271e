"""What somebody who found something leaves behind, whoever has the alert and however it stands (R47, R49).

Two things may never be lost because the alert changed under her hands: what she saw, and that she asks to be rung.
The second is a task of high risk beside a line in the history: nobody doing it in time is an alert of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.alerting.claims.locking import AlertRefused, lock
from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.history import remark
from reik.alerting.outcomes import HANDLED_AS
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks
from reik.tasks.queries import TaskSeen, tasks_about

TOLD, CALL_BACK, CALLED_BACK = "told", "call_back", "called_back"
RUNG_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Somebody waits to be rung about an alert; her number stands on her own card, never here.

    `key` is hers, of her account where she has one: a namesake's request is another.
    """

    alert_id: UUID
    key: UUID
    who: str
    asked_at: datetime
    due_at: datetime
    taken_by: str


@transaction.atomic
def tell(*, alert_id: UUID, by: str, outcome: str, now: datetime) -> None:
    """Note what she found, also of an alert that is closed or another's; it changes nothing else.

    Raises AlertRefused for a word that is no outcome.
    """
    if outcome not in HANDLED_AS:
        raise AlertRefused(f"Choose one of the outcomes: {', '.join(sorted(HANDLED_AS))}.")
    alert = lock(alert_id)
    remark([(alert_id, alert.organisation_id, TOLD, by, outcome)], now)


@transaction.atomic
def ask_call_back(*, alert_id: UUID, by: By, now: datetime) -> None:
    """She wants to be rung within a quarter of an hour; asking again while she waits changes nothing."""
    alert, who = lock(alert_id), who_of(by)
    if any(each.key == who.key for each in call_backs([alert_id])):
        return
    remark([(alert_id, alert.organisation_id, CALL_BACK, who.name, "")], now)
    task = NewTask(
        organisation_id=alert.organisation_id, client_id=alert.client_id, kind=CALL_BACK, owner_role="nurse",
        due_at=now + RUNG_WITHIN, by=who.name, key=f"{alert_id} {who.key}", about=alert_id,
        detail={"who": who.name, "key": str(who.key)}, high_risk=True,
    )  # fmt: skip
    open_tasks([task], now)


@transaction.atomic
def called_back(*, alert_id: UUID, key: UUID, by: str, now: datetime) -> bool:
    """Somebody rang her whose request has this key; says whether she was still waiting."""
    return _end(alert_id, key, DONE, by, CALLED_BACK, now)


@transaction.atomic
def take_back_call(*, alert_id: UUID, by: By, now: datetime) -> bool:
    """She herself need not be rung any more; says whether she was waiting."""
    who = who_of(by)
    return _end(alert_id, who.key, DROPPED, who.name, "", now)


def _end(alert_id: UUID, key: UUID, as_: str, by: str, line: str, now: datetime) -> bool:
    alert = lock(alert_id)
    waits = next((each for each in call_backs([alert_id]) if each.key == key), None)
    if waits is None:
        return False
    end_tasks([alert.client_id], CALL_BACK, as_=as_, by=by, now=now, key=f"{alert_id} {key}")
    if line:
        remark([(alert_id, alert.organisation_id, line, by, waits.who)], now)
    return True


def caller_of(task: TaskSeen) -> Who:
    """Who waits for this call."""
    return Who(UUID(str(task.detail["key"])), task.opened_by)


def call_backs(alert_ids: Collection[UUID]) -> list[CallBack]:
    """Who waits to be rung about these alerts, the longest waiting first."""
    waiting = [
        CallBack(
            alert_id=about, key=caller_of(each).key, who=each.opened_by, asked_at=each.opened_at, due_at=each.due_at,
            taken_by=each.owner_name,
        )
        for about, tasks in tasks_about(alert_ids).items()
        for each in tasks
        if each.kind == CALL_BACK and each.ended_at is None
    ]  # fmt: skip
    return sorted(waiting, key=lambda each: (each.asked_at, str(each.key)))  # the same order at every look
