"""Who rings back: clients found by the number of a caller, their own or an informal carer's.

Numbers are sealed; a keyed blind index of the whole number finds them. A part of a number finds nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from reik.kernel.crypto import vault
from reik.kernel.tenancy import Actor
from reik.people import queries
from reik.people.models import Carer, Client
from reik.people.models import ClientCard as CardRow
from reik.people.queries import ClientCard, card_of, visible_to

COUNTRY = "+31"
SHORTEST = 8
"""Digits below which it is no whole number."""


def normal(number: str) -> str:
    """A number as it is dialled from abroad: "053 555 01 42" and "0031 53 5550142" are +31535550142. Pure.

    Empty for what is no whole phone number.
    """
    digits = "".join(each for each in number if each.isascii() and each.isdigit())
    if number.strip().startswith("+"):
        digits = "+" + digits.replace("310", "31", 1) if digits.startswith("310") else "+" + digits
    elif digits.startswith("00"):
        return normal("+" + digits[2:])
    elif digits.startswith("0"):
        digits = COUNTRY + digits[1:]
    else:
        return ""
    return digits if len(digits) > SHORTEST else ""


def index_of(organisation_id: UUID, number: str) -> bytes | None:
    """The blind index of a number in one organisation; None for what is no whole number."""
    whole = normal(number)
    return vault().blind_index(organisation_id, f"phone:{whole}") if whole else None


def note_phone(client: Client, number: str, by: str, now: datetime) -> None:
    """From now on her number is this one (empty: none) for who rings back."""
    index = index_of(client.organisation_id, number)
    if index is None:
        CardRow.objects.filter(client_id=client.id).update(phone_index=None)
        return
    CardRow.objects.update_or_create(
        client_id=client.id,
        defaults={"phone_index": index},
        create_defaults={
            "organisation_id": client.organisation_id, "phone_index": index, "updated_at": now, "updated_by": by,
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A client whom this number belongs to; `carer` and `relation` when it is an informal carer's."""

    client: ClientCard
    carer: str = ""
    relation: str = ""


def callers(actor: Actor, number: str) -> list[Caller]:
    """Whose number this is, among the clients whom the actor may see. Raises nothing: no number finds nobody."""
    found = [index for each in actor.organisations if (index := index_of(each, number)) is not None]
    if not found:
        return []
    seen = visible_to(actor).select_related("team")
    own = seen.filter(
        id__in=CardRow.objects.filter(organisation_id__in=actor.organisations, phone_index__in=found).values(
            "client_id"
        )
    )
    carers = Carer.objects.filter(
        organisation_id__in=actor.organisations, phone_index__in=found, revoked_at=None,
        client_id__in=visible_to(actor).values("id"),
    )  # fmt: skip
    told = [Caller(client=card_of(each)) for each in own.order_by("sort_name", "id")]
    cards = queries.cards(actor, [each.client_id for each in carers])
    return told + [
        Caller(client=cards[each.client_id], carer=each.name, relation=each.relation)
        for each in carers
        if each.client_id in cards
    ]


def index_missing(now: datetime, most: int = 500) -> int:
    """Index what was registered before there was an index; gives how many. For `reik watch`, once a minute."""
    carers = list(Carer.objects.filter(phone__isnull=False, phone_index=None, revoked_at=None)[:most])
    for each in carers:
        each.phone_index = index_of(each.organisation_id, _opened(each)) or b""
    Carer.objects.bulk_update(carers, ["phone_index"], batch_size=most)
    clients = _unindexed(most)
    CardRow.objects.bulk_create(
        [
            CardRow(
                client_id=each.id, organisation_id=each.organisation_id, updated_at=now, updated_by="reik",
                phone_index=index_of(each.organisation_id, _opened(each)) or b"",
            )
            for each in clients
        ],
        update_conflicts=True, unique_fields=["client"], update_fields=["phone_index"],
    )  # fmt: skip
    return len(carers) + len(clients)


def _unindexed(most: int) -> Sequence[Client]:
    """An empty index says that it was looked at and is no whole number."""
    rows = Client.objects.annotate(index=F("clientcard__phone_index"))
    return list(rows.filter(Q(phone__isnull=False), index=None)[:most])


def _opened(row: Client | Carer) -> str:
    return vault().open_text(row.organisation_id, bytes(row.phone)) if row.phone else ""
