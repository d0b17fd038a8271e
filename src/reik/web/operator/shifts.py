"""Handing over a shift: what the next one must know, and the alerts that go with it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import handover
from reik.alerting import queries as alerting
from reik.kernel import clock
from reik.people import queries as people
from reik.web.acting import ActingRequest
from reik.web.operator import queue
from reik.web.operator.views import PAGE, only_operators
from reik.web.rooms import actor_of, who
from reik.web.seen import viewed


@require_safe
@never_cache
@only_operators
def shift(request: ActingRequest) -> HttpResponse:
    """The dialog: hand-overs that wait for somebody, and her own."""
    return show(request)


def show(request: ActingRequest, **more: object) -> HttpResponse:
    """Hand-overs name alerts by client: they are logged as shown."""
    now, actor = clock.now(), actor_of(request)
    waiting = handover.waiting(actor.organisation_id, who(actor), now)
    mine = handover.held_by(who(actor))
    seen = alerting.alerts_by_id({*mine, *(each for shift in waiting for each in shift.alerts)})
    cards = people.cards(actor, {each.client_id for each in seen.values()})
    lines = {
        id: queue.line_of(alert, cards[alert.client_id], me=who(actor), now=now)
        for id, alert in seen.items()
        if alert.client_id in cards
    }
    shown: dict[UUID, list[UUID]] = {}
    for each in cards.values():
        shown.setdefault(each.organisation_id, []).append(each.id)
    viewed(request, f"{PAGE}/overdracht", shown, now)
    context = {
        "shifts": [(each, [lines[id] for id in each.alerts if id in lines]) for each in waiting],
        "mine": [lines[id] for id in mine if id in lines],
        "newest": handover.newest(actor.organisation_id, now), "now": now,
    }  # fmt: skip
    return render(request, "operator/shift.html", context | more)


@require_POST
@only_operators
def give(request: ActingRequest) -> HttpResponse:
    """Leave what the next shift must know. Her alerts stay hers until somebody takes them."""
    now, actor = clock.now(), actor_of(request)
    handover.hand_over(
        organisation_id=actor.organisation_id, by=who(actor), to=request.POST.get("aan", "")[:80],
        note=request.POST.get("bericht", "")[: handover.LONGEST_NOTE], now=now,
    )  # fmt: skip
    return _answer(request, given=True)


@require_POST
@only_operators
def take(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """The shift is hers, with the alerts that are still in the other's hands."""
    now, actor = clock.now(), actor_of(request)
    try:
        taken = handover.take_shift(handover_id, actor.organisation_id, by=who(actor), now=now)
    except handover.HandoverRefused:
        return _answer(request, refused=True)
    return _answer(request, taken=taken)


def _answer(request: ActingRequest, **more: object) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(f"/{PAGE}")
    answer = show(request, **more)
    answer["HX-Trigger"] = "changed"
    return answer
