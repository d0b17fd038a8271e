"""Reads of the inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.ingest.models import RawMessage
from reik.kernel.queries import Breach, breach
from reik.kernel.rows import array

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


def unread_messages(now: datetime) -> Breach | None:
    """Raw messages that were stored 60 s ago and not interpreted: neither taken in nor parked nor refused."""
    return breach(
        "message_unread",
        "Whoever took these in died over them: look in its log. `reik import --again` reads a pharmacy's again.",
        "SELECT id, count(*) OVER () FROM ingest_rawmessage WHERE fate = 0 AND received_at < %(limit)s"
        " ORDER BY received_at",
        {"limit": now - UNREAD_AFTER},
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """A message that could not be understood, in part or at all; what it says stays sealed.

    `peer`: the device, or who sent it. `reason` is a code, never content.
    """

    id: UUID
    received_at: datetime
    organisation_id: UUID
    interpreter: str
    peer: str
    reason: str


def parked_messages(organisations: Collection[UUID], since: datetime, most: int = 50) -> list[ParkedMessage]:
    """What is parked of these organisations, the newest first, as far as the caller may see it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, received_at, organisation_id, interpreter, peer, reason FROM ingest_rawmessage"
            " WHERE organisation_id = ANY(%s::uuid[]) AND fate = %s AND received_at >= %s"
            " ORDER BY received_at DESC, id LIMIT %s",
            [array("uuid", organisations), RawMessage.Fate.PARKED.value, since, most],
        )
        return [
            ParkedMessage(
                id=row[0], received_at=row[1], organisation_id=row[2], interpreter=row[3], peer=row[4], reason=row[5]
            )
            for row in cursor.fetchall()
        ]  # fmt: skip
