"""Who may act for whom: an account becomes an actor with the organisations it may see at this instant."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.tenancy import Actor, NoActor


def actor_for(account_id: UUID, now: datetime, *, session: str = "") -> Actor:
    """The actor of a live account: its own organisation and those with a current partnership.

    Raises NoActor for an unknown or closed account.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, display_name, role, organisation_id, reik_organisations_of(organisation_id, %s)"
            " FROM kernel_account WHERE id = %s AND is_active",
            [now, account_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NoActor("This account does not exist or is closed.")
    return Actor(
        account_id=row[0],
        name=row[1],
        role=row[2],
        organisation_id=row[3],
        organisations=tuple(row[4]),
        session=session,
    )


def actor_for_token(token: str, now: datetime) -> Actor:
    """The actor behind a bearer token of an outside system. Raises NoActor."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id FROM kernel_integrationtoken"
            " WHERE digest = %s AND (ends_at IS NULL OR ends_at > %s)",
            [hashlib.sha256(token.encode()).digest(), now],
        )
        row = cursor.fetchone()
    if row is None:
        raise NoActor("This token is unknown or has ended.")
    return actor_for(row[0], now, session="token")
