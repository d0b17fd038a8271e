"""One at a time: a button that is pressed twice does its work once."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def take_turns(what: str, id: UUID) -> None:
    """Whoever does this to the same record waits, until the transaction of the one before ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what} {id}"])
