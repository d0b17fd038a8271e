"""Of which days anything is known of a client's dispenser, by her own calendar (N7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKnown:
    """How many moments fell due on this local day, and of how many nothing is known (or not yet)."""

    moments: int
    unknown: int


DAYS = """
SELECT m.client_id, (m.due_at AT TIME ZONE c.zone)::date, count(*),
    count(*) FILTER (WHERE m.outcome IS NULL OR m.outcome = 'unknown')
FROM dispensing_moment AS m JOIN people_client AS c ON c.id = m.client_id
WHERE m.client_id = ANY(%s::uuid[]) AND m.due_at >= %s AND m.due_at < %s
GROUP BY 1, 2
"""


def known_days(
    client_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, dict[date, DayKnown]]:
    """The days with moments that fell due in [since, until), by client. One statement."""
    found: dict[UUID, dict[date, DayKnown]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [array("uuid", client_ids), since, until])
        for client_id, day, moments, unknown in cursor.fetchall():
            found.setdefault(client_id, {})[day] = DayKnown(moments=moments, unknown=unknown)
    return found
