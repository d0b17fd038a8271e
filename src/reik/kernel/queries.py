"""Reads of the kernel: what must never be (how contexts tell `reik guard` of it), and who is who."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.kernel.crypto import SealBroken, vault
from reik.kernel.models import Account as Account
from reik.kernel.models import Destination, Organisation

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


PERSONAS = "demo."
"""How the user names of a demo's people begin: only these can be entered without a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Someone whom a visitor of the demo can be."""

    account_id: UUID
    name: str
    role: str
    organisation: str
    organisation_kind: str


def personas() -> list[Persona]:
    """The people of the demo, by organisation."""
    rows = Account.objects.filter(username__startswith=PERSONAS, is_active=True).select_related(
        "organisation"
    )
    return [
        Persona(
            account_id=each.id, name=each.display_name, role=each.role, organisation=each.organisation.name,
            organisation_kind=each.organisation.kind,
        )
        for each in rows.order_by("organisation__kind", "organisation__name", "username")
    ]  # fmt: skip


def persona(account_id: UUID) -> Account | None:
    """The account of one of the demo's people; None for anybody else's."""
    return Account.objects.filter(id=account_id, username__startswith=PERSONAS, is_active=True).first()


def living_account(account_id: UUID) -> Account | None:
    """Somebody's account, when it is not closed."""
    return Account.objects.filter(id=account_id, is_active=True).first()


def account_named(username: str) -> Account | None:
    """The account of one of the demo's people by user name; None for anybody else's."""
    if not username.startswith(PERSONAS):
        return None
    return Account.objects.filter(username=username, is_active=True).first()


def organisation_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these organisations."""
    return dict(Organisation.objects.filter(id__in=ids).values_list("id", "name"))


def organisations_named(named: str) -> list[UUID]:
    """The organisations with this name or id."""
    try:
        chosen = Organisation.objects.filter(id=UUID(named))
    except ValueError:
        chosen = Organisation.objects.filter(name=named)
    return list(chosen.order_by("created_at").values_list("id", flat=True))


def email_destinations(organisation_ids: Collection[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Where letters of these organisations go already: by organisation and opened address, the newest of equals."""
    found: dict[tuple[UUID, str], UUID] = {}
    rows = Destination.objects.filter(organisation_id__in=organisation_ids, channel="email")
    for each in rows.order_by("created_at", "id"):
        try:
            address = vault().open_text(each.organisation_id, bytes(each.address))
        except SealBroken:
            continue
        found[each.organisation_id, address] = each.id
    return found
