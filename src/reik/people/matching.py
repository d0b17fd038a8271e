"""Which client a message is about: by BSN, or by an identifier that a person once linked to a client."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from reik.kernel.crypto import vault
from reik.kernel.rows import Table
from reik.people.models import Client

Identifier = tuple[str, str]


class Unsure(StrEnum):
    """Why a person has to say which client it is."""

    NO_BSN = "no-bsn"
    UNKNOWN = "client-unknown"
    TWO_CLIENTS = "two-clients"
    BIRTH_DATE = "birth-date-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone as a message tells of her; identifiers are (system, value) without the BSN."""

    bsn: str | None
    identifiers: Sequence[Identifier] = ()
    birth_date: date | None = None


class NotThisClient(Exception):
    """A person chose a client that this message cannot be about."""


def find_client(
    organisation_id: UUID, person: Person, *, linked: Collection[UUID] = ()
) -> tuple[UUID | None, Unsure | None]:
    """The one client of this organisation that the person is, or why that is not sure.

    `linked` are clients she was linked to before. Two clients, or another birth date, is for a person to judge.
    """
    found = dict(_candidates(organisation_id, person, linked))
    if len(found) > 1:
        return None, Unsure.TWO_CLIENTS
    for id, born in found.items():
        differs = born and person.birth_date and born != person.birth_date and id not in linked
        return (None, Unsure.BIRTH_DATE) if differs else (id, None)
    return None, Unsure.UNKNOWN if person.bsn else Unsure.NO_BSN


def _candidates(
    organisation_id: UUID, person: Person, linked: Collection[UUID]
) -> list[tuple[UUID, date | None]]:
    keys = vault()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, birth_date FROM people_client WHERE organisation_id = %s AND (bsn_index = %s"
            " OR id = ANY(%s) OR id IN (SELECT client_id FROM people_clientidentifier"
            " WHERE organisation_id = %s AND value_index = ANY(%s)))",
            [
                organisation_id,
                keys.blind_index(organisation_id, person.bsn) if person.bsn else None,
                list(linked),
                organisation_id,
                [_index(organisation_id, each) for each in person.identifiers],
            ],
        )
        rows: list[tuple[UUID, date | None]] = cursor.fetchall()
        return rows


def _index(organisation_id: UUID, identifier: Identifier) -> bytes:
    """Also of other identifiers only a fingerprint is kept: there may be a BSN under a local system."""
    return vault().blind_index(organisation_id, "|".join(identifier))


_IDENTIFIERS = Table(
    "people_clientidentifier",
    organisation_id="uuid", client_id="uuid", system="text", value_index="bytea", created_at="timestamptz",
)  # fmt: skip


def remember(*, organisation_id: UUID, client_id: UUID, person: Person, now: datetime) -> None:
    """A person said who this is: her BSN (when the client had none) and identifiers find the client from now on.

    Raises NotThisClient when the client has another BSN, or one of the identifiers is another client's.
    """
    client = Client.objects.select_for_update().filter(id=client_id, organisation_id=organisation_id).first()
    if client is None:
        raise NotThisClient("This client is not in the records of the organisation: choose another.")
    others = {id for id, _ in _candidates(organisation_id, person, ())} - {client_id}
    if others:
        raise NotThisClient("The message carries a number of another client: choose that one, or refuse it.")
    if person.bsn:
        _remember_bsn(client, person.bsn)
    _IDENTIFIERS.insert(
        (
            (organisation_id, client_id, each[0], _index(organisation_id, each), now)
            for each in dict.fromkeys(person.identifiers)
        ),
        then="ON CONFLICT DO NOTHING",
    )


def _remember_bsn(client: Client, bsn: str) -> None:
    index = vault().blind_index(client.organisation_id, bsn)
    if client.bsn_index is None:
        client.bsn = vault().seal_text(client.organisation_id, bsn)
        client.bsn_index = index
        client.save(update_fields=["bsn", "bsn_index"])
    elif bytes(client.bsn_index) != index:
        raise NotThisClient("This client has another BSN: choose another client, or refuse the message.")
