"""Alerts about tasks of high risk whose time is over (R14, R22): waiting for a person is never silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reik.alerting import causes
from reik.alerting.dispenser_alerts import Found, close_cleared, open_found
from reik.dispensing.queries import dispensers_of
from reik.kernel.rows import array
from reik.tasks.facts import TaskEnded, TaskOverdue

WITH_AN_ALERT_OF_THEIR_OWN = frozenset({"choose_change", "confirm_change", "visit_before"})
"""At the very instant that these are overdue another alert says the same: one call, not two."""


def follow_overdue(told: Sequence[TaskOverdue], now: datetime) -> None:
    """Handler: somebody is called about a task of high risk that nobody has done in time."""
    about = [each for each in told if each.high_risk and each.kind not in WITH_AN_ALERT_OF_THEIR_OWN]
    if not about:
        return
    at_home = dispensers_of({each.client_id for each in about})
    open_found(
        [
            Found(
                dispenser_id=at_home[each.client_id].id, cause=causes.TASK_OVERDUE, subject=str(each.task_id),
                reason=each.kind,
            )
            for each in about
            if each.client_id in at_home
        ],
        now,
    )  # fmt: skip


def end_overdue(told: Sequence[TaskEnded], now: datetime) -> None:
    """Handler: it is done, or nobody has to do it any more."""
    close_cleared(
        "WHERE a.client_id = ANY(%s::uuid[]) AND a.cause = %s AND a.subject = ANY(%s)",
        [
            array("uuid", {each.client_id for each in told}), causes.TASK_OVERDUE,
            [str(each.task_id) for each in told],
        ],
        "task_ended", now,
    )  # fmt: skip
