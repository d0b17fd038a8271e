"""The test alarm of one client: how the routes of the arrangement that holds for her stand (R57)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.drills.routes_in_use import COVERS
from reik.alerting.routes import CURRENT
from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class GoLive:
    """Proven when the newest drill of each of her routes passed. `state`: none, running, passed, failed."""

    state: str
    at: datetime | None
    drill_id: UUID | None


NO_TEST = GoLive(state="none", at=None, drill_id=None)

# Her own arrangement, or the default; the newest drill of any route that does the same counts.
NEWEST = f"""
WITH held AS ({CURRENT}), ways AS ({COVERS.format(which="a.id IN (SELECT held.aid FROM held)")})
SELECT last.id, last.started_at, last.ended_at, last.passed
FROM ways AS w LEFT JOIN LATERAL (
    SELECT id, started_at, ended_at, passed FROM alerting_drill AS d
    WHERE d.organisation_id = w.organisation_id AND d.covers = w.covers ORDER BY started_at DESC, id DESC LIMIT 1
) AS last ON true
"""  # noqa: S608 - text of this package


def go_live_of(client_id: UUID) -> GoLive:
    """The test alarm of the arrangement that holds for this client, or of one that does the same. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            NEWEST.replace("SELECT c.id, a.id, c.zone", "SELECT a.id AS aid"), [array("uuid", [client_id])]
        )
        rows = cursor.fetchall()
    if not rows or any(row[0] is None for row in rows):
        return NO_TEST
    worst = min(rows, key=lambda row: (row[3] is not False, row[2] is not None, row[1]))
    state = "failed" if worst[3] is False else "running" if worst[2] is None else "passed"
    return GoLive(state=state, at=worst[2] or worst[1], drill_id=worst[0])
