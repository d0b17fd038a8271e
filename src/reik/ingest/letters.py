"""Raw messages from other doors than the device stream: stored as they came, before anybody reads them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.ingest.models import RawMessage
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array

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


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored message with its body as it came in, and what became of it so far."""

    letter: Letter
    organisation_id: UUID
    interpreter: str
    fate: RawMessage.Fate
    body: bytes


def open_again(message_id: UUID, organisations: Collection[UUID]) -> Kept | None:
    """A stored message, locked until the transaction ends so that it is read once; None where there is none.

    Raises SealBroken when the organisation's key was destroyed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT received_at, organisation_id, interpreter, fate, body FROM ingest_rawmessage"
            " WHERE id = %s AND organisation_id = ANY(%s::uuid[]) FOR UPDATE",
            [message_id, array("uuid", organisations)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    received_at, organisation_id, interpreter, fate, sealed = row
    body = vault().open(organisation_id, bytes(sealed))
    return Kept(Letter(message_id, received_at), organisation_id, interpreter, Fate(fate), body)


def not_interpreted(organisations: Collection[UUID], interpreter: str, before: datetime) -> list[UUID]:
    """The messages of one interpreter that were parked, or that whoever took them in died over; oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ingest_rawmessage WHERE organisation_id = ANY(%s::uuid[]) AND interpreter = %s"
            " AND fate = ANY(%s) AND received_at < %s ORDER BY received_at, id",
            [array("uuid", organisations), interpreter, [Fate.WAITING.value, Fate.PARKED.value], before],
        )
        return [id for (id,) in cursor.fetchall()]


def settle(letter: Letter, fate: RawMessage.Fate, reason: str = "") -> None:
    """Say what became of a message. `reason` holds codes and places, never content."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_rawmessage SET fate = %s, reason = %s WHERE received_at = %s AND id = %s",
            [fate.value, reason, letter.received_at, letter.id],
        )
