"""No client is ever unheard: a line whose deadline passes without outcome opens an alert of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.moment_alerts import follow_moments
from reik.alerting.outages.taking import UNANSWERED
from reik.dispensing.away.cover import EXPECTED
from reik.dispensing.facts import MomentEnded
from reik.dispensing.outcomes import Outcome
from reik.kernel import wake
from reik.kernel.rows import array

LATE = f"""
UPDATE alerting_outageline AS l SET told_late_at = %(now)s
FROM (SELECT l.id FROM alerting_outageline AS l WHERE l.outcome_at IS NULL AND l.told_late_at IS NULL
        AND l.deadline_at <= %(now)s
        AND NOT EXISTS (SELECT FROM dispensing_moment AS m WHERE m.id = l.moment_id AND NOT {EXPECTED})
    ORDER BY l.deadline_at, l.id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED) AS late
WHERE l.id = late.id RETURNING l.moment_id
"""  # noqa: S608 - a condition of dispensing
MOMENTS = """
SELECT id, organisation_id, client_id, dispenser_id, due_at, deadline_at, latest_at, criticality
FROM dispensing_moment WHERE id = ANY(%s::uuid[]) AND (outcome IS NULL OR outcome = 'unknown')
"""


def tell_late(now: datetime, most: int = 500) -> int:
    """Open an alert for up to `most` lines that nobody saw to in time; gives how many. In a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LATE, {"now": now, "most": most})
        moments = [row[0] for row in cursor.fetchall()]
    open_alerts(moments, now)
    return len(moments)


def open_alerts(moment_ids: Collection[UUID], now: datetime) -> None:
    """An ordinary alert, with its route, for each of these moments of which nobody knows how they ended."""
    if not moment_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS, [array("uuid", moment_ids)])
        rows = cursor.fetchall()
    follow_moments(
        [
            MomentEnded(
                moment_id=r[0], organisation_id=r[1], client_id=r[2], dispenser_id=r[3], due_at=r[4],
                deadline_at=r[5], latest_at=r[6], criticality=r[7], outcome=Outcome.UNKNOWN, before=None,
                reason=UNANSWERED,
            )
            for r in rows
        ],
        now,
    )  # fmt: skip


# What became of the alert is what became of the line. Alerts are only read, lines that are in use wait a minute.
FOLLOW = """
UPDATE alerting_outageline AS l SET outcome = n.closed_as, how = 'alert', outcome_at = %(now)s,
    outcome_by = n.handled_by
FROM (SELECT l.id, a.closed_as, a.handled_by FROM alerting_outageline AS l
    JOIN alerting_alert AS a ON a.moment_id = l.moment_id AND a.state = 'closed'
    WHERE l.outcome_at IS NULL AND l.told_late_at IS NOT NULL
    ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED) AS n
WHERE l.id = n.id RETURNING l.organisation_id
"""
POINT = """
UPDATE alerting_alert AS a SET outage_line = n.line
FROM (SELECT a.id, l.id AS line FROM alerting_outageline AS l JOIN alerting_alert AS a ON a.moment_id = l.moment_id
    JOIN alerting_outage AS o ON o.id = l.outage_id
    WHERE a.outage_line IS NULL AND o.closed_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a SKIP LOCKED) AS n
WHERE a.id = n.id
"""


def follow_alerts(now: datetime) -> int:
    """End the lines whose alert a person has closed; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, {"now": now})
        ended = cursor.fetchall()
    wake.note({row[0] for row in ended})
    return len(ended)


def point_alerts() -> None:
    """Let each alert about a listed moment point to its line."""
    with connection.cursor() as cursor:
        cursor.execute(POINT)
