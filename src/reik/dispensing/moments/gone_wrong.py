"""Reads of how dispensers are used, for who looks back at a client's use: set-wise, over any number of clients (R7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array

WRONG = ("not_out", "partly", "late", "unknown")
OUT = ("in_time", "early", "late")
HERS = (*OUT, "partly", "not_out", "by_hand")
"""Moments that were the dispenser's to give: not those withheld, paused, failed, or of which nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongMoment:
    """A moment that ended otherwise than agreed; `ended_at`: when that was concluded."""

    id: UUID
    client_id: UUID
    due_at: datetime
    ended_at: datetime
    outcome: str
    criticality: int


def wrong_moments(
    client_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, list[WrongMoment]]:
    """Per client what ended wrong and was due in [since, until), the oldest first."""
    found: dict[UUID, list[WrongMoment]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.client_id, m.due_at, m.ended_at, m.outcome, m.criticality FROM dispensing_moment AS m"
            " WHERE m.client_id = ANY(%s::uuid[]) AND m.due_at >= %s AND m.due_at < %s AND m.outcome = ANY(%s)"
            " ORDER BY m.due_at, m.id",
            [array("uuid", client_ids), since, until, list(WRONG)],
        )
        for row in cursor.fetchall():
            found[row[1]].append(
                WrongMoment(
                    id=row[0], client_id=row[1], due_at=row[2], ended_at=row[3], outcome=row[4], criticality=row[5]
                )
            )  # fmt: skip
    return found


def came_out(
    client_ids: Collection[UUID], since: datetime, middle: datetime, until: datetime
) -> dict[UUID, tuple[int, int, int, int]]:
    """Per client: out, of how many in [since, middle); out, of how many in [middle, until)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.client_id,"
            " count(*) FILTER (WHERE m.due_at < %(middle)s AND m.outcome = ANY(%(out)s)),"
            " count(*) FILTER (WHERE m.due_at < %(middle)s),"
            " count(*) FILTER (WHERE m.due_at >= %(middle)s AND m.outcome = ANY(%(out)s)),"
            " count(*) FILTER (WHERE m.due_at >= %(middle)s)"
            " FROM dispensing_moment AS m WHERE m.client_id = ANY(%(clients)s::uuid[]) AND m.due_at >= %(since)s"
            " AND m.due_at < %(until)s AND m.outcome = ANY(%(hers)s) GROUP BY 1",
            {
                "clients": array("uuid", client_ids), "since": since, "middle": middle, "until": until,
                "out": list(OUT), "hers": list(HERS),
            },
        )  # fmt: skip
        return {row[0]: (row[1], row[2], row[3], row[4]) for row in cursor.fetchall()}


def came_back(
    client_ids: Collection[UUID], reason: str, since: datetime
) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Per client the absences for this reason from which she came back since then: (absence, when)."""
    found: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.client_id, a.id, a.returned_at FROM dispensing_absence AS a"
            " WHERE a.client_id = ANY(%s::uuid[]) AND a.reason = %s AND a.returned_at >= %s ORDER BY a.returned_at",
            [array("uuid", client_ids), reason, since],
        )
        for client, id, at in cursor.fetchall():
            found[client].append((id, at))
    return found
