"""Who plays in the story: made-up people of the demo, found by their user names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from reik.dispensing.queries import DispenserSeen, dispenser_named
from reik.kernel import queries
from reik.kernel.tenancy import Actor, NoActor, acting_for
from reik.people.access import actor_for
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.seen import REFRESH

DEVICE = "STORY-01"
OPERATOR, DAUGHTER, NURSE = "demo.sanne.vos", "demo.marleen.wolters", "demo.anja.ter.horst"
PHARMACIST, PACKER = "demo.ruud.blok", "demo.ilse.nij.bijvank"
SESSION = "story"
"""Under which session the story's acts stand in the access log."""


class NotFurnished(Exception):
    """The demo's people are not there (yet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of the story as actors, and the client with her dispenser."""

    operator: Actor
    daughter: Actor
    nurse: Actor
    pharmacist: Actor
    packer: Actor
    card: ClientCard
    dispenser: DispenserSeen


def gather(now: datetime) -> Cast:
    """The whole cast. Raises NotFurnished when somebody is missing."""
    nurse = actor_named(NURSE, now)
    with acting_for(nurse):
        dispenser = dispenser_named(DEVICE)
        card = cards(nurse, [dispenser.client_id]).get(dispenser.client_id) if dispenser else None
    if dispenser is None or card is None:
        raise NotFurnished
    return Cast(
        operator=actor_named(OPERATOR, now), daughter=actor_named(DAUGHTER, now), nurse=nurse,
        pharmacist=actor_named(PHARMACIST, now), packer=actor_named(PACKER, now), card=card, dispenser=dispenser,
    )  # fmt: skip


def actor_named(username: str, now: datetime) -> Actor:
    """One persona as an actor. Raises NotFurnished."""
    account = queries.account_named(username)
    if account is None:
        raise NotFurnished
    try:
        return actor_for(account.id, now, session=SESSION)
    except NoActor:
        raise NotFurnished from None


def as_persona(actor: Actor) -> ActingRequest:
    """A request as if this persona had her own screen open and it fetched itself: for the access log."""
    request = HttpRequest()
    request.META["HTTP_" + REFRESH.upper().replace("-", "_")] = "1"
    request.actor = actor  # type: ignore[attr-defined]
    return request  # type: ignore[return-value]
