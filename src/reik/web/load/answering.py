"""`/oefening/<call>`: "I have it", by whoever was called for a drill; and the line that says that one waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.alerting.drills import seen
from reik.alerting.drills.answering import answer
from reik.alerting.drills.go_live import GoLive, go_live_of
from reik.alerting.drills.holding import DrillRefused
from reik.alerting.drills.seen import AskedSeen
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.web.acting import ActingRequest
from reik.web.parts import register
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted

CARER = "informal_carer"
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "operator": ("phone_client", "emergency"),
    "nurse": ("ask_team", "emergency"),
    "caregiver": ("ask_team", "emergency"),
    "team_manager": ("ask_team", "emergency"),
}
"""Which steps of a drill are whose, by role; an informal carer answers her own."""


def waiting(actor: Actor) -> list[AskedSeen]:
    """The calls of drills that wait for this person."""
    now = clock.now()
    if actor.role == CARER:
        return seen.to_answer_by_carer(actor.account_id, now)
    actions = ANSWERS.get(actor.role, ())
    return seen.to_answer(actor.organisations, actions, now) if actions else []


@register.simple_tag(takes_context=True, name="drills_waiting")
def of_page(context: Mapping[str, Any]) -> list[AskedSeen]:
    """`{% drills_waiting as drills %}{% include "load/_waiting.html" %}`"""
    actor = context["frame"].actor
    return waiting(actor)[:1] if actor else []


@register.simple_tag(name="test_alarm")
def of_client(client_id: UUID) -> GoLive:
    """`{% test_alarm card.id as proof %}{% include "load/_proof.html" %}`"""
    return go_live_of(client_id)


@room_for(CARER, *ANSWERS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest, step_id: UUID) -> HttpResponse:
    """It says that it is a drill, of nobody; one button."""
    actor, now = actor_of(request), clock.now()
    found = seen.asked(step_id, actor.organisations)
    mine = actor.role != CARER or any(each.id == step_id for each in waiting(actor))
    if found is None or (not mine and not found.answered):
        raise Http404
    if request.method != "POST":
        return render(request, "load/answer.html", {"asked": found, "now": now})
    try:
        answer(step_id, actor.organisations, by=actor.name, now=now)
    except DrillRefused:
        pass  # it is over: the page says so
    else:
        acted(
            request,
            Act.CHANGE,
            "drill",
            [step_id],
            now,
            organisation_id=found.organisation_id,
            detail="answered",
        )
    return HttpResponseRedirect(f"/oefening/{step_id}")
