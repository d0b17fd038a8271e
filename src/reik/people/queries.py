"""Reads of people: who is visible to whom (rule 10), and clients as a screen shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from reik.kernel.crypto import vault
from reik.kernel.tenancy import Actor
from reik.people.models import Carer, Client, Team, TeamMember

EVERYONE_SERVED = frozenset({"operator"})
"""Roles that work for all clients of the organisations with which theirs has a partnership (R58)."""
OF_A_PHARMACY = frozenset({"pharmacist", "pharmacy"})
"""Roles that work for the clients whom their own pharmacy serves, and for those who have none yet."""
OF_A_TEAM = frozenset({"nurse", "caregiver", "team_manager"})


def visible_to(actor: Actor) -> QuerySet[Client]:
    """The clients whom this actor may see: the queryset is the permission; an outsider gets an empty one."""
    if actor.role in EVERYONE_SERVED:
        return Client.objects.filter(organisation_id__in=actor.organisations)
    if actor.role in OF_A_PHARMACY:
        return Client.objects.filter(
            Q(pharmacy__partner_id=actor.organisation_id) | Q(pharmacy=None),
            organisation_id__in=actor.organisations,
        )
    if actor.role in OF_A_TEAM:
        teams = TeamMember.objects.filter(account_id=actor.account_id).values("team_id")
        return Client.objects.filter(
            Q(team_id__in=teams) | Q(team=None), organisation_id=actor.organisation_id
        )
    if actor.role == "informal_carer":
        return Client.objects.filter(id__in=_cared_for(actor.account_id).values("client_id"))
    return Client.objects.none()


def _cared_for(account_id: UUID) -> QuerySet[Carer]:
    return Carer.objects.filter(account_id=account_id, consented_at__isnull=False, revoked_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """A client as a page shows her. `phone` and `address` were sealed; empty when unknown."""

    id: UUID
    organisation_id: UUID
    team_id: UUID | None
    team: str
    salutation: str
    name: str
    birth_date: date | None
    phone: str
    address: str
    caller_note: str
    zone: str

    @property
    def display(self) -> str:
        """As she is called: "Mw. A. (Annie) de Boer"."""
        return f"{self.salutation} {self.name}".strip()

    @property
    def place(self) -> str:
        """The town of her address."""
        return self.address.rpartition(",")[2].strip()

    def age(self, today: date) -> int | None:
        """In whole years on this day; None without a birth date."""
        born = self.birth_date
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def cards(actor: Actor, client_ids: Collection[UUID] | None = None) -> dict[UUID, ClientCard]:
    """The cards of the clients whom the actor may see (of these ids), in Dutch order of their names."""
    rows = visible_to(actor)
    if client_ids is not None:
        rows = rows.filter(id__in=client_ids)
    return {each.id: card_of(each) for each in rows.select_related("team").order_by("sort_name", "id")}


def card_of(client: Client) -> ClientCard:
    return ClientCard(
        id=client.id,
        organisation_id=client.organisation_id,
        team_id=client.team_id,
        team=client.team.name if client.team else "",
        salutation=client.salutation,
        name=client.name,
        birth_date=client.birth_date,
        phone=_opened(client.organisation_id, client.phone),
        address=_opened(client.organisation_id, client.address),
        caller_note=client.caller_note,
        zone=client.zone,
    )


def _opened(organisation_id: UUID, sealed: bytes | memoryview | None) -> str:
    return vault().open_text(organisation_id, bytes(sealed)) if sealed else ""


def organisations_of(client_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The organisation that keeps the record of each of these clients."""
    return dict(Client.objects.filter(id__in=client_ids).values_list("id", "organisation_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerCard:
    """An informal carer as a page shows her."""

    id: UUID
    client_id: UUID
    account_id: UUID | None
    name: str
    relation: str
    phone: str


def carers_of(client_ids: Collection[UUID]) -> dict[UUID, list[CarerCard]]:
    """The informal carers with a living consent, of clients whom the caller may see already."""
    found: dict[UUID, list[CarerCard]] = {}
    rows = Carer.objects.filter(client_id__in=client_ids, consented_at__isnull=False, revoked_at=None)
    for each in rows.order_by("created_at", "id"):
        found.setdefault(each.client_id, []).append(
            CarerCard(
                id=each.id, client_id=each.client_id, account_id=each.account_id, name=each.name,
                relation=each.relation, phone=_opened(each.organisation_id, each.phone),
            )
        )  # fmt: skip
    return found


def teams_of(actor: Actor) -> list[tuple[UUID, str]]:
    """The teams that the actor works in; for who works for all, every team she may see."""
    rows = Team.objects.filter(organisation_id__in=actor.organisations)
    if actor.role in OF_A_TEAM:
        rows = rows.filter(members__account_id=actor.account_id)
    return list(rows.order_by("name").values_list("id", "name"))


def search(actor: Actor, words: str, most: int = 20) -> list[ClientCard]:
    """Clients by a part of their name, as the actor may see them."""
    rows = visible_to(actor).select_related("team")
    for word in words.lower().split():
        rows = rows.filter(Q(sort_name__contains=word) | Q(name__icontains=word))
    return [card_of(each) for each in rows.order_by("sort_name", "id")[:most]]
