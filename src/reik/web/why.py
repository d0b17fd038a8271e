"""Why an alert is there, as a sentence; of a task that is late: which one."""

from __future__ import annotations

from uuid import UUID

from reik.alerting.causes import TASK_OVERDUE
from reik.alerting.queries import AlertSeen
from reik.alerting.telling import CALL_BACK
from reik.tasks.queries import task
from reik.web.task_words import task_words
from reik.web.words import reason_words


def why_words(alert: AlertSeen) -> str:
    """Empty when there is nothing to add to its cause. One statement more for a task that is late."""
    if alert.cause != TASK_OVERDUE or alert.reason == CALL_BACK:
        return reason_words(alert.reason)
    late = task(UUID(alert.subject))
    return task_words(alert.reason, late.detail if late else {})
