"""Accounts of people: invited with a link, ended, and logged out everywhere."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from reik.kernel.ids import new_id
from reik.kernel.login.passwords import plain
from reik.kernel.login.refusals import AccountRefused, LoginRefused
from reik.kernel.models import Account, CodeApp, IntegrationToken, Invitation, Passkey, RecoveryCode
from reik.kernel.operations import open_account
from reik.kernel.queries import PERSONAS

INVITED_FOR = timedelta(hours=72)
ROLES = ("operator", "nurse", "caregiver", "team_manager", "pharmacist", "informal_carer")
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")


@dataclass(frozen=True, slots=True)
class Invited:
    """A living invitation."""

    id: UUID
    account: Account
    ends_at: datetime


@transaction.atomic
def add_account(
    *, organisation_id: UUID, username: str, name: str, role: str, by: str, now: datetime
) -> tuple[UUID, str]:
    """A new account and the token of its invitation, which is shown once. Raises AccountRefused."""
    username, name = plain(username), name.strip()
    if not _NAME.fullmatch(username) or username.startswith(PERSONAS):
        raise AccountRefused(
            "Take a user name of 3 to 64 letters, digits and . _ @ -, that begins with no `demo.`"
        )
    if not name or len(name) > 100:
        raise AccountRefused("Give the name of the person, in at most 100 letters.")
    if role not in ROLES:
        raise AccountRefused(f"Choose a role from: {', '.join(ROLES)}.")
    if Account.objects.filter(username=username).exists():
        raise AccountRefused("This user name is taken: choose another.")
    account = open_account(
        organisation_id=organisation_id, username=username, display_name=name, role=role, now=now
    )
    return account.id, invite(account.id, by=by, now=now)


@transaction.atomic
def invite(account_id: UUID, *, by: str, now: datetime, lost: bool = False) -> str:
    """The token of a new invitation; the one before is void. Raises AccountRefused for a closed account.

    `lost`: what she had (passkeys, password, codes) opens nothing any more, and her sessions end.
    """
    account = Account.objects.select_for_update(no_key=True).filter(id=account_id, is_active=True).first()
    if account is None:
        raise AccountRefused("This account is closed or does not exist: add a new one.")
    if lost:
        _forget_ways(account, now)
    Invitation.objects.filter(account_id=account_id, ended_at=None).update(ended_at=now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        id=new_id(now), account_id=account_id, digest=_digest(token), invited_by=by, created_at=now,
        ends_at=now + INVITED_FOR,
    )  # fmt: skip
    return token


def invited(token: str, now: datetime) -> Invited | None:
    """The invitation behind a link; None when it was used, has ended, or never was. Looking uses nothing."""
    found = (
        Invitation.objects.filter(
            digest=_digest(token), ended_at=None, ends_at__gt=now, account__is_active=True
        )
        .select_related("account")
        .first()
    )
    return Invited(found.id, found.account, found.ends_at) if found else None


def use_invitation(invitation_id: UUID, now: datetime) -> None:
    """It was used. Within the transaction of what it was used for; raises LoginRefused when somebody was first."""
    if not Invitation.objects.filter(id=invitation_id, ended_at=None, ends_at__gt=now).update(ended_at=now):
        raise LoginRefused("This invitation was used or has ended: ask for a new one.", "invitation")


def end_invitation(account_id: UUID, now: datetime) -> bool:
    """The link of this account opens nothing any more; says whether there was a living one."""
    return (
        Invitation.objects.filter(account_id=account_id, ended_at=None, ends_at__gt=now).update(ended_at=now)
        > 0
    )


def log_out_everywhere(account_id: UUID) -> None:
    """All sessions of this account end now, also streams that are open."""
    Account.objects.filter(id=account_id).update(seed=secrets.token_hex(16))


@transaction.atomic
def close_account(account_id: UUID, now: datetime) -> int:
    """Nobody logs in with it any more: sessions, tokens, invitations and ways in end. Gives how many tokens ended."""
    account = Account.objects.select_for_update(no_key=True).get(id=account_id)
    Account.objects.filter(id=account_id).update(is_active=False, ended_at=account.ended_at or now)
    _forget_ways(account, now)
    Invitation.objects.filter(account_id=account_id, ended_at=None).update(ended_at=now)
    living = IntegrationToken.objects.filter(account_id=account_id)
    return living.filter(ends_at=None).update(ends_at=now) + living.filter(ends_at__gt=now).update(
        ends_at=now
    )


def _forget_ways(account: Account, now: datetime) -> None:
    account.set_unusable_password()
    Account.objects.filter(id=account.id).update(password=account.password, seed=secrets.token_hex(16))
    Passkey.objects.filter(account_id=account.id, removed_at=None).update(
        removed_at=now, removed_because="lost"
    )
    CodeApp.objects.filter(account_id=account.id).delete()
    RecoveryCode.objects.filter(account_id=account.id).delete()


def find(username: str) -> UUID | None:
    """The account with this user name, closed or not."""
    return Account.objects.filter(username=plain(username)).values_list("id", flat=True).first()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeen:
    """An account in a list of who may log in. `invited_until`: a link is under way."""

    id: UUID
    username: str
    name: str
    role: str
    organisation: str
    active: bool
    ways: str
    last_in: datetime | None
    invited_until: datetime | None


def accounts_of(organisation_id: UUID | None, now: datetime) -> list[AccountSeen]:
    """The accounts of one organisation or of all, by name, with how they log in; without a demo's people."""
    rows = Account.objects.exclude(username__startswith=PERSONAS).select_related("organisation")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return _seen(rows.order_by("organisation__name", "display_name", "id"), now)


def accounts_by(ids: Collection[UUID], now: datetime) -> dict[UUID, AccountSeen]:
    """These accounts, also those of a demo's people."""
    rows = Account.objects.filter(id__in=ids).select_related("organisation")
    return {each.id: each for each in _seen(rows, now)}


def _seen(rows: QuerySet[Account], now: datetime) -> list[AccountSeen]:
    keys = set(Passkey.objects.filter(removed_at=None).values_list("account_id", flat=True))
    apps = set(CodeApp.objects.values_list("account_id", flat=True))
    links = dict(
        Invitation.objects.filter(ended_at=None, ends_at__gt=now).values_list("account_id", "ends_at")
    )
    return [
        AccountSeen(
            id=each.id, username=each.username, name=each.display_name, role=each.role, active=each.is_active,
            organisation=each.organisation.name, last_in=each.last_login, invited_until=links.get(each.id),
            ways="+".join(word for word, has in (("passkey", each.id in keys), ("code", each.id in apps)) if has),
        )
        for each in rows
    ]  # fmt: skip
