"""Which passwords let a device in: digests of the living generations, for `reik admit` and the HTTPS door."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Credential:
    """One generation's password, as its SHA-256 digest. `ends_at` None: until a newer one replaces it."""

    generation: int
    digest: bytes
    ends_at: datetime | None

    def opens(self, password: bytes, now: datetime) -> bool:
        """Whether this password is right and lives; its comparison takes the same time for any password."""
        right = hmac.compare_digest(digest_of(password), self.digest)
        return right and self.lives(now)

    def lives(self, now: datetime) -> bool:
        return self.ends_at is None or self.ends_at > now


Living = dict[str, tuple[Credential, ...]]
"""Device name → its living credentials, newest generation first."""


def digest_of(password: bytes) -> bytes:
    """What is stored of a password; it is random and long, so a fast hash is enough."""
    return hashlib.sha256(password).digest()


def page(after: UUID, now: datetime, most: int) -> tuple[Living, UUID | None]:
    """The credentials of the next `most` dispensers by id, and after which one to go on; None at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.device, s.generation, s.password_digest, s.ends_at"
            " FROM (SELECT id, device FROM dispensing_dispenser WHERE id > %s ORDER BY id LIMIT %s) AS d"
            " LEFT JOIN dispensing_devicesecret AS s"
            "  ON s.dispenser_id = d.id AND (s.ends_at IS NULL OR s.ends_at > %s)"
            " ORDER BY d.id, s.generation DESC",
            [after, most, now],
        )
        rows = cursor.fetchall()
    return _living([row[1:] for row in rows if row[2] is not None]), rows[-1][0] if rows else None


def of(devices: Collection[str], now: datetime) -> Living:
    """The credentials of these devices; one that is unknown or has none that lives is missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.device, s.generation, s.password_digest, s.ends_at FROM dispensing_dispenser AS d"
            " JOIN dispensing_devicesecret AS s ON s.dispenser_id = d.id"
            " WHERE d.device = ANY(%s) AND (s.ends_at IS NULL OR s.ends_at > %s) ORDER BY 1, 2 DESC",
            [list(devices), now],
        )
        return _living(cursor.fetchall())


def changed(since: datetime, now: datetime) -> tuple[set[str], set[str]]:
    """The devices of which a password was made, and those of which one ended, since that instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.device, s.ends_at IS NOT NULL AND s.ends_at <= %(now)s"
            " FROM dispensing_devicesecret AS s JOIN dispensing_dispenser AS d ON d.id = s.dispenser_id"
            " WHERE s.created_at > %(since)s OR (s.ends_at > %(since)s AND s.ends_at <= %(now)s)",
            {"since": since, "now": now},
        )
        rows = cursor.fetchall()
    return {row[0] for row in rows if not row[1]}, {row[0] for row in rows if row[1]}


def password_ok(device: str, password: bytes, now: datetime) -> bool:
    """Whether this password lets the device in now. For `reik web`, which may not read credentials itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reik_device_password_ok(%s, %s, %s)", [device, digest_of(password), now])
        return bool(cursor.fetchone()[0])


def organisations_of(devices: Collection[str]) -> dict[str, UUID]:
    """The organisation that each of these devices belongs to; unknown ones are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT device, organisation_id FROM dispensing_dispenser WHERE device = ANY(%s)", [list(devices)]
        )
        return dict(cursor.fetchall())


def _living(rows: Sequence[tuple[str, int, bytes, datetime | None]]) -> Living:
    living: Living = {}
    for device, generation, digest, ends_at in rows:
        living[device] = (*living.get(device, ()), Credential(generation, bytes(digest), ends_at))
    return living
