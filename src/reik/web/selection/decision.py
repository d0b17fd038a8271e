"""The choice made together: voluntary, in the client's own words, and a no without a reason (R8, Wzd)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.interop.print.letter import letter_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.path import PathRefused, State
from reik.pathway.queries import PathSeen, last_path_of
from reik.pathway.selection import deciding, selection_seen
from reik.pathway.selection.deciding_rules import (
    CAPACITIES,
    CHOICES,
    NO,
    WITHDRAWN,
    WZD,
    YES,
    DecisionRefused,
    Said,
    is_agreement,
    is_wzd_decision,
)
from reik.pathway.selection.selection_seen import DecisionSeen
from reik.people.queries import ClientCard, carers_of
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.selection.explained import explanation
from reik.web.selection.whose import TEAM, client_of, path_or_404, plain, today_of
from reik.web.selection.words import (
    capacity_words,
    choice_words,
    refused_words,
    role_words,
    who_words,
    wzd_words,
)
from reik.web.work.clients import date_of

STARTED = (State.IN_USE, State.PAUSED, State.DELIVERING, State.STARTING)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*TEAM)
def decision(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`?keuze=no`: from "mevrouw wil niet", the no is chosen already and one button writes it down."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    path = last_path_of(client_id)
    if path is None:
        return HttpResponseRedirect(f"/clienten/{card.id}/indicatie")
    if request.method != "POST":
        viewed(request, f"decision {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, path, now)
    try:
        id = deciding.decide(
            path_or_404(client_id).id, _said(request, now), by=actor.name, role=actor.role, now=now
        )
    except (DecisionRefused, PathRefused) as refusal:
        return _page(request, card, path, now, error=refused_words(refusal.code, str(refusal)))
    acted(
        request, Act.CREATE, "decision", [id, client_id], now, organisation_id=card.organisation_id,
        detail=request.POST.get("keuze", ""),
    )  # fmt: skip
    if request.POST.get("keuze") in (NO, WITHDRAWN) and path.state in STARTED:
        return HttpResponseRedirect(f"/clienten/{card.id}/stoppen")
    return HttpResponseRedirect(f"/clienten/{card.id}/besluit?opgeslagen=1")


def _said(request: ActingRequest, now: datetime) -> Said:
    post = request.POST
    choice, by = post.get("keuze", ""), post.get("wie", "client")
    return Said(
        choice=choice, decided_by=by, representative=plain(post.get("vertegenwoordiger", ""), 200),
        capacity=post.get("beslist", "able"), resistance="shown" if post.get("verzet") else "none",
        wzd=post.get("wzd", "not_needed"), wzd_on=date_of(post.get("wzd_op", "")),
        carer=plain(post.get("mantelzorger", ""), 200), words=plain(post.get("woorden", "")), at=now,
    )  # fmt: skip


def _page(
    request: ActingRequest, card: ClientCard, path: PathSeen, now: datetime, *, error: str = ""
) -> HttpResponse:
    rows = selection_seen.decisions_of(path.id)
    post = request.POST
    choices = [each for each in CHOICES if each != (NO if path.state in STARTED else WITHDRAWN)]
    page: dict[str, Any] = {
        "card": card, "path": path, "open": path.ended_at is None, "error": error, "who": who_words(card),
        "choices": [(each, choice_words(each)) for each in choices], "given": post,
        "choice": post.get("keuze") or request.GET.get("keuze", ""), "rows": [shown(each) for each in rows],
        "capacities": [(each, capacity_words(each)) for each in CAPACITIES],
        "capacity": post.get("beslist") or _assessed(path), "wzds": [(each, wzd_words(each)) for each in WZD],
        "carers": carers_of([card.id]).get(card.id, []), "today": today_of(card, now),
        "signs": actor_of(request).role in deciding.MAY_WRITE_YES, "saved": "opgeslagen" in request.GET,
        "explained": explanation(card),
    }  # fmt: skip
    return render(request, "selection/decision.html", page, status=422 if error else 200)


def _assessed(path: PathSeen) -> str:
    """What the newest form says of her deciding herself."""
    signed = selection_seen.newest_selections([path.id]).get(path.id)
    given = signed.answers.get("capacity") if signed else None
    return given.one if given else "able"


def shown(each: DecisionSeen) -> dict[str, Any]:
    """One decision with its words. `free`: it counts as agreement."""
    return {
        "seen": each, "choice": choice_words(each.said.choice), "role": role_words(each.role),
        "capacity": capacity_words(each.said.capacity), "wzd": wzd_words(each.said.wzd),
        "free": is_agreement(each.said) or is_wzd_decision(each.said), "yes": each.said.choice == YES,
    }  # fmt: skip


@require_safe
@never_cache
@room_for(*TEAM)
def paper(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/besluit.pdf`: the choice explained in plain words, with what was chosen, to keep."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    path = last_path_of(client_id)
    rows = selection_seen.decisions_of(path.id) if path else []
    acted(
        request,
        Act.PRINT,
        "client",
        [client_id],
        now,
        organisation_id=card.organisation_id,
        detail="decision",
    )
    text = explanation(card, shown(rows[0]) if rows else None)
    body = letter_of(text, made_at=now, zone=ZoneInfo(card.zone), demo=is_demo())
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="besluit.pdf"'
    return answer
