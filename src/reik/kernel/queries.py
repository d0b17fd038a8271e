"""What must never be: how the contexts tell `reik guard` of it, and the outbox's own share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

SHOWN = 10
UNSENT_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """Something that must never be: how often, the first ids (never content), and what a person can do."""

    kind: str
    count: int
    ids: tuple[str, ...]
    advice: str


def breach(kind: str, advice: str, query: str, values: dict[str, datetime]) -> Breach | None:
    """Run a query that gives `id` and `count(*) OVER ()`, the worst first; None when it finds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {SHOWN}", values)
        rows = cursor.fetchall()
    if not rows:
        return None
    return Breach(kind=kind, count=rows[0][1], ids=tuple(str(row[0]) for row in rows), advice=advice)


def unsent_alert_messages(now: datetime) -> Breach | None:
    """Alert messages that nobody has tried for 60 s: never tried since they were written, or past due again.

    One that was tried and failed is no breach: its route has gone on to the next step.
    """
    return breach(
        "message_unsent",
        "Look whether `reik send` runs and what its log says.",
        "SELECT id, count(*) OVER () FROM kernel_outboxmessage WHERE state = 0 AND priority = 0"
        " AND created_at < %(limit)s AND (last_error = '' OR available_at < %(limit)s) ORDER BY created_at",
        {"limit": now - UNSENT_AFTER},
    )
