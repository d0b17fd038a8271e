"""A change that is withheld by cutting a device's plan makes the device complain of its plan: a person knows already.

While the cut lasts `plan_ending` and `no_plan` call nobody; what the device still says when it is over does (N5, R41).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.dispenser_alerts import Found, open_found
from reik.kernel.rows import array
from reik.medication.changes.held import cuts

OF_THE_PLAN = frozenset({"plan_ending", "no_plan"})
LOOKED_BACK = timedelta(days=14)
SETTLES_WITHIN = timedelta(minutes=15)
"""So long a device has to take on the whole plan again and clear what it said."""


def with_cut_plans(dispenser_ids: Collection[UUID]) -> set[UUID]:
    """Those of these dispensers whose plan ends early because of a change."""
    if not dispenser_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, client_id FROM dispensing_dispenser WHERE id = ANY(%s::uuid[]) AND client_id IS NOT NULL",
            [array("uuid", dispenser_ids)],
        )
        homes = dict(cursor.fetchall())
    cut = cuts(homes.values())
    return {id for id, client_id in homes.items() if client_id in cut}


# The newest word of each kind at devices whose plan was cut lately: said before `until`, and not taken back since.
UNTOLD = """
SELECT d.id, d.client_id, f.epoch, f.seq, f.code FROM dispensing_dispenser AS d
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (e.data->>'code') e.epoch, e.seq, e.data->>'code' AS code, e.received_at
    FROM dispensing_deviceevent AS e WHERE e.dispenser_id = d.id AND e.type = 'fault' AND e.parked = ''
        AND e.data->>'code' = ANY(%(codes)s) AND e.received_at > %(since)s
    ORDER BY e.data->>'code', e.epoch DESC, e.seq DESC) AS f
WHERE d.client_id IN (SELECT c.client_id FROM medication_change AS c
        WHERE c.pause_at > %(since)s AND (c.ended_at IS NULL OR c.ended_at > %(since)s))
    AND f.received_at <= %(until)s
    AND NOT EXISTS (SELECT FROM dispensing_deviceevent AS o WHERE o.dispenser_id = d.id AND o.type = 'fault_cleared'
        AND (o.epoch, o.seq) > (f.epoch, f.seq)
        AND o.data @> jsonb_build_object('fault', jsonb_build_object('epoch', f.epoch, 'seq', f.seq)))
    AND NOT EXISTS (SELECT FROM alerting_alert AS a WHERE a.dispenser_id = d.id AND a.cause = f.code
        AND (a.closed_at IS NULL OR (a.fault_epoch, a.fault_seq) >= (f.epoch, f.seq)))
    AND NOT EXISTS (SELECT FROM dispensing_devicecommand AS s WHERE s.dispenser_id = d.id AND s.type = 'set_plan'
        AND (s.ended_at IS NULL OR s.ended_at > %(until)s))
"""


@transaction.atomic
def tell_uncut(now: datetime) -> int:
    """Open what was not told while a plan was cut and the device says still; gives how many. For `reik watch`."""
    with connection.cursor() as cursor:
        cursor.execute(
            UNTOLD,
            {"codes": sorted(OF_THE_PLAN), "since": now - LOOKED_BACK, "until": now - SETTLES_WITHIN},
        )
        rows = cursor.fetchall()
    cut = cuts({row[1] for row in rows}) if rows else {}
    found = [
        Found(dispenser_id=id, cause=code, reason="device", fault=(epoch, seq))
        for id, client_id, epoch, seq, code in rows
        if client_id not in cut
    ]
    open_found(found, now)
    return len(found)
