"""`/clienten/<id>/laden` and `/naaste/laden`: count, compare with the list, sign (R82); what lay in the tray (R26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.queries import dispensers_of
from reik.dispensing.rolls.abilities import abilities_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication import operations
from reik.medication import queries as medication
from reik.medication.rolls.check import RollRefused
from reik.pathway.use import loading
from reik.pathway.use.loading import LISTS, LoadRefused, NewSigning, signings_of
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.carer.names import called, dialled
from reik.web.inuse import reading, words
from reik.web.inuse.refusals import refused_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import EVERYONE, client_of
from reik.web.work.words import refusal_words

TEAM_PAGE, CARER = "inuse/load.html", "inuse/load_carer.html"
SENSED = "removed"
"""The evidence of a type that feels a sachet leave the tray (R26)."""


@room_for(*EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def load(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """For the team and the pharmacy's courier."""
    return _answer(request, client_of(actor_of(request), client_id), TEAM_PAGE)


@room_for("informal_carer")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def load_by_carer(request: ActingRequest) -> HttpResponse:
    """`?wie=`: on the informal carer's own phone pages."""
    mine, wanted = cards(actor_of(request)), request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    return _answer(request, card, CARER)


def _answer(request: ActingRequest, card: ClientCard, template: str) -> HttpResponse:
    now = clock.now()
    if request.method != "POST":
        viewed(request, f"load {card.id}", {card.organisation_id: [card.id]}, now)
        return _page(request, card, template)
    try:
        with transaction.atomic():
            _sign(request, card, now)
    except LoadRefused as refused:
        return _page(request, card, template, [refused_words(refused.code, str(refused))])
    except RollRefused as refused:
        return _page(request, card, template, [refusal_words(each) for each in refused.refusals])
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id, detail="load signed"
    )  # fmt: skip
    back = f"{request.path}?wie={card.id}&klaar=1" if template == CARER else f"{request.path}?klaar=1"
    return HttpResponseRedirect(back)


def _sign(request: ActingRequest, card: ClientCard, now: datetime) -> None:
    """A roll that is not in yet is loaded with the same count; both or neither."""
    post, actor = reading.plain(request.POST), actor_of(request)
    if not post.get("sure"):
        raise LoadRefused("sure", "Tick that you sign for it yourself.")
    roll_id = reading.uuid(post.get("roll", ""))
    roll = medication.rolls_of(card.id).filter(id=roll_id).first() if roll_id else None
    if roll is None:
        raise LoadRefused("roll", "Choose the roll.")
    counted = reading.whole(post.get("counted", ""))
    if roll.state in ("registered", "delivered"):
        operations.load_roll(
            organisation_id=card.organisation_id, client_id=card.id, number=roll.number,
            first=reading.whole(post.get("first", "")), last=reading.whole(post.get("last", "")), count=counted,
            by=actor.name, role=actor.role, now=now, device=abilities_of([card.id]).get(card.id),
        )  # fmt: skip
    new = NewSigning(
        client_id=card.id, roll_id=roll.id, counted=counted, compared_with=post.get("compared_with", ""),
        left_in_tray=reading.whole(post.get("left_in_tray", "")), differences=post.get("differences", ""),
    )  # fmt: skip
    loading.sign(new, account_id=actor.account_id, by=actor.name, who=actor.role, now=now)


def _page(
    request: ActingRequest, card: ClientCard, template: str, errors: list[str] | None = None
) -> HttpResponse:
    rolls = [
        each for each in medication.rolls_of(card.id) if each.state in ("registered", "delivered", "loaded")
    ]
    signed = signings_of(card.id)
    last = {each.roll: each.signed_at for each in reversed(signed)}
    waiting = [
        each
        for each in rolls
        if each.state != "loaded"
        or each.loaded_at is None
        or each.id not in last
        or last[each.id] < each.loaded_at
    ]
    waiting.sort(key=lambda each: (each.state != "loaded", each.starts_at))
    chosen = next(
        (e for e in waiting if str(e.id) == request.GET.get("rol", "")), waiting[0] if waiting else None
    )
    device = dispensers_of([card.id]).get(card.id)
    page: dict[str, Any] = {
        "card": card, "errors": errors or [], "typed": request.POST, "address": request.get_full_path(),
        "roll": chosen, "others": [e for e in waiting if e is not chosen] if template == TEAM_PAGE else [],
        "lists": [(each, words.list_words(each)) for each in LISTS],
        "sensed": device is not None and device.evidence == SENSED, "device": device,
        "signed": [(each, words.list_words(each.compared_with)) for each in signed[:5]],
        "done": request.GET.get("klaar", ""), "called": called(card), "phone": dialled(card.phone), "tab": "",
    }  # fmt: skip
    with timezone.override(ZoneInfo(card.zone)):
        return render(request, template, page, status=422 if errors else 200)
