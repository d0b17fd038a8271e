"""The follow-up routes that hold for clients now, read set-wise."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.alerting.arrangements.choosing import Asked, When, choose
from reik.alerting.policy import RouteStep
from reik.kernel.rows import array

Steps = tuple[RouteStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The version of an arrangement that holds for a client, in her own time zone: `steps` are those of route 0.

    `others`: when another of its routes holds instead, by number; `routes`: the steps of all, by number.
    """

    arrangement_id: UUID
    zone: ZoneInfo
    steps: Steps
    others: tuple[tuple[int, When], ...] = ()
    routes: Mapping[int, Steps] = field(default_factory=dict)

    def chosen(self, asked: Asked) -> int:
        """The number of the route that an alert walks (R45); a route without steps is none."""
        return choose([each for each in self.others if self.routes.get(each[0])], asked, self.zone)

    def steps_of(self, number: int) -> Steps:
        return self.routes.get(number) or self.steps


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
SELECT arrangement_id, route, action, responder, destination_id, wait_s, repeat_s, hours_from, hours_until,
    roster_id, place, carer_id, fallback_id
FROM alerting_arrangementstep WHERE arrangement_id = ANY(%s::uuid[]) ORDER BY arrangement_id, route, position
"""

OTHERS = """
SELECT arrangement_id, number, weekdays, hours_from, hours_until, criticalities, moments
FROM alerting_arrangementroute WHERE arrangement_id = ANY(%s::uuid[]) ORDER BY arrangement_id, number
"""


def current(client_ids: Collection[UUID]) -> dict[UUID, Route]:
    """For each client the routes that hold now; a client without any is missing. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [array("uuid", client_ids)])
        chosen = cursor.fetchall()
    ids = {row[1] for row in chosen}
    routes, others = agreed(ids), _others(ids)
    return {
        client_id: Route(
            arrangement_id=arrangement_id, zone=ZoneInfo(zone), steps=routes[arrangement_id].get(0, ()),
            others=others.get(arrangement_id, ()), routes=routes[arrangement_id],
        )
        for client_id, arrangement_id, zone in chosen
    }  # fmt: skip


def current_id(client_id: UUID) -> UUID | None:
    """The version of an arrangement that holds for one client now, without its steps."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [array("uuid", [client_id])])
        row = cursor.fetchone()
    return row[1] if row else None


def agreed(arrangement_ids: Collection[UUID]) -> dict[UUID, dict[int, Steps]]:
    """The steps of these versions of arrangements, in order, by the number of their route."""
    steps: dict[UUID, dict[int, list[RouteStep]]] = {id: defaultdict(list) for id in arrangement_ids}
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [array("uuid", arrangement_ids)])
        for id, number, *row in cursor.fetchall():
            steps[id][number].append(_step(row))
    return {id: {number: tuple(of) for number, of in found.items()} for id, found in steps.items()}


def _step(row: list[Any]) -> RouteStep:
    (
        action,
        responder,
        destination_id,
        wait_s,
        repeat_s,
        since,
        until,
        roster_id,
        place,
        carer_id,
        fallback_id,
    ) = row
    return RouteStep(
        action=action, responder=responder, destination_id=destination_id, wait=timedelta(seconds=wait_s),
        repeat=timedelta(seconds=repeat_s) if repeat_s else None,
        hours=(since, until) if since is not None and until is not None else None,
        roster_id=roster_id, place=place, carer_id=carer_id, fallback_id=fallback_id,
    )  # fmt: skip


def _others(arrangement_ids: Collection[UUID]) -> dict[UUID, tuple[tuple[int, When], ...]]:
    found: dict[UUID, list[tuple[int, When]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, [array("uuid", arrangement_ids)])
        for id, number, weekdays, since, until, criticalities, moments in cursor.fetchall():
            hours = (since, until) if since is not None and until is not None else None
            when = When(
                weekdays=weekdays, hours=hours, criticalities=criticalities, moments=_moments(moments)
            )
            found[id].append((number, when))
    return {id: tuple(whens) for id, whens in found.items()}


def _moments(value: Any) -> tuple[str, ...]:
    """A JSON list as the driver gives it: text under Django's own connection."""
    return tuple(json.loads(value) if isinstance(value, str) else value)
