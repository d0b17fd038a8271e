"""Which routes no drill has proven: the newest one failed, or none was held since it was agreed (R57). Set-wise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting.drills.routes_in_use import COVERS
from reik.kernel.rows import array

WITHIN = timedelta(days=4)
"""So long after it was agreed a route has had its drill: Reik holds one in the first working hours."""

# A delivery test of every number that a route calls proves it too, where it asks no roster.
UNTESTED = f"""
WITH ways AS ({COVERS.format(which="a.id = ANY(%(ids)s::uuid[])")})
SELECT w.arrangement_id, w.route
FROM ways AS w LEFT JOIN LATERAL (
    SELECT passed FROM alerting_drill AS d WHERE d.organisation_id = w.organisation_id AND d.covers = w.covers
        AND d.ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1) AS last ON true
WHERE last.passed IS FALSE OR last.passed IS NULL AND w.created_at < %(before)s AND EXISTS (
    SELECT FROM alerting_arrangementstep AS s WHERE s.arrangement_id = w.arrangement_id AND s.route = w.route
        AND (s.roster_id IS NOT NULL OR NOT EXISTS (SELECT FROM alerting_deliverytest AS t
            WHERE t.destination_id = s.destination_id AND t.delivered_at >= w.created_at)))
"""  # noqa: S608 - text of this package


def untested(
    asked: Collection[tuple[UUID, int]], now: datetime, *, only_failed: bool = False
) -> frozenset[tuple[UUID, int]]:
    """Those of these routes (version and number) that nobody has proven. `only_failed`: one never held is none."""
    if not asked:
        return frozenset()
    before = now - (timedelta(days=36_500) if only_failed else WITHIN)
    with connection.cursor() as cursor:
        cursor.execute(UNTESTED, {"ids": array("uuid", {each[0] for each in asked}), "before": before})
        return frozenset(tuple(row) for row in cursor.fetchall()) & frozenset(asked)
