"""Informal carers as the care team keeps them: invited with the client's consent, and ended when it is taken back."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from reik.kernel import facts
from reik.kernel.crypto import vault
from reik.kernel.login import accounts
from reik.kernel.login.accounts import AccountSeen
from reik.people import leaving, places
from reik.people.facts import CarerLeft
from reik.people.homes_callers import normal
from reik.people.models import Carer
from reik.people.operations import add_carer

ROLE = "informal_carer"
MOST_NAME = 100


class CarerRefused(ValueError):
    """This informal carer cannot be kept so; the message says what to change, `code` names it for a screen."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCarer:
    """Who is invited. `consented`: the client said that she may look along (R59)."""

    name: str
    relation: str
    phone: str
    consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerSeen:
    """An informal carer who takes part. `account` None: she cannot log in; `ends_at`: her link works until then."""

    id: UUID
    name: str
    relation: str
    phone: str
    account: AccountSeen | None

    @property
    def ends_at(self) -> datetime | None:
        return self.account.invited_until if self.account else None


@transaction.atomic
def invite_carer(
    *, organisation_id: UUID, client_id: UUID, new: NewCarer, by: str, now: datetime
) -> tuple[UUID, str]:
    """A new informal carer of this client with an account that sees her only; gives the token of her invitation too.

    Raises CarerRefused without name, relation or consent, and for a number that is none.
    """
    name, relation, phone = new.name.strip(), new.relation.strip(), new.phone.strip()
    for wrong, sentence, code in (
        (not name or len(name) > MOST_NAME, "Give her name.", "name"),
        (not relation or len(relation) > MOST_NAME, "Say who she is to the client.", "relation"),
        (phone and not normal(phone), "This is no whole telephone number.", "phone"),
        (not new.consented, "Ask the client first: without her consent nobody looks along.", "consent"),
    ):
        if wrong:
            raise CarerRefused(sentence, code)
    if _taking_part(client_id).filter(name=name).exists():
        raise CarerRefused(f"{name} takes part already: invite her again in the list.", "twice")
    carer = add_carer(
        organisation_id=organisation_id, client_id=client_id, name=name, relation=relation, phone=phone or None,
        now=now, consented=True,
    )  # fmt: skip
    return carer.id, _account_for(carer, by, now)


@transaction.atomic
def invite_again(carer_id: UUID, client_id: UUID, *, lost: bool, by: str, now: datetime) -> str:
    """The token of a new invitation; the one before is void. `lost`: what she logged in with ends too.

    Raises CarerRefused for who takes no part, and where she can log in and nothing is lost.
    """
    carer = _locked(carer_id, client_id)
    if carer.account_id is None:
        return _account_for(carer, by, now)
    seen = accounts.accounts_by([carer.account_id], now).get(carer.account_id)
    if seen is None or not seen.active:
        raise CarerRefused("Her account was closed: end her part and invite her anew.", "closed")
    if seen.ways and not lost:
        raise CarerRefused("She can log in already: say so when she lost it.", "has_ways")
    return accounts.invite(carer.account_id, by=by, now=now, lost=lost)


@transaction.atomic
def withdraw_invitation(carer_id: UUID, client_id: UUID, now: datetime) -> bool:
    """Her link opens nothing any more; she stays an informal carer. Says whether one was under way."""
    carer = _locked(carer_id, client_id)
    return carer.account_id is not None and accounts.end_invitation(carer.account_id, now)


@transaction.atomic
def end_part(carer_id: UUID, client_id: UUID, *, by: str, now: datetime) -> None:
    """The client takes her consent back: she sees nothing any more and is called no more; her steps are skipped.

    Her account ends with the last client whom she cares for. Raises CarerRefused for who takes no part.
    """
    carer = _locked(carer_id, client_id)
    Carer.objects.filter(id=carer.id).update(revoked_at=now)
    _end_account_of(carer, now)
    facts.publish(
        [
            CarerLeft(
                organisation_id=carer.organisation_id, client_id=client_id, carer_id=carer.id, name=carer.name, by=by
            )
        ],
        now,
    )  # fmt: skip


def _end_account_of(carer: Carer, now: datetime) -> None:
    """Nobody is left whom she cares for."""
    if carer.account_id is None:
        return
    others = Carer.objects.filter(account_id=carer.account_id, revoked_at=None)
    seen = accounts.accounts_by([carer.account_id], now).get(carer.account_id)
    if not others.exists() and seen is not None and seen.role == ROLE:
        leaving.end_account(carer.account_id, now)


def taking_part(client_id: UUID, now: datetime) -> list[CarerSeen]:
    """Who takes part in the care of this client with her consent, with how each logs in."""
    rows = list(_taking_part(client_id).order_by("created_at", "id"))
    seen = accounts.accounts_by([each.account_id for each in rows if each.account_id], now)
    return [
        CarerSeen(
            id=each.id, name=each.name, relation=each.relation,
            account=seen.get(each.account_id) if each.account_id else None,
            phone=vault().open_text(each.organisation_id, bytes(each.phone)) if each.phone else "",
        )
        for each in rows
    ]  # fmt: skip


def _taking_part(client_id: UUID) -> QuerySet[Carer]:
    return Carer.objects.filter(client_id=client_id, consented_at__isnull=False, revoked_at=None)


def _locked(carer_id: UUID, client_id: UUID) -> Carer:
    rows = _taking_part(client_id).select_for_update(no_key=True, of=("self",))
    carer = rows.filter(id=carer_id).first()
    if carer is None:
        raise CarerRefused("She takes no part here any more: look at the list again.", "gone")
    return carer


def _account_for(carer: Carer, by: str, now: datetime) -> str:
    _, token = places.take_on(
        organisation_id=carer.organisation_id, username=_username(carer.name), name=carer.name, role=ROLE, by=by,
        now=now, carer_id=carer.id,
    )  # fmt: skip
    return token


def _username(name: str) -> str:
    """For who takes a password: her name with four digits, so that it is free and nobody guesses it."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    return f"{'.'.join(words)[:40] or 'naaste'}.{secrets.randbelow(9000) + 1000}"
