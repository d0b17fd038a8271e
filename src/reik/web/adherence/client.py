"""`/clienten/<id>/uitgenomen`: what came out of one client's dispenser, for the talk about her care; also on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.dispensing.queries import dispensers_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards
from reik.value.adherence_seen import of_client
from reik.value.rollups.seen import counted_through, days_of
from reik.web.acting import ActingRequest
from reik.web.adherence import paper
from reik.web.adherence.shown import by_week, choices, period_of, shown
from reik.web.adherence.words import days_words
from reik.web.carer.names import called, dialled
from reik.web.frame import is_demo
from reik.web.load.words import proposal_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import evidence_words
from reik.web.work.whose import EVERYONE, client_of

room = room_for(*EVERYONE)


@room
@require_safe
@never_cache
def page(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The definition beside the percentage, what is left out, delays, weeks, and drift where there is any."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    viewed(request, f"adherence {card.id}", {card.organisation_id: [card.id]}, now)
    return render(request, "adherence/client.html", seen_of(request, card, now))


def seen_of(request: ActingRequest, card: ClientCard, now: datetime) -> dict[str, Any]:
    """What the page and the paper of one client share."""
    period = period_of(request.GET.dict(), now, ZoneInfo(card.zone))
    found = of_client(card.organisation_id, card.id, period.days)
    dispenser = dispensers_of([card.id]).get(card.id)
    senses = dispenser is None or dispenser.evidence == "removed"
    return {
        "card": card, "period": period, "choices": choices(period), "of": shown(found.seen),
        "said_days": days_words(period.days.since, period.days.until), "through": counted_through(),
        "weeks": by_week(days_of(card.organisation_id, card.id, period.days), period.days),
        "drift": [proposal_words(each) for each in found.drift],
        "evidence": "" if senses or dispenser is None else evidence_words(dispenser.evidence),
    }  # fmt: skip


@room
@require_safe
@never_cache
def on_paper(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/uitgenomen.pdf`: the same, to lie on the table."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    made = paper.made(seen_of(request, card, now), now=now, zone=ZoneInfo(card.zone), demo=is_demo())
    acted(
        request, Act.PRINT, "client", [card.id], now, organisation_id=card.organisation_id, detail="adherence"
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="uitgenomen.pdf"'
    return answer


@room_for("informal_carer")
@require_safe
@never_cache
def by_carer(request: ActingRequest) -> HttpResponse:
    """`/naaste/uitgenomen`: for an informal carer whom her client lets see along, without proposals."""
    now, mine, wanted = clock.now(), cards(actor_of(request)), request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    viewed(request, f"carer adherence {card.id}", {card.organisation_id: [card.id]}, now)
    seen = seen_of(request, card, now) | {
        "drift": [], "called": called(card), "phone": dialled(card.phone), "others": [], "tab": "week",
    }  # fmt: skip
    return render(request, "adherence/carer.html", seen)
