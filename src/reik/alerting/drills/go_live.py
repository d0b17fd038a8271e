"""The test alarm of one client: how the routes of the arrangement that holds for her stand (R57)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
WITH held AS ({CURRENT.replace("SELECT c.id, a.id, c.zone", "SELECT c.id AS client_id, a.id AS aid")}),
ways AS ({COVERS.format(which="a.id IN (SELECT held.aid FROM held)")})
SELECT held.client_id, a.id, a.created_at, a.agreed_by, last.id, last.started_at, last.ended_at, last.passed
FROM held JOIN alerting_arrangement AS a ON a.id = held.aid JOIN ways AS w ON w.arrangement_id = held.aid
LEFT JOIN LATERAL (
    SELECT id, started_at, ended_at, passed FROM alerting_drill AS d
    WHERE d.organisation_id = w.organisation_id AND d.covers = w.covers ORDER BY started_at DESC, id DESC LIMIT 1
) AS last ON true
"""  # noqa: S608 - text of this package


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The arrangement with steps that holds for a client, since when and by whom it was agreed, and its test."""

    arrangement_id: UUID
    agreed_at: datetime
    agreed_by: str
    test: GoLive


def go_live_of(client_id: UUID) -> GoLive:
    """The test alarm of the arrangement that holds for this client, or of one that does the same. One statement."""
    found = follow_up_of([client_id]).get(client_id)
    return found.test if found else NO_TEST


def follow_up_of(client_ids: Collection[UUID]) -> dict[UUID, FollowUp]:
    """For each client the arrangement that holds and how its test stands; without steps she is missing."""
    rows: dict[UUID, list[Sequence[Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [array("uuid", client_ids)])
        for row in cursor.fetchall():
            rows.setdefault(row[0], []).append(row)
    return {
        id: FollowUp(
            arrangement_id=of[0][1], agreed_at=of[0][2], agreed_by=of[0][3],
            test=_test([row[4:] for row in of]),
        )
        for id, of in rows.items()
    }  # fmt: skip


def _test(rows: Sequence[Sequence[Any]]) -> GoLive:
    """The worst of her routes."""
    if any(row[0] is None for row in rows):
        return NO_TEST
    worst = min(rows, key=lambda row: (row[3] is not False, row[2] is not None, row[1]))
    state = "failed" if worst[3] is False else "running" if worst[2] is None else "passed"
    return GoLive(state=state, at=worst[2] or worst[1], drill_id=worst[0])
