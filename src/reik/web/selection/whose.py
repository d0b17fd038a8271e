"""Of whom these pages are, who opens them, and how a day is read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404

from reik.kernel.tenancy import Actor
from reik.medication.times.schedule import local_day
from reik.pathway.queries import PathSeen, path_of
from reik.people.queries import ClientCard, cards

TEAM = ("nurse", "caregiver", "team_manager")


def client_of(actor: Actor, client_id: UUID) -> ClientCard:
    """The card, or 404 for who may not see her."""
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        raise Http404
    return card


def path_or_404(client_id: UUID) -> PathSeen:
    path = path_of(client_id)
    if path is None:
        raise Http404
    return path


def today_of(card: ClientCard, now: datetime) -> date:
    return local_day(now, ZoneInfo(card.zone))


def number_of(text: str) -> Decimal | None:
    """A number with a comma or a point; None for anything else."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.1")) if found.is_finite() and abs(found) < 100_000 else None


def plain(text: str, most: int = 1000) -> str:
    """What a person typed, without the letter that a database cannot keep."""
    return text.replace("\x00", "").strip()[: most + 1]
