"""Which routes are in use, what they do as a digest, and when they or their numbers were last changed. Set-wise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from reik.alerting.drills.rules import Standing
from reik.kernel.rows import array

# What a route does: two routes with the same digest call the same people at the same hours in the same order.
COVERS = """
SELECT s.arrangement_id, s.route, a.organisation_id, a.client_id, a.created_at,
    md5(coalesce(a.emergency_id::text, '') || string_agg(concat(s.action, '|', s.responder, '|', s.destination_id, '|',
        s.fallback_id, '|', s.roster_id, '|', s.place, '|', s.carer_id, '|', s.hours_from, '|', s.hours_until, '|',
        s.wait_s), ';' ORDER BY s.position)) AS covers
FROM alerting_arrangementstep AS s JOIN alerting_arrangement AS a ON a.id = s.arrangement_id
WHERE {which} GROUP BY s.arrangement_id, s.route, a.id
"""

IN_USE = f"""
WITH held AS (SELECT DISTINCT ON (organisation_id, client_id) id FROM alerting_arrangement
    ORDER BY organisation_id, client_id, version DESC),
ways AS ({COVERS.format(which="a.id IN (SELECT id FROM held)")}),
one AS (SELECT DISTINCT ON (organisation_id, covers) * FROM ways
    ORDER BY organisation_id, covers, client_id NULLS FIRST, created_at),
born AS (SELECT organisation_id, covers, min(created_at) AS at FROM ways GROUP BY 1, 2),
numbers AS (SELECT s.arrangement_id, s.route, max(d.created_at) AS at
    FROM one JOIN alerting_arrangementstep AS s ON s.arrangement_id = one.arrangement_id AND s.route = one.route
    LEFT JOIN people_rostermember AS m ON m.roster_id = s.roster_id AND m.ended_at IS NULL
    JOIN kernel_destination AS d ON d.id IN (s.destination_id, s.fallback_id, m.destination_id, m.fallback_id)
    GROUP BY 1, 2)
SELECT one.arrangement_id, one.route, one.organisation_id, one.client_id, one.covers,
    greatest(born.at, numbers.at),
    (SELECT max(started_at) FROM alerting_drill AS h
        WHERE h.organisation_id = one.organisation_id AND h.covers = one.covers)
FROM one JOIN born USING (organisation_id, covers)
LEFT JOIN numbers ON numbers.arrangement_id = one.arrangement_id AND numbers.route = one.route
"""  # noqa: S608 - text of this module


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteInUse:
    """One route of all that do the same: of the organisation's own arrangement where that has it."""

    arrangement_id: UUID
    number: int
    organisation_id: UUID
    client_id: UUID | None
    standing: Standing


def routes_in_use(organisation_ids: Collection[UUID] | None = None) -> list[RouteInUse]:
    """The routes of the newest versions, each once however many clients have it; of all organisations when None."""
    which = "" if organisation_ids is None else "WHERE one.organisation_id = ANY(%s::uuid[])"
    values = [] if organisation_ids is None else [array("uuid", organisation_ids)]
    with connection.cursor() as cursor:
        cursor.execute(f"{IN_USE} {which} ORDER BY 3, 4 NULLS FIRST, 1, 2", values)
        rows = cursor.fetchall()
    return [
        RouteInUse(
            arrangement_id=row[0], number=row[1], organisation_id=row[2], client_id=row[3],
            standing=Standing(covers=row[4], changed_at=row[5], held_at=row[6]),
        )
        for row in rows
    ]  # fmt: skip


def covers_of(arrangement_ids: Collection[UUID]) -> dict[tuple[UUID, int], tuple[UUID, str]]:
    """Of each route of these versions its organisation, and its digest."""
    with connection.cursor() as cursor:
        cursor.execute(COVERS.format(which="a.id = ANY(%s::uuid[])"), [array("uuid", arrangement_ids)])
        return {(row[0], row[1]): (row[2], row[5]) for row in cursor.fetchall()}
