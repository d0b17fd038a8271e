"""Reads of the inbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from reik.kernel.queries import Breach, breach

UNREAD_AFTER = timedelta(seconds=60)


def unread_partitions(now: datetime, *, since: datetime) -> Breach | None:
    """Shares of the device stream that have not been read for 60 s; `since` is from when they could be."""
    return breach(
        "stream_unread",
        "Look whether `reik receive` and NATS run and what their logs say.",
        "SELECT partition, count(*) OVER () FROM ingest_streampartition"
        " WHERE greatest(received_through, %(since)s) < %(limit)s ORDER BY received_through NULLS FIRST",
        {"since": since, "limit": now - UNREAD_AFTER},
    )


def stream_lag(now: datetime) -> timedelta | None:
    """How far the slowest share of the device stream is behind; None when one was never read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN count(*) = count(received_through) THEN min(received_through) END"
            " FROM ingest_streampartition"
        )
        read: datetime | None = cursor.fetchone()[0]
    return now - read if read else None
