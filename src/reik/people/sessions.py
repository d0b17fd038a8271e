"""Whether logged-in sessions still hold, asked for many at once: for screens that stay open for hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser's session (its key in the database) and the account that logged in with it."""

    key: str
    account_id: UUID
    secret: bytes
    """SHA-256 of the account's stored password and seed: a session ends when one of them changes."""


# The same rule as at each request: the session runs, the account is active, its password and seed are the same.
HOLDING = """
SELECT n.key, reik_organisations_of(a.organisation_id, %(now)s)
FROM unnest(%(keys)s::text[], %(accounts)s::uuid[], %(secrets)s::bytea[]) AS n(key, account_id, secret)
JOIN django_session AS s ON s.session_key = n.key AND s.expire_date > %(now)s
JOIN kernel_account AS a ON a.id = n.account_id AND a.is_active
    AND sha256(convert_to(a.password || a.seed, 'UTF8')) = n.secret
"""


def holding(sessions: Sequence[OpenSession], now: datetime) -> dict[str, frozenset[UUID]]:
    """The sessions that still hold, each with the organisations that it may see now; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            HOLDING,
            {
                "now": now,
                "keys": [each.key for each in sessions],
                "accounts": [each.account_id for each in sessions],
                "secrets": [each.secret for each in sessions],
            },
        )
        return {row[0]: frozenset(row[1]) for row in cursor.fetchall()}
