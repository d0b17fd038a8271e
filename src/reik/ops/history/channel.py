"""The stand-in for `reik send`: whatever the outbox holds counts as sent at once, by the same fact; no I/O."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel import facts
from reik.kernel.outbox import MessageSent
from reik.kernel.rows import array
from reik.ops.history.answering import Asked

SENT = """
UPDATE kernel_outboxmessage SET state = 1, attempts = 1, ended_at = %s
WHERE state = 0 AND organisation_id = ANY(%s::uuid[]) RETURNING id
"""
ASKED = """
SELECT s.alert_id, a.client_id, s.action, s.position, s.round, m.key, m.latest_at, a.cause, a.opened_at
FROM alerting_step AS s JOIN alerting_alert AS a ON a.id = s.alert_id
LEFT JOIN dispensing_moment AS m ON m.id = a.moment_id
WHERE s.id = ANY(%s::uuid[]) ORDER BY s.taken_at, s.id
"""
# When a route goes on by itself: a step is due, a promise or a watch ends.
NEXT = """
SELECT least(
    (SELECT min(s.due_at) FROM alerting_step AS s JOIN alerting_alert AS a ON a.id = s.alert_id
        WHERE s.state = 0 AND a.state = 'open'),
    (SELECT min(accepted_until) FROM alerting_alert WHERE state = 'accepted'),
    (SELECT min(watched_until) FROM alerting_alert WHERE state = 'watched'))
"""


def send_all(organisation_ids: Collection[UUID], now: datetime) -> list[Asked]:
    """Mark these organisations' messages sent, in the caller's transaction; gives the steps that went out with them."""
    with connection.cursor() as cursor:
        cursor.execute(SENT, [now, array("uuid", organisation_ids)])
        sent = [row[0] for row in cursor.fetchall()]
        if not sent:
            return []
        facts.publish([MessageSent(message_id=each) for each in sent], now)
        cursor.execute(ASKED, [array("uuid", sent)])
        rows = cursor.fetchall()
    return [
        Asked(
            alert_id=row[0], client_id=row[1], action=row[2], position=row[3], round=row[4], key=row[5],
            latest_at=row[6], cause=row[7], opened_at=row[8],
        )
        for row in rows
    ]  # fmt: skip


def next_due() -> datetime | None:
    """When `reik watch` has something to do with a route."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        found: datetime | None = cursor.fetchone()[0]
    return found
