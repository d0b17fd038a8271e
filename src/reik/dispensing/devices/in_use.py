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


@dataclass(frozen=True, slots=True, kw_only=True)
class RowInUse:
    """One dispenser behind the counts. `how`: active, paused, silent, or `` where it stands with nobody.

    Of the last 14 days: `days_planned` with a moment that was not paused, `days_out` of these with a sachet out, and
    when the last one came out; all by its client's own zone, of the moments of this dispenser with this client.
    """

    id: UUID
    device: str
    model: str
    client_id: UUID | None
    how: str
    days_planned: int
    days_out: int
    last_out_at: datetime | None

    @property
    def every_day(self) -> bool:
        """A sachet came out on each day that had a moment."""
        return self.how == ACTIVE and self.days_out == self.days_planned > 0


ACTIVE, PAUSED, SILENT = "active", "paused", "silent"
EACH = """
SELECT d.id, d.device, coalesce(d.started ->> 'model', ''), d.client_id,
    coalesce(bool_or(m.out <> 0), false),
    EXISTS (SELECT FROM dispensing_absence AS a WHERE a.client_id = d.client_id AND a.ended_at IS NULL
        AND a.starts_at <= %(now)s),
    count(DISTINCT (m.due_at AT TIME ZONE c.zone)::date) FILTER (WHERE m.outcome IS DISTINCT FROM 'paused'),
    count(DISTINCT (m.due_at AT TIME ZONE c.zone)::date)
        FILTER (WHERE m.outcome IS DISTINCT FROM 'paused' AND m.out <> 0),
    max(m.last_out_at) FILTER (WHERE m.out <> 0)
FROM dispensing_dispenser AS d LEFT JOIN people_client AS c ON c.id = d.client_id
LEFT JOIN dispensing_moment AS m ON m.client_id = d.client_id AND m.dispenser_id = d.id
    AND m.due_at > %(active_since)s AND m.due_at <= %(now)s
WHERE d.organisation_id = %(organisation)s GROUP BY d.id, c.id ORDER BY d.device
"""
GONE = """
SELECT c.id, (SELECT max(m.due_at) FROM dispensing_moment AS m WHERE m.client_id = c.id) FROM people_client AS c
WHERE c.organisation_id = %(organisation)s
    AND NOT EXISTS (SELECT FROM dispensing_dispenser AS d WHERE d.client_id = c.id)
    AND EXISTS (SELECT FROM dispensing_moment AS m WHERE m.client_id = c.id)
"""


def rows_in_use(organisation_id: UUID, now: datetime) -> list[RowInUse]:
    """Every dispenser that Reik knows of this organisation, by its number. One statement."""
    asked: dict[str, Any] = {"organisation": organisation_id, "now": now, "active_since": now - ACTIVE_WITHIN}
    with connection.cursor() as cursor:
        cursor.execute(EACH, asked)
        rows = cursor.fetchall()
    return [
        RowInUse(
            id=row[0], device=row[1], model=row[2], client_id=row[3],
            how="" if row[3] is None else ACTIVE if row[4] else PAUSED if row[5] else SILENT,
            days_planned=row[6], days_out=row[7], last_out_at=row[8],
        )
        for row in rows
    ]  # fmt: skip


def ended_in_use(organisation_id: UUID) -> dict[UUID, datetime]:
    """Clients who had a dispenser and have none now, with their last planned moment. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(GONE, {"organisation": organisation_id})
        return dict(cursor.fetchall())
