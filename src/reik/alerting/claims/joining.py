"""One trouble, one call: a fault that keeps a sachet in waits while the alert about that sachet is followed up.

Only where the moment's alert came first, is as urgent or more, and is calling; 30 minutes at most. A fault that came
first goes on calling: its route may be further than the new one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting.claims.bounds import TIME_CRITICAL
from reik.alerting.claims.muting import begin_now
from reik.alerting.facts import AlertClosed
from reik.alerting.history import remark
from reik.alerting.opening import Opened
from reik.kernel.rows import array

KEEPS_IT_IN = frozenset(
    {
        "jam", "cut_failed", "sachet_unreadable", "wrong_sachet", "wrong_sequence", "roll_empty", "tray_full",
        "lid_open", "no_plan",
    }
)  # fmt: skip
"""Faults because of which a sachet does not come out."""
LONGEST = timedelta(minutes=30)

# The alert about the moment that is running at the same dispenser.
BESIDE = """
SELECT d.id, d.organisation_id, d.cause, m.id FROM alerting_alert AS d CROSS JOIN LATERAL (
    SELECT a.id FROM alerting_alert AS a JOIN dispensing_moment AS o ON o.id = a.moment_id
    WHERE a.client_id = d.client_id AND a.dispenser_id = d.dispenser_id AND a.closed_at IS NULL
        AND a.priority <= d.priority AND o.due_at <= %(now)s AND o.latest_at > %(now)s
        AND (a.muted_until IS NULL OR a.muted_until <= %(now)s)
    ORDER BY a.priority, a.opened_at LIMIT 1) AS m
WHERE d.id = ANY(%(ids)s::uuid[])
"""


def wait(opened: Sequence[Opened], now: datetime) -> list[Opened]:
    """Alerts about dispensers that opened just now, those that wait with when their route begins at the latest."""
    asked = [each.id for each in opened if each.cause in KEEPS_IT_IN and each.priority != TIME_CRITICAL]
    if not asked:
        return list(opened)
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, {"now": now, "ids": array("uuid", asked)})
        found = cursor.fetchall()
    if not found:
        return list(opened)
    until = {row[0]: now + LONGEST for row in found}
    _put_off(list(until), now + LONGEST)
    remark(
        [(row[3], row[1], "joined", "device", row[2]) for row in found]
        + [(row[0], row[1], "joined_to", "reik", "") for row in found],
        now,
    )
    return [
        replace(each, starts_at=max(until[each.id], each.starts_at or now)) if each.id in until else each
        for each in opened
    ]


def _put_off(alert_ids: Sequence[UUID], until: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert SET muted_until = greatest(muted_until, %s) WHERE id = ANY(%s::uuid[])",
            [until, array("uuid", alert_ids)],
        )


# What somebody muted stays so; another moment's alert that runs has the fault in its history only.
WAITING = """a.moment_id IS NULL AND a.cause = ANY(%s) AND a.dispenser_id IN (
        SELECT dispenser_id FROM alerting_alert WHERE id = ANY(%s::uuid[]) AND moment_id IS NOT NULL)
    AND EXISTS (SELECT FROM alerting_remark AS r WHERE r.alert_id = a.id AND r.kind = 'joined_to')
    AND NOT EXISTS (SELECT FROM alerting_mute AS q WHERE q.client_id = a.client_id AND q.cause = a.cause
        AND q.ended_at IS NULL AND q.until >= a.muted_until)"""


def follow_closed(closed: Sequence[AlertClosed], now: datetime) -> None:
    """Handler: the alert about the sachet is over; what is still wrong with the dispenser calls now."""
    ids = array("uuid", (each.alert_id for each in closed))
    begin_now(WAITING, [sorted(KEEPS_IT_IN), ids], "unjoined", "reik", now)
