"""Finding a client: by name, by the number of who rings back, by dispenser, or by the number that a phone shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from reik.alerting import board_seen
from reik.dispensing import queries as dispensing
from reik.kernel.tenancy import Actor
from reik.people import homes_callers
from reik.people import queries as people
from reik.people.queries import ClientCard
from reik.web.words import cause_words

MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A client, by what she was found, and her most urgent open alert, if any."""

    client: ClientCard
    by: str
    alert_id: UUID | None = None


def found(actor: Actor, words: str, now: datetime) -> list[Found]:
    """What one field finds: a number that a phone shows first, then who rings, a dispenser, and names."""
    hits = _numbered(actor, words, now) or _callers(actor, words) or _device(actor, words)
    if not hits and len(words) >= 2:
        hits = [Found(client=each, by="") for each in people.search(actor, words, MOST)]
    open_of = board_seen.open_of([each.client.id for each in hits if each.alert_id is None])
    return [
        Found(client=each.client, by=each.by, alert_id=each.alert_id or open_of.get(each.client.id))
        for each in hits[:MOST]
    ]


def _numbered(actor: Actor, words: str, now: datetime) -> Sequence[Found]:
    alerts = board_seen.by_short_number(actor.organisations, words, now, MOST)
    cards = people.cards(actor, [each.client_id for each in alerts])
    return [
        Found(client=cards[each.client_id], by=cause_words(each.cause), alert_id=each.id)
        for each in alerts
        if each.client_id in cards
    ]


def _callers(actor: Actor, words: str) -> Sequence[Found]:
    return [
        Found(
            client=each.client,
            by=f"{each.carer}, {each.relation}" if each.carer else _("eigen nummer"),
        )
        for each in homes_callers.callers(actor, words)
    ]


def _device(actor: Actor, words: str) -> Sequence[Found]:
    name = words.strip().upper()
    dispenser = dispensing.dispenser_named(name) if name else None
    card = people.cards(actor, [dispenser.client_id]).get(dispenser.client_id) if dispenser else None
    return [Found(client=card, by=_("dispenser %(device)s") % {"device": name})] if card else []
