"""Raw messages from other doors than the device stream: stored as they came, before anybody reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.ingest.models import RawMessage
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.rows import Table

Fate = RawMessage.Fate
_LETTERS = Table(
    "ingest_rawmessage",
    id="uuid", received_at="timestamptz", organisation_id="uuid", interpreter="text", peer="text", body="bytea",
    fate="smallint", reason="text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """A stored raw message, by its key."""

    id: UUID
    received_at: datetime


def keep(*, organisation_id: UUID, interpreter: str, peer: str, body: bytes, now: datetime) -> Letter:
    """Store a message sealed, in the caller's transaction, which must end before the message is read (rule 6)."""
    letter = Letter(new_id(now), now)
    sealed = vault().seal(organisation_id, body)
    _LETTERS.insert([(letter.id, now, organisation_id, interpreter, peer, sealed, Fate.WAITING.value, "")])
    return letter


def settle(letter: Letter, fate: RawMessage.Fate, reason: str = "") -> None:
    """Say what became of a message. `reason` holds codes and places, never content."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_rawmessage SET fate = %s, reason = %s WHERE received_at = %s AND id = %s",
            [fate.value, reason, letter.received_at, letter.id],
        )
