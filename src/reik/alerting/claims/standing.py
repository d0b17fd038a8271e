"""Where the routes of alerts stand, read set-wise: what bounds and the emergency path are reckoned from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.claims import bounds
from reik.alerting.claims.bounds import Route
from reik.kernel.rows import array

EMERGENCY_POSITION = 99
"""The position of the emergency path's step: behind every route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One alert's route; `on_emergency`: it goes the emergency path, to `destination_id` where that was agreed."""

    route: Route
    on_emergency: bool
    responder: str
    destination_id: UUID | None


# Only the last step is repeated; a later life of an alert counts its own rounds.
STANDING = """
SELECT a.id, a.priority, m.latest_at, coalesce(a.last_due_at, s.planned), coalesce(s.reached, false),
    a.emergency_at IS NOT NULL, coalesce(r.emergency_responder, ''), r.emergency_id
FROM alerting_alert AS a LEFT JOIN dispensing_moment AS m ON m.id = a.moment_id
LEFT JOIN alerting_arrangement AS r ON r.id = a.arrangement_id
LEFT JOIN LATERAL (
    SELECT bool_or(taken_at IS NOT NULL AND (repeat_s IS NOT NULL OR position = 99)) AS reached,
        min(due_at) FILTER (WHERE state = 0 AND repeat_s IS NOT NULL) AS planned
    FROM alerting_step WHERE alert_id = a.id AND round >= a.life) AS s ON true
WHERE a.id = ANY(%s::uuid[])
"""


def standing(alert_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How the route of each of these alerts stands. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [array("uuid", alert_ids)])
        rows = cursor.fetchall()
    return {
        row[0]: Standing(
            route=Route(priority=row[1], latest_at=row[2], last_due_at=row[3], reached=row[4]),
            on_emergency=row[5], responder=row[6], destination_id=row[7],
        )
        for row in rows
    }  # fmt: skip


NOTE_MOVED = """
UPDATE alerting_alert AS a SET moved_s = n.moved_s
FROM unnest(%s::uuid[], %s::int[]) AS n(id, moved_s) WHERE a.id = n.id AND a.moved_s <> n.moved_s
"""


def note_moved(last_due: Mapping[UUID, datetime], known: Mapping[UUID, Standing]) -> None:
    """Write down by how much claims put off the last step of each alert, whose last step is now planned for then."""
    moved = {
        id: round(bounds.moved(known[id].route, at).total_seconds())
        for id, at in last_due.items()
        if not known[id].route.reached
    }
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_MOVED, [array("uuid", moved), array("int", moved.values())])
