"""What came in by other doors than the device stream: who sent it, and what became of it; never its content."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.ingest.models import RawMessage
from reik.kernel.rows import array

_FATES = {each.value: each.name.lower() for each in RawMessage.Fate}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSeen:
    """One raw message. `fate` is waiting, interpreted, parked or refused; `reason` holds codes and places."""

    id: UUID
    received_at: datetime
    organisation_id: UUID
    peer: str
    fate: str
    reason: str


def letters_seen(
    organisations: Collection[UUID], interpreter: str, since: datetime, *, before: datetime, most: int
) -> list[LetterSeen]:
    """The messages of one interpreter that came in [since, before), the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, received_at, organisation_id, peer, fate, reason FROM ingest_rawmessage"
            " WHERE organisation_id = ANY(%s::uuid[]) AND interpreter = %s AND received_at >= %s"
            " AND received_at < %s ORDER BY received_at DESC, id LIMIT %s",
            [array("uuid", organisations), interpreter, since, before, most],
        )
        return [
            LetterSeen(
                id=row[0], received_at=row[1], organisation_id=row[2], peer=row[3], fate=_FATES[row[4]], reason=row[5]
            )
            for row in cursor.fetchall()
        ]  # fmt: skip
