"""Whom these pages are about, and who may use them: the queryset is the permission (rule 10)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard, cards

TEAM = ("nurse", "caregiver", "team_manager")
EVERYONE = (*TEAM, "pharmacist")


def is_pharmacy(actor: Actor) -> bool:
    """The pharmacy sets what a team does not: latest hand-out times, time-critical, and differences (R23, R27, R29)."""
    return actor.role == "pharmacist"


def client_of(actor: Actor, client_id: UUID) -> ClientCard:
    """The client as this actor may see her; 404 for anybody else's."""
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        raise Http404
    return card
