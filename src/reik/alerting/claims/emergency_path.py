"""The emergency path: not reached, and worrying. What the organisation agreed, by one key, with its time (R49)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting import outcomes
from reik.alerting.claims import taking
from reik.alerting.claims.locking import NOBODYS, AlertRefused, lock
from reik.alerting.history import cancel_steps, remark
from reik.alerting.models import Alert
from reik.alerting.policy import EMERGENCY_PATH
from reik.alerting.resuming import go_on

NEXT_TO_IT = timedelta(hours=24)
"""Two moments further apart are not successive: the client may have been seen between them."""


@transaction.atomic
def emergency(*, alert_id: UUID, by: str, now: datetime) -> None:
    """One key: whoever was agreed for an emergency is called now, again and again until a person accepts.

    Anybody who sees the alert may press it; pressing it again changes nothing. Raises AlertRefused when the alert
    is closed.
    """
    alert = lock(alert_id)
    if alert.state == "closed":
        raise AlertRefused(
            f"This alert was closed as {alert.closed_as}. Is it an emergency after all? Call the team yourself, or 112."
        )
    if alert.emergency_at is not None:
        return
    Alert.objects.filter(id=alert_id).update(before=None)
    taking.end_claims([alert_id], taking.TAKEN_OVER, now)
    start(alert, by, "", now)


def start(
    alert: Alert, by: str, why: str, now: datetime, *, after: Sequence[tuple[UUID, UUID, str, str, str]] = ()
) -> None:
    """Set a locked alert on the emergency path and call. `why`: second_moment, or nothing where a person says so;
    `after`: lines of its history that come first."""
    cancel_steps([alert.id], EMERGENCY_PATH, now)
    Alert.objects.filter(id=alert.id).update(
        state="open", emergency_at=alert.emergency_at or now, emergency_by=alert.emergency_by or by, priority=0,
        reason=outcomes.EMERGENCY, muted_until=None, **NOBODYS,
    )  # fmt: skip
    remark([*after, (alert.id, alert.organisation_id, "emergency", by, why)], now)
    go_on([alert.id], now)


# The client's moment just before or after this one, of which a person said last that nobody was reached.
BESIDE = """
SELECT EXISTS (
    SELECT FROM (
        (SELECT id FROM dispensing_moment WHERE client_id = %(client)s AND due_at < %(due)s
            AND due_at >= %(due)s - %(near)s AND id <> %(moment)s ORDER BY due_at DESC LIMIT 1)
        UNION ALL
        (SELECT id FROM dispensing_moment WHERE client_id = %(client)s AND due_at > %(due)s
            AND due_at <= %(due)s + %(near)s AND id <> %(moment)s ORDER BY due_at LIMIT 1)
    ) AS beside JOIN alerting_alert AS a ON a.moment_id = beside.id
    WHERE a.closed_at IS NULL AND a.handled_as = ANY(%(said)s))
"""


def not_reached_before(alert: Alert) -> bool:
    """Whether the client's moment beside this one was not reached either: then it goes there by itself.

    Not where the alert is on the emergency path already, or has no moment.
    """
    if alert.moment is None or alert.emergency_at is not None:
        return False
    values: dict[str, Any] = {
        "client": alert.client_id, "due": alert.moment.due_at, "moment": alert.moment.id, "near": NEXT_TO_IT,
        "said": [outcomes.NOT_REACHED, outcomes.NOT_REACHED_WORRYING],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, values)
        return bool(cursor.fetchone()[0])
