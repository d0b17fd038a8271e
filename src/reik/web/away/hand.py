"""`/clienten/<id>/met-de-hand/<moment>`: give a dose by hand, with what the dispenser answers live (R34)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.by_hand import keeping as by_hand_keeping
from reik.dispensing.by_hand import path as by_hand
from reik.dispensing.by_hand.path import GivingRefused
from reik.dispensing.by_hand.seen import givings_of, numbers_of, too_soon_until
from reik.dispensing.queries import moments_by_id
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.pharmacies import pharmacies_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.away.words import refused_words, stock_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

GIVES = ("nurse", "caregiver")
OVER = frozenset({"in_time", "early", "late", "by_hand"})


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def giving(request: ActingRequest, client_id: UUID, moment_id: UUID) -> HttpResponse:
    """The page; it fetches its live part again when anything changes."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    moment = moments_by_id([moment_id]).get(moment_id)
    if moment is None or moment.client_id != client_id:
        raise Http404
    if request.method != "POST":
        viewed(request, f"by hand {moment_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, moment_id, now)
    try:
        _act(request, moment_id, ZoneInfo(card.zone), now)
    except GivingRefused as refusal:
        return _page(request, card, moment_id, now, error=refused_words(str(refusal)), status=422)
    detail = f"by hand {request.POST.get('act', '')[:20]}"
    acted(
        request, Act.CHANGE, "moment", [moment_id], now, organisation_id=card.organisation_id, detail=detail
    )
    return HttpResponseRedirect(request.path)


def _act(request: ActingRequest, moment_id: UUID, zone: ZoneInfo, now: datetime) -> None:
    actor, post = actor_of(request), request.POST
    if actor.role not in GIVES:
        raise GivingRefused("Say who gives it.")
    newest = givings_of([moment_id]).get(moment_id, [])
    acts: Mapping[str, Callable[[UUID], object]] = {
        "numbers": lambda id: by_hand_keeping.enter_numbers(
            giving_id=id, numbers=numbers_in(post.get("numbers", "")), by=actor.name, now=now
        ),
        "give": lambda id: by_hand_keeping.give(giving_id=id, by=actor.name, now=now),
        "drop": lambda id: by_hand_keeping.drop(
            giving_id=id, by=actor.name, because=post.get("because", ""), now=now
        ),
    }
    act = acts.get(post.get("act", ""))
    if act is not None and newest:
        act(newest[0].id)
        return
    by_hand_keeping.begin(
        moment_id=moment_id, stock=post.get("stock", ""), stock_note=post.get("stock_note", "")[:200],
        by=actor.name, role=actor.role, now=now,
        given_at=instant_in(post.get("given_at", ""), zone) if post.get("done") else None,
        allowed_by=post.get("allowed_by", "")[:120], allowed_because=post.get("allowed_because", "")[:500],
    )  # fmt: skip


def numbers_in(text: str) -> list[int]:
    """Numbers with commas or spaces between them."""
    try:
        return [int(each) for each in text.replace(",", " ").split()]
    except ValueError:
        raise GivingRefused("Enter numbers, with a comma between them.") from None


def instant_in(text: str, zone: ZoneInfo) -> datetime:
    """A local date and time, as a browser's field gives it."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise GivingRefused("Enter a date and a time.") from None
    return at.replace(tzinfo=zone) if at.tzinfo is None else at


def _page(
    request: ActingRequest,
    card: ClientCard,
    moment_id: UUID,
    now: datetime,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = ZoneInfo(card.zone)
    moment = moments_by_id([moment_id])[moment_id]
    givings = givings_of([moment_id]).get(moment_id, [])
    newest = givings[0] if givings else None
    soon = too_soon_until(moment_id, now)
    pharmacy = pharmacies_of([card.id]).get(card.id)
    page: dict[str, Any] = {
        "card": card, "moment": moment, "giving": newest, "error": error, "address": request.path, "now": now,
        "local_now": now.astimezone(zone).strftime("%Y-%m-%dT%H:%M"), "typed": request.POST,
        "gives": actor_of(request).role in GIVES, "too_soon": soon, "numbers": numbers_of(moment_id),
        "past": now > moment.latest_at, "asks": soon is not None or now > moment.latest_at,
        "over": moment.outcome in OVER, "stocks": [(each, stock_words(each)) for each in by_hand.STOCKS],
        "stock": stock_words(newest.stock) if newest else "",
        "open": newest is not None and newest.ended_at is None,
        "phone": pharmacy.number_at(now) if pharmacy else None,
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true" and request.method == "GET"
    with timezone.override(zone):
        return render(request, "away/hand_live.html" if part else "away/hand.html", page, status=status)
