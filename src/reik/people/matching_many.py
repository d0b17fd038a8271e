"""Which clients a list is about: by number, or by name and day of birth, where exactly one client is that (R64)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from reik.kernel.crypto import vault
from reik.people.models import Client, ClientIdentifier

Named = tuple[str, date]


def by_bsn(organisation_id: UUID, bsns: Collection[str]) -> dict[str, UUID]:
    """BSN → client. One statement."""
    index = {vault().blind_index(organisation_id, each): each for each in set(bsns)}
    rows = Client.objects.filter(organisation_id=organisation_id, bsn_index__in=list(index))
    return {index[bytes(found or b"")]: id for id, found in rows.values_list("id", "bsn_index")}


def by_number(organisation_id: UUID, system: str, numbers: Collection[str]) -> dict[str, UUID]:
    """Number under this system → client, as far as a person once said so. One statement."""
    index = {vault().blind_index(organisation_id, f"{system}|{each}"): each for each in set(numbers)}
    rows = ClientIdentifier.objects.filter(organisation_id=organisation_id, value_index__in=list(index))
    return {index[bytes(found)]: id for id, found in rows.values_list("client_id", "value_index")}


def by_name(organisation_id: UUID, named: Collection[Named]) -> dict[Named, UUID]:
    """(name, day of birth) → the only client who is called so. One statement."""
    born = {day for _, day in named}
    found: dict[Named, list[UUID]] = defaultdict(list)
    rows = Client.objects.filter(organisation_id=organisation_id, birth_date__in=born)
    for id, name, day in rows.values_list("id", "name", "birth_date"):
        if day is not None:
            found[_plain(name), day].append(id)
    one = {each: found.get((_plain(each[0]), each[1]), []) for each in set(named)}
    return {each: ids[0] for each, ids in one.items() if len(ids) == 1}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
