"""Passkeys (WebAuthn): the lock of a phone, a computer or a security key says who somebody is.

User verification is required always, so that one passkey is two factors: the thing, and its lock. They are
discoverable: nobody types a user name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from reik.kernel.ids import new_id
from reik.kernel.login import challenges
from reik.kernel.login.refusals import LoginRefused
from reik.kernel.models import Account, Passkey

T = TypeVar("T")

MOST = 10
LONGEST_LABEL = 60
COME_IN = "come-in"
VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """The site as browsers know it: its host name, and the whole origin that must have asked."""

    host: str
    origin: str

    def server(self) -> Fido2Server:
        entity = PublicKeyCredentialRpEntity(id=self.host, name="Reik")
        return Fido2Server(entity, attestation=None, verify_origin=lambda origin: origin == self.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySeen:
    """A passkey as its owner sees it."""

    id: UUID
    label: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose passkey answered."""

    account_id: UUID
    passkey_id: UUID


def passkeys_of(account_id: UUID) -> list[PasskeySeen]:
    """Her living passkeys, in the order in which they came."""
    rows = Passkey.objects.filter(account_id=account_id, removed_at=None).order_by("created_at", "id")
    return [
        PasskeySeen(id=each.id, label=each.label, created_at=each.created_at, used_at=each.used_at)
        for each in rows
    ]


def to_make(account: Account, site: Site, now: datetime) -> dict[str, Any]:
    """What a browser needs to make a passkey for this account."""
    user = PublicKeyCredentialUserEntity(
        id=account.id.bytes, name=account.username, display_name=account.display_name
    )
    options, _state = site.server().register_begin(
        user, _known(account.id), ResidentKeyRequirement.REQUIRED, VERIFIED,
        challenge=challenges.challenge(_making(account.id), now),
    )  # fmt: skip
    return dict(options)["publicKey"]  # type: ignore[no-any-return]


def make(account_id: UUID, answer: Mapping[str, Any], site: Site, label: str, now: datetime) -> UUID:
    """Keep the passkey that a browser made. Raises LoginRefused for anything but a fresh, verified answer."""
    parsed = _parsed(lambda: RegistrationResponse.from_dict(answer))
    given = parsed.response.client_data.challenge
    _spend(given, _making(account_id), now)
    made = _parsed(lambda: site.server().register_complete(_state(given), answer))
    credential = made.credential_data
    if credential is None or Passkey.objects.filter(credential_id=credential.credential_id).exists():
        raise LoginRefused("This passkey is known already: log in with it.", "known")
    if len(passkeys_of(account_id)) >= MOST:
        raise LoginRefused(f"You have {MOST} passkeys: remove one first.", "most")
    row = Passkey.objects.create(
        id=new_id(now), account_id=account_id, credential_id=credential.credential_id, public=bytes(credential),
        counter=made.counter, label=label[:LONGEST_LABEL], created_at=now,
    )  # fmt: skip
    return row.id


def to_answer(site: Site, now: datetime, account_id: UUID | None = None) -> dict[str, Any]:
    """What a browser needs to come in with any passkey of this site, or with one of this account."""
    allowed = _known(account_id) if account_id else None
    options, _state = site.server().authenticate_begin(
        allowed, VERIFIED, challenge=challenges.challenge(COME_IN, now)
    )
    return dict(options)["publicKey"]  # type: ignore[no-any-return]


def recognise(answer: Mapping[str, Any], site: Site, now: datetime) -> Recognised:
    """Whose passkey this answer is of.

    Raises LoginRefused for an answer to another question, of another site, without the lock, a second time, of a
    closed account, or with a counter that went back (a copy of a security key).
    """
    parsed = _parsed(lambda: AuthenticationResponse.from_dict(answer))
    given = parsed.response.client_data.challenge
    _spend(given, COME_IN, now)
    with transaction.atomic():
        row = (
            Passkey.objects.select_for_update(no_key=True, of=("self",))
            .filter(credential_id=parsed.raw_id, removed_at=None, account__is_active=True)
            .first()
        )
        if row is None:
            raise LoginRefused("This passkey is not known here.", "unknown")
        known = [AttestedCredentialData(bytes(row.public))]
        _parsed(lambda: site.server().authenticate_complete(_state(given), known, answer))
        if parsed.response.user_handle not in (None, b"", row.account_id.bytes):
            raise LoginRefused("This passkey is of another account.", "answer")
        counter = parsed.response.authenticator_data.counter
        if (counter or row.counter) and counter <= row.counter:
            raise LoginRefused("This security key was copied: it is not trusted.", "counter")
        Passkey.objects.filter(id=row.id).update(counter=counter, used_at=now)
    return Recognised(row.account_id, row.id)


def remove(account_id: UUID, passkey_id: UUID, now: datetime, why: str = "removed") -> bool:
    """This passkey opens nothing any more; says whether it was one of hers."""
    rows = Passkey.objects.filter(id=passkey_id, account_id=account_id, removed_at=None)
    return bool(rows.update(removed_at=now, removed_because=why))


def _known(account_id: UUID) -> list[AttestedCredentialData]:
    rows = Passkey.objects.filter(account_id=account_id, removed_at=None)
    return [AttestedCredentialData(bytes(each.public)) for each in rows]


def _making(account_id: UUID) -> str:
    return f"make:{account_id}"


def _spend(given: bytes, purpose: str, now: datetime) -> None:
    if not challenges.spend(given, purpose, now):
        raise LoginRefused("This question was answered already or is too old: try again.", "challenge")


def _state(given: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(given), "user_verification": VERIFIED}


def _parsed(read: Callable[[], T]) -> T:
    """What the library makes of an answer; whatever it raises about a browser's words is a refusal."""
    try:
        return read()
    except LoginRefused:
        raise
    except Exception as failure:
        raise LoginRefused("This answer of the passkey is not right: try again.", "answer") from failure
