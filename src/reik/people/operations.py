"""Registering clients, teams and partnerships."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.operations import refuse_real_bsn
from reik.people.facts import ClientMoved
from reik.people.homes_callers import index_of, note_phone
from reik.people.models import Carer, Client, Partnership, Team, TeamMember

PREFIXES = {"de", "den", "der", "het", "la", "op", "ter", "ten", "te", "van", "von", "'t", "in"}


def register_client(
    *,
    organisation_id: UUID,
    name: str,
    now: datetime,
    birth_date: date | None = None,
    bsn: str | None = None,
    phone: str | None = None,
    address: str | None = None,
    team_id: UUID | None = None,
    salutation: str = "",
    caller_note: str = "",
) -> Client:
    """A client in one organisation's records.

    Raises BsnInvalid for a BSN that fails the 11-test, and in a demo OnlyMadeUp for one that somebody may have.
    """
    if bsn is not None:
        check_bsn(bsn)
        refuse_real_bsn(bsn)
    keys = vault()
    made = Client.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        team_id=team_id,
        salutation=salutation,
        caller_note=caller_note,
        name=name,
        sort_name=sort_key(name),
        birth_date=birth_date,
        bsn=keys.seal_text(organisation_id, bsn) if bsn else None,
        bsn_index=keys.blind_index(organisation_id, bsn) if bsn else None,
        phone=keys.seal_text(organisation_id, phone) if phone else None,
        address=keys.seal_text(organisation_id, address) if address else None,
        created_at=now,
    )
    if phone:
        note_phone(made, phone, "reik", now)
    return made


class ClientRefused(ValueError):
    """These details cannot be kept; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDetails:
    """What the care team keeps of a client herself. Empty: not known."""

    address: str
    phone: str
    caller_note: str
    team_id: UUID | None


@transaction.atomic
def change_client(client_id: UUID, details: ClientDetails, *, by: str, now: datetime) -> list[str]:
    """Keep these details; gives the names of those that changed. Another address is announced as a move (R14).

    Raises ClientRefused without a name of who enters it, for an address that is taken away, and for a team of
    another organisation.
    """
    if not by.strip():
        raise ClientRefused("Say who enters it.")
    client = Client.objects.select_for_update(no_key=True, of=("self",)).get(id=client_id)
    teams = Team.objects.filter(organisation_id=client.organisation_id)
    if details.team_id not in (None, client.team_id) and not teams.filter(id=details.team_id).exists():
        raise ClientRefused("This team is not one of the client's care organisation.")
    keys, changed = vault(), list[str]()
    for name in ("address", "phone"):
        sealed, value = getattr(client, name), getattr(details, name).strip()
        before = keys.open_text(client.organisation_id, bytes(sealed)) if sealed else ""
        if name == "address" and before and not value:
            raise ClientRefused("Give the address: without one nobody can go there.")
        if value != before:
            setattr(client, name, keys.seal_text(client.organisation_id, value) if value else None)
            changed.append(name)
            if name == "phone":
                note_phone(client, value, by.strip(), now)
            if name == "address" and before:
                moved = ClientMoved(
                    organisation_id=client.organisation_id, client_id=client.id, by=by.strip()
                )
                facts.publish([moved], now)
    for name, value in (("caller_note", details.caller_note.strip()), ("team_id", details.team_id)):
        if getattr(client, name) != value:
            setattr(client, name, value)
            changed.append(name)
    client.save(update_fields=changed)
    return changed


def details_of_client(client_id: UUID) -> ClientDetails:
    """What is kept of her now."""
    client = Client.objects.get(id=client_id)
    keys = vault()
    phone, address = (
        keys.open_text(client.organisation_id, bytes(sealed)) if sealed else ""
        for sealed in (client.phone, client.address)
    )
    return ClientDetails(address=address, phone=phone, caller_note=client.caller_note, team_id=client.team_id)


class BsnInvalid(ValueError):
    """Not a burgerservicenummer: nine digits whose weighted sum is a multiple of 11."""


def check_bsn(bsn: str) -> None:
    """Raise BsnInvalid unless `bsn` passes the 11-test (weights 9 to 2, then -1)."""
    if len(bsn) == 9 and bsn.isascii() and bsn.isdigit() and bsn != "000000000":
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(int(digit) * weight for digit, weight in zip(bsn, weights, strict=True)) % 11 == 0:
            return
    raise BsnInvalid("This is not a valid BSN: check the nine digits.")


def sort_key(name: str) -> str:
    """Dutch order: the main part of the surname first, prefixes after it, no accents or nickname, lower case."""
    words = re.sub(r"\([^)]*\)", " ", name.lower()).split()
    rest = [word for word in words[1:] if word not in PREFIXES] or words[1:]
    prefixes = [word for word in words[1:] if word in PREFIXES and word not in rest]
    ordered = " ".join([*rest, *prefixes, *words[:1]])
    plain = unicodedata.normalize("NFKD", ordered)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def form_team(*, organisation_id: UUID, name: str, now: datetime) -> Team:
    return Team.objects.create(id=new_id(now), organisation_id=organisation_id, name=name, created_at=now)


def join_team(*, organisation_id: UUID, team_id: UUID, account_id: UUID, now: datetime) -> TeamMember:
    """From now on this account sees the clients of the team (R58)."""
    return TeamMember.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        team_id=team_id,
        account_id=account_id,
        created_at=now,
    )


def add_carer(
    *,
    organisation_id: UUID,
    client_id: UUID,
    name: str,
    relation: str,
    now: datetime,
    phone: str | None = None,
    account_id: UUID | None = None,
    consented: bool = False,
) -> Carer:
    """An informal carer of a client. Without the client's consent her account sees nothing (R59)."""
    return Carer.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        client_id=client_id,
        account_id=account_id,
        name=name,
        relation=relation,
        phone=vault().seal_text(organisation_id, phone) if phone else None,
        phone_index=index_of(organisation_id, phone) if phone else None,
        consented_at=now if consented else None,
        created_at=now,
    )


def agree_partnership(
    *, organisation_id: UUID, partner_id: UUID, purpose: str, now: datetime, ends_at: datetime | None = None
) -> Partnership:
    """From now on `partner` sees the records of `organisation`."""
    return Partnership.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        partner_id=partner_id,
        purpose=purpose,
        starts_at=now,
        ends_at=ends_at,
    )
