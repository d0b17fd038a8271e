"""Reads of how persons handled alerts, also the handlings after which an alert went on; for who looks back (R7, R8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSaid:
    """One word of a person about one alert: an outcome of R49. What was taken back within the minute is not here."""

    alert_id: UUID
    client_id: UUID
    at: datetime
    outcome: str


# A remark "handled" begins with its outcome; "undone" takes back the last one before it.
SAID = """
SELECT a.client_id, r.alert_id, r.at, split_part(r.text, ': ', 1)
FROM alerting_remark AS r JOIN alerting_alert AS a ON a.id = r.alert_id
WHERE a.client_id = ANY(%(clients)s::uuid[]) AND a.opened_at >= %(opened)s AND r.kind = 'handled' AND r.at >= %(since)s
    AND split_part(r.text, ': ', 1) = ANY(%(outcomes)s)
    AND NOT EXISTS (SELECT FROM alerting_remark AS u WHERE u.alert_id = r.alert_id AND u.kind = 'undone'
        AND u.at >= r.at AND u.at <= r.at + interval '2 minutes')
ORDER BY r.at, r.id
"""


def outcomes_said(
    client_ids: Collection[UUID], outcomes: Collection[str], since: datetime
) -> dict[UUID, list[OutcomeSaid]]:
    """Per client what was said since then, the oldest first."""
    found: dict[UUID, list[OutcomeSaid]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            SAID,
            {
                "clients": array("uuid", client_ids), "outcomes": list(outcomes), "since": since,
                "opened": since,
            },
        )  # fmt: skip
        for client, alert, at, outcome in cursor.fetchall():
            found[client].append(OutcomeSaid(alert_id=alert, client_id=client, at=at, outcome=outcome))
    return found
