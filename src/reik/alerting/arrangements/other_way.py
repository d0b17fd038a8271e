"""What did not arrive is tried over the same responder's other way, before the next one is called (R56). Set-wise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.ids import new_id
from reik.kernel.rows import array

# A repetition that is planned makes room for the same call over its other way.
MAKE_ROOM = """
UPDATE alerting_step AS s SET round = s.round + 1
FROM alerting_step AS f
WHERE f.id = ANY(%s::uuid[]) AND s.alert_id = f.alert_id AND s.position = f.position AND s.round = f.round + 1
    AND s.state = 0
"""
# Planned, not sent here: `reik watch` takes it under the alert's lock. Not where somebody was called since.
FALL_BACK = """
INSERT INTO alerting_step (id, organisation_id, alert_id, position, round, action, responder, destination_id, due_at,
    state, reason)
SELECT n.id, f.organisation_id, f.alert_id, f.position, f.round + 1, f.action, f.responder, f.fallback_id, %(now)s,
    0, 'fallback'
FROM unnest(%(ids)s::uuid[], %(failed)s::uuid[]) AS n(id, failed)
JOIN alerting_step AS f ON f.id = n.failed JOIN alerting_alert AS a ON a.id = f.alert_id
WHERE a.state = 'open' AND NOT EXISTS (
    SELECT FROM alerting_step AS t WHERE t.alert_id = f.alert_id AND t.taken_at > f.taken_at)
ON CONFLICT DO NOTHING RETURNING id
"""


def fall_back(failed: Sequence[UUID], now: datetime) -> frozenset[UUID]:
    """Plan these calls over their other way, due now; gives those that were planned."""
    new = {new_id(now): each for each in failed}
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ROOM, [array("uuid", failed)])
        cursor.execute(
            FALL_BACK, {"now": now, "ids": array("uuid", new), "failed": array("uuid", new.values())}
        )
        return frozenset(new[row[0]] for row in cursor.fetchall())
