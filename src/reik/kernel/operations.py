"""Making organisations, accounts, tokens and destinations."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from reik.kernel.crypto import make_data_key, vault
from reik.kernel.ids import new_id
from reik.kernel.models import Account, Destination, IntegrationToken, Organisation


@transaction.atomic
def found_organisation(
    *, name: str, kind: str, now: datetime, zone: str = "Europe/Amsterdam"
) -> Organisation:
    """A new organisation with its own data key. `kind` is one of Organisation.Kind."""
    organisation = Organisation.objects.create(
        id=new_id(now), name=name, kind=kind, zone=zone, created_at=now
    )
    make_data_key(organisation.id, now)
    return organisation


def open_account(
    *,
    organisation_id: UUID,
    username: str,
    display_name: str,
    role: str,
    now: datetime,
    password: str | None = None,
) -> Account:
    """An account; without a password nobody can log in with it by password."""
    return Account.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        username=username,
        display_name=display_name,
        role=role,
        password=make_password(password),
        created_at=now,
    )


def issue_token(*, account_id: UUID, now: datetime, ends_at: datetime | None = None) -> str:
    """A bearer token for an outside system. It is shown once: only its digest is stored."""
    token = secrets.token_urlsafe(32)
    IntegrationToken.objects.create(
        id=new_id(now),
        account_id=account_id,
        digest=hashlib.sha256(token.encode()).digest(),
        created_at=now,
        ends_at=ends_at,
    )
    return token


def new_webhook_secret() -> str:
    """A signing secret in the form of Standard Webhooks: `whsec_` + base64 of 24 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


LANES: Mapping[str, Mapping[str, int]] = {
    "voice": {"concurrency": 1, "timeout_s": 60},
    "espax": {"timeout_s": 30},
}
"""Channels whose lane is not as usual: one phone takes one call at a time, which rings and speaks for a minute; an
alarm server is waited for while somebody may confirm."""


def add_destination(
    *, organisation_id: UUID, channel: str, name: str, address: str, now: datetime, secret: str | None = None
) -> Destination:
    """Where messages of this organisation may go; address and secret are sealed.

    Raises OnlyMadeUp in a demo for an address outside this machine.
    """
    if installation_kind() == "demo" and not is_on_this_machine(address):
        raise OnlyMadeUp("This is a demo: it sends to this machine only. Give an address on 127.0.0.1.")
    return Destination.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        channel=channel,
        name=name,
        address=vault().seal_text(organisation_id, address),
        secret=vault().seal_text(organisation_id, secret) if secret else None,
        created_at=now,
        **LANES.get(channel, {}),
    )


def readdress(destination_id: UUID, organisation_id: UUID, address: str) -> None:
    """Give a destination another address; its gateway is looked at anew. For who checked the address already."""
    Destination.objects.filter(id=destination_id, organisation_id=organisation_id).update(
        address=vault().seal_text(organisation_id, address)
    )


def mark_installation(kind: str, now: datetime) -> None:
    """Say once what kind of installation this is; a later call for another kind changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_installation (id, kind, created_at) VALUES (1, %s, %s) ON CONFLICT DO NOTHING",
            [kind, now],
        )


def installation_kind() -> str:
    """`demo`, `scratch` or `real` (also when nothing was said)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM kernel_installation")
        row = cursor.fetchone()
    return str(row[0]) if row else "real"


def set_pace(pace: float) -> bool:
    """Hurry a demo's windows and signals by this factor, 1 to 600; says whether it was another. For `reik_owner`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_installation SET pace = %s WHERE kind = 'demo' AND pace <> %s", [pace, pace]
        )
        return bool(cursor.rowcount)


def pace() -> float:
    """By how much windows and signals are hurried: 1 but in a demo."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pace FROM kernel_installation WHERE kind = 'demo'")
        row = cursor.fetchone()
    return float(row[0]) if row else 1.0


class OnlyMadeUp(ValueError):
    """A demo knows made-up people and this machine only; the message says what to change."""


TEST_BSNS = "9999"
"""How the numbers begin that no person has."""


def refuse_real_bsn(bsn: str) -> None:
    """Raise OnlyMadeUp for a BSN outside the test range in a demo."""
    if not bsn.startswith(TEST_BSNS) and installation_kind() == "demo":
        raise OnlyMadeUp("This is a demo: it takes made-up people only. Use a BSN that begins with 9999.")


def is_on_this_machine(address: str) -> bool:
    """Whether a URL points at this machine itself."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def compact(value: object) -> str:
    """JSON without white space, for bodies that are signed and sent."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
