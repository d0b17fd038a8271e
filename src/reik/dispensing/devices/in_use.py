"""How many dispensers are issued, installed, active, ended: four denominators that are never mixed (R66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array

ACTIVE_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """Dispensers of one organisation.

    `issued`: all that Reik knows; `installed`: with a client now; `active`: installed, and a sachet came out in the
    last 14 days; `paused`: installed, not active, the client is away; `silent`: the rest of the installed ones;
    `ended`: clients who had one and have none now. `moments`: planned in the period asked for, of those installed.
    """

    issued: int
    installed: int
    active: int
    paused: int
    silent: int
    ended: int
    moments: int
    clients: tuple[UUID, ...]


COUNTED = """
SELECT d.client_id,
    EXISTS (SELECT FROM dispensing_moment AS m WHERE m.client_id = d.client_id AND m.due_at > %(active_since)s
        AND m.due_at <= %(now)s AND m.dispenser_id = d.id AND m.out <> 0),
    EXISTS (SELECT FROM dispensing_absence AS a WHERE a.client_id = d.client_id AND a.ended_at IS NULL
        AND a.starts_at <= %(now)s)
FROM dispensing_dispenser AS d WHERE d.organisation_id = %(organisation)s
"""
ENDED = """
SELECT count(*) FROM people_client AS c WHERE c.organisation_id = %(organisation)s
    AND NOT EXISTS (SELECT FROM dispensing_dispenser AS d WHERE d.client_id = c.id)
    AND EXISTS (SELECT FROM dispensing_moment AS m WHERE m.client_id = c.id)
"""
PLANNED = """
SELECT count(*) FROM dispensing_moment
WHERE client_id = ANY(%(clients)s::uuid[]) AND due_at >= %(since)s AND due_at < %(now)s
"""


def in_use(organisation_id: UUID, since: datetime, now: datetime) -> InUse:
    """The counts at `now`; `since`: from when moments are counted. Three statements."""
    asked: dict[str, Any] = {
        "organisation": organisation_id,
        "since": since,
        "now": now,
        "active_since": now - ACTIVE_WITHIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, asked)
        rows = cursor.fetchall()
        placed = [row for row in rows if row[0] is not None]
        cursor.execute(ENDED, asked)
        ended = int(cursor.fetchone()[0])
        cursor.execute(PLANNED, {**asked, "clients": array("uuid", (row[0] for row in placed))})
        moments = int(cursor.fetchone()[0])
    active = sum(1 for row in placed if row[1])
    paused = sum(1 for row in placed if row[2] and not row[1])
    return InUse(
        issued=len(rows), installed=len(placed), active=active, paused=paused, silent=len(placed) - active - paused,
        ended=ended, moments=moments, clients=tuple(row[0] for row in placed),
    )  # fmt: skip


def each_in_use(organisation_id: UUID, now: datetime) -> list[tuple[UUID, str]]:
    """The client of each installed dispenser, with how it counts: active, paused or silent. One statement."""
    asked: dict[str, Any] = {"organisation": organisation_id, "now": now, "active_since": now - ACTIVE_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, asked)
        rows = cursor.fetchall()
    return [
        (row[0], "active" if row[1] else "paused" if row[2] else "silent")
        for row in rows
        if row[0] is not None
    ]
