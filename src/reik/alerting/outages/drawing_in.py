"""Alerts about silent dispensers become part of the outage that holds them, while somebody hears of it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from reik.alerting.causes import SILENT
from reik.alerting.facts import AlertClosed
from reik.alerting.history import cancel_steps, remark
from reik.alerting.outages.members import MEMBER, OF_SCOPE
from reik.kernel import facts

IN_OUTAGE, REASON = "in_outage", "outage"

# Only what nobody has accepted, and only in an organisation whose people were told of the outage.
DRAW_IN = f"""
UPDATE alerting_alert AS a SET state = 'closed', closed_at = %(now)s, closed_as = '{IN_OUTAGE}',
    closed_cause = '{REASON}', watched_until = NULL, before = NULL
FROM (SELECT a.id FROM alerting_alert AS a JOIN dispensing_dispenser AS d ON d.id = a.dispenser_id
    WHERE a.cause = '{SILENT}' AND a.moment_id IS NULL AND a.closed_at IS NULL AND a.state = 'open'
        AND EXISTS (SELECT FROM alerting_outage AS o JOIN alerting_outagenote AS n ON n.outage_id = o.id
            WHERE {MEMBER} AND d.heard_at >= o.began_at - interval '1 minute' AND n.organisation_id = a.organisation_id)
    ORDER BY a.id FOR NO KEY UPDATE OF a) AS n
WHERE a.id = n.id RETURNING a.id, a.organisation_id, a.client_id
"""  # noqa: S608 - text of this package


def draw_in(now: datetime) -> int:
    """Nobody is called about one silent dispenser where all of them are an outage; gives how many alerts ended."""
    with connection.cursor() as cursor:
        cursor.execute(DRAW_IN, {"now": now})
        rows = cursor.fetchall()
    cancel_steps([row[0] for row in rows], REASON, now)
    remark([(row[0], row[1], "closed", "reik", IN_OUTAGE) for row in rows], now)
    facts.publish(
        [
            AlertClosed(alert_id=row[0], organisation_id=row[1], client_id=row[2], outcome=IN_OUTAGE)
            for row in rows
        ],
        now,
    )
    return len(rows)


# What was taken out or drawn in, and is silent still when its outage is over, is announced as any silent dispenser.
ANNOUNCE_AGAIN = f"""
UPDATE dispensing_dispenser AS d SET silent_at = NULL
FROM (SELECT d.id FROM dispensing_dispenser AS d
    WHERE d.silent_at IS NOT NULL AND EXISTS (SELECT FROM alerting_outage AS o WHERE {OF_SCOPE}
        AND o.closed_at > %(now)s - interval '1 day' AND d.silent_at BETWEEN o.began_at AND o.closed_at)
        AND NOT EXISTS (SELECT FROM alerting_outage AS o WHERE {MEMBER})
        AND NOT EXISTS (SELECT FROM alerting_alert AS a WHERE a.dispenser_id = d.id AND a.cause = '{SILENT}'
            AND a.moment_id IS NULL AND a.closed_at IS NULL)
    ORDER BY d.id FOR NO KEY UPDATE OF d) AS n
WHERE d.id = n.id
"""  # noqa: S608 - text of this package


def announce_again(now: datetime) -> int:
    """In a transaction of its own: dispensers are locked before anything else."""
    with connection.cursor() as cursor:
        cursor.execute(ANNOUNCE_AGAIN, {"now": now})
        return int(cursor.rowcount)
