"""`/oefeningen`: the routes with their newest drill, a drill begun by a person, and how one went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.alerting.drills import seen
from reik.alerting.drills.answering import answer
from reik.alerting.drills.holding import DrillRefused, hold, hold_client
from reik.alerting.drills.rules import GO_LIVE, ON_DEMAND
from reik.alerting.drills.seen import DrillSeen, RouteSeen
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import cards
from reik.web.acting import ActingRequest
from reik.web.alert_words import channel_words
from reik.web.followup.whose import AGREES
from reik.web.followup.whose import of_client as whose_of_client
from reik.web.load.words import (
    by_words,
    last_shown,
    length_words,
    passed_shown,
    route_words,
    to_do_words,
    verdict_shown,
    why_words,
)
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.words import step_words

ROLES = ("team_manager", "nurse", "caregiver", "operator")
room = room_for(*ROLES)


@room
@require_safe
@never_cache
def every(request: ActingRequest) -> HttpResponse:
    """Routes of one's own organisation, and the newest drills of those that one works for."""
    now, actor = clock.now(), actor_of(request)
    routes = seen.routes_now([actor.organisation_id])
    whose = cards(actor, {each.client_id for each in routes if each.client_id})
    held = [_drill(each) for each in seen.drills(actor.organisations, now)]
    page = {
        "routes": [_route(each, whose) for each in routes], "drills": held, "now": now,
        "may_begin": actor.role in AGREES, "error": request.GET.get("fout", ""),
    }  # fmt: skip
    return render(request, "load/drills.html", page)


def _route(each: RouteSeen, whose: dict[UUID, Any]) -> dict[str, Any]:
    """A client's own route leads to her page only for who may see her."""
    card = whose.get(each.client_id) if each.client_id else None
    return {
        "seen": each, "value": f"{each.arrangement_id}:{each.number}", "shown": last_shown(each),
        "idle": each.held_at is None or each.passed is not None,
        "link": f"/clienten/{card.id}/opvolgafspraak" if card else "",
        "word": route_words(each.number, each.name, of_client=each.client_id is not None, version=each.version),
    }  # fmt: skip


def _drill(each: DrillSeen) -> dict[str, Any]:
    return {
        "seen": each, "shown": passed_shown(each), "why": why_words(each.why), "by": by_words(each.by),
        "word": route_words(each.route, each.route_name, of_client=each.client_id is not None, version=each.version),
    }  # fmt: skip


@room_for(*AGREES)
@require_POST
@never_cache
def begin(request: ActingRequest) -> HttpResponse:
    """A person holds a drill of one route of her own organisation."""
    now, actor = clock.now(), actor_of(request)
    said = request.POST.get("route", "")
    asked = [
        (each.arrangement_id, each.number)
        for each in seen.routes_now([actor.organisation_id])
        if f"{each.arrangement_id}:{each.number}" == said
    ]
    if not asked:
        raise Http404
    begun = hold(asked, why=ON_DEMAND, by=actor.name, now=now)
    if not begun:
        return HttpResponseRedirect("/oefeningen?fout=loopt")
    acted(request, Act.CREATE, "drill", begun, now, organisation_id=actor.organisation_id)
    return HttpResponseRedirect(f"/oefeningen/{begun[0]}")


@room_for(*AGREES)
@require_POST
@never_cache
def go_live(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The test alarm of one client's arrangement, before she starts and after every change (R57)."""
    now, actor = clock.now(), actor_of(request)
    whose = whose_of_client(actor, client_id)
    back = f"{whose.base}#proefmelding"
    try:
        begun = hold_client(client_id, why=GO_LIVE, by=actor.name, now=now)
    except DrillRefused:
        return HttpResponseRedirect(back)
    acted(request, Act.CREATE, "drill", begun, now, organisation_id=whose.organisation_id)
    return HttpResponseRedirect(f"/oefeningen/{begun[0]}" if len(begun) == 1 else back)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: ActingRequest, drill_id: UUID) -> HttpResponse:
    """How one went, step by step. Posted: somebody said by another way that she heard it."""
    now, actor = clock.now(), actor_of(request)
    found = seen.drill(drill_id, actor.organisations, now)
    if found is None:
        raise Http404
    if request.method == "POST":
        return _noted(request, found)
    page = {**_drill(found), "steps": [_step(each) for each in found.steps], "now": now}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "load/standing.html" if fragment else "load/report.html", page)


def _noted(request: ActingRequest, found: DrillSeen) -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    said = request.POST.get("oproep", "")
    calls = [call.id for step in found.steps for call in step.calls if str(call.id) == said]
    try:
        for id in calls:
            answer(id, actor.organisations, by=actor.name, now=now)
    except DrillRefused:
        pass  # it ended meanwhile: the page shows how
    else:
        acted(
            request, Act.CHANGE, "drill", calls, now, organisation_id=found.organisation_id, detail="answered"
        )
    return HttpResponseRedirect(f"/oefeningen/{found.id}")


def _step(each: seen.StepDrilled) -> dict[str, Any]:
    return {
        "seen": each, "shown": verdict_shown(each.verdict), "to_do": to_do_words(each.to_do),
        "sentence": step_words(each.action, each.responder), "wait": length_words(each.wait_s),
        "calls": [
            {
                "seen": call, "channel": channel_words(call.channel), "delivered": length_words(call.delivered_s),
                "answered": length_words(call.answered_s),
                "open": call.sent_at is not None and call.answered_s is None,
            }
            for call in each.calls
        ],
    }  # fmt: skip
