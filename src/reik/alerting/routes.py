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
SELECT arrangement_id, action, responder, destination_id, wait_s, repeat_s, hours_from, hours_until
FROM alerting_arrangementstep WHERE arrangement_id = ANY(%s::uuid[]) ORDER BY arrangement_id, position
"""


def current(client_ids: Collection[UUID]) -> dict[UUID, Route]:
    """For each client the route that holds now; a client without any is missing."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [array("uuid", client_ids)])
        chosen = cursor.fetchall()
    steps = agreed({row[1] for row in chosen})
    return {
        client_id: Route(
            arrangement_id=arrangement_id, zone=ZoneInfo(zone), steps=steps.get(arrangement_id, ())
        )
        for client_id, arrangement_id, zone in chosen
    }


def current_id(client_id: UUID) -> UUID | None:
    """The version of an arrangement that holds for one client now, without its steps."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [array("uuid", [client_id])])
        row = cursor.fetchone()
    return row[1] if row else None


def agreed(arrangement_ids: Collection[UUID]) -> dict[UUID, tuple[RouteStep, ...]]:
    """The steps of these versions of arrangements, in order."""
    steps: dict[UUID, list[RouteStep]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [array("uuid", arrangement_ids)])
        for id, action, responder, destination_id, wait_s, repeat_s, since, until in cursor.fetchall():
            steps[id].append(
                RouteStep(
                    action=action,
                    responder=responder,
                    destination_id=destination_id,
                    wait=timedelta(seconds=wait_s),
                    repeat=timedelta(seconds=repeat_s) if repeat_s else None,
                    hours=(since, until) if since is not None and until is not None else None,
                )
            )
    return {id: tuple(found) for id, found in steps.items()}
