"""The follow-up routes that hold for clients now, read set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.alerting.policy import RouteStep
from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The version of an arrangement that holds for a client, in her own time zone."""

    arrangement_id: UUID
    zone: ZoneInfo
    steps: tuple[RouteStep, ...]


# A client's own newest version goes before the organisation's default.
CURRENT = """
SELECT c.id, a.id, c.zone FROM people_client AS c
CROSS JOIN LATERAL (
    SELECT id FROM alerting_arrangement
    WHERE organisation_id = c.organisation_id AND (client_id = c.id OR client_id IS NULL)
    ORDER BY client_id NULLS LAST, version DESC LIMIT 1
) AS a
WHERE c.id = ANY(%s::uuid[])
"""

STEPS = """
SELECT arrangement_id, action, responder, destination_id, wait_min, repeat_min, hours_from, hours_until
FROM alerting_arrangementstep WHERE arrangement_id = ANY(%s) ORDER BY arrangement_id, position
"""


def current(client_ids: Collection[UUID]) -> dict[UUID, Route]:
    """For each client the route that holds now; a client without any is missing."""
    steps: dict[UUID, list[RouteStep]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [array("uuid", client_ids)])
        chosen = cursor.fetchall()
        cursor.execute(STEPS, [list({row[1] for row in chosen})])
        for id, action, responder, destination_id, wait_min, repeat_min, since, until in cursor.fetchall():
            steps[id].append(
                RouteStep(
                    action=action,
                    responder=responder,
                    destination_id=destination_id,
                    wait=timedelta(minutes=wait_min),
                    repeat=timedelta(minutes=repeat_min) if repeat_min else None,
                    hours=(since, until) if since is not None and until is not None else None,
                )
            )
    return {
        client_id: Route(
            arrangement_id=arrangement_id, zone=ZoneInfo(zone), steps=tuple(steps[arrangement_id])
        )
        for client_id, arrangement_id, zone in chosen
    }
