"""For whom this pharmacy works: everybody it may see, without those whom another pharmacy serves.

A client for whom no pharmacy is noted stays in the list: silence would leave her to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.people.queries import ClientCard, cards

PHARMACIST = "pharmacist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Clients by id in Dutch order of their names, each one's pharmacy where noted, and the names of the houses."""

    cards: Mapping[UUID, ClientCard]
    pharmacies: Mapping[UUID, PharmacyCard]
    houses: Mapping[UUID, str]

    @property
    def ids(self) -> list[UUID]:
        return list(self.cards)

    def house(self, client_id: UUID) -> str:
        return self.houses.get(self.cards[client_id].organisation_id, "")


def served_by(actor: Actor, client_ids: Collection[UUID] | None = None) -> Served:
    """Whom this pharmacy serves, and who has no pharmacy yet (of these ids)."""
    known = cards(actor, client_ids)
    pharmacies = pharmacies_of(known)
    ours = {id: card for id, card in known.items() if id not in pharmacies or is_ours(actor, pharmacies[id])}
    return Served(
        cards=ours, pharmacies=pharmacies, houses=organisation_names({*_houses(known), *actor.organisations})
    )


def _houses(known: Mapping[UUID, ClientCard]) -> Collection[UUID]:
    return {card.organisation_id for card in known.values()}


def is_ours(actor: Actor, pharmacy: PharmacyCard | None) -> bool:
    """Whether this is the pharmacy that the actor works for."""
    return pharmacy is not None and pharmacy.partner_id == actor.organisation_id


def client_of(actor: Actor, client_id: UUID) -> ClientCard:
    """The client as this actor may see her; 404 for anybody else's."""
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        raise Http404
    return card


def may_answer(actor: Actor, client_id: UUID) -> bool:
    """The client's own pharmacy, or any that may see her while none is noted."""
    pharmacy = pharmacies_of([client_id]).get(client_id)
    return pharmacy is None or is_ours(actor, pharmacy)
