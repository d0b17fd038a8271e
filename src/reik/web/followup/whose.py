"""Whose arrangement a page is about, and who may change it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard
from reik.web.frame import ZONE
from reik.web.work.whose import client_of

READS = ("nurse", "caregiver", "team_manager", "operator")
AGREES = ("nurse", "team_manager")
SETS_DEFAULT = ("team_manager",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A client's own arrangement, or (`card` None) the default of the organisation. `base`: its address."""

    card: ClientCard | None
    organisation_id: UUID
    base: str
    may_change: bool

    @property
    def client_id(self) -> UUID | None:
        return self.card.id if self.card else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.card.zone) if self.card else ZONE


def of_client(actor: Actor, client_id: UUID) -> Whose:
    """This client's, as this actor may see her; 404 for anybody else's."""
    card = client_of(actor, client_id)
    return Whose(
        card=card, organisation_id=card.organisation_id, base=f"/clienten/{client_id}/opvolgafspraak",
        may_change=actor.role in AGREES,
    )  # fmt: skip


def of_organisation(actor: Actor) -> Whose:
    """The default of the organisation that this actor works for."""
    return Whose(
        card=None, organisation_id=actor.organisation_id, base="/opvolgafspraak",
        may_change=actor.role in SETS_DEFAULT,
    )  # fmt: skip
