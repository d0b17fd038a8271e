"""Who has a page of Reik open now: somebody is there to hear of an alert (N3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array

WRITTEN_EVERY = timedelta(seconds=30)
THERE_FOR = timedelta(minutes=2)

SEEN = """
INSERT INTO people_presence AS p (account_id, organisation_id, seen_at)
SELECT a.id, a.organisation_id, %(now)s FROM kernel_account AS a WHERE a.id = ANY(%(ids)s::uuid[]) ORDER BY a.id
ON CONFLICT (account_id) DO UPDATE SET seen_at = excluded.seen_at WHERE p.seen_at <= %(before)s
"""

# An operator works for her own organisation and for those with which it has a partnership.
WATCHED_BY = """
SELECT DISTINCT o.id FROM people_presence AS s
JOIN kernel_account AS a ON a.id = s.account_id AND a.role = 'operator' AND a.is_active
JOIN kernel_organisation AS o ON o.id = a.organisation_id OR EXISTS (
    SELECT 1 FROM people_partnership AS p WHERE p.organisation_id = o.id AND p.partner_id = a.organisation_id
        AND p.starts_at <= %(now)s AND (p.ends_at IS NULL OR p.ends_at > %(now)s))
WHERE o.id = ANY(%(ids)s::uuid[]) AND s.seen_at > %(since)s
"""


def seen(account_ids: Collection[UUID], now: datetime) -> None:
    """These people's open pages asked for news. One statement; at most one write per person in 30 seconds."""
    if account_ids:
        ids = array("uuid", account_ids)
        with connection.cursor() as cursor:
            cursor.execute(SEEN, {"ids": ids, "now": now, "before": now - WRITTEN_EVERY})


def watched(organisation_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Those of these organisations for which an operator has had the console open in the last two minutes."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "ids": array("uuid", organisation_ids),
            "now": now,
            "since": now - THERE_FOR,
        }
        cursor.execute(WATCHED_BY, values)
        return frozenset(row[0] for row in cursor.fetchall())


def there(account_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Who of these people has had a page open in the last two minutes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM people_presence WHERE account_id = ANY(%s::uuid[]) AND seen_at > %s",
            [array("uuid", account_ids), now - THERE_FOR],
        )
        return frozenset(row[0] for row in cursor.fetchall())
