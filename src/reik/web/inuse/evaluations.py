"""`/clienten/<id>/evaluatie`: look back with the client, ask for it sooner, write down resistance (R7, R8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.queries import PathSeen, last_path_of
from reik.pathway.use import evaluating, resistance
from reik.pathway.use.evaluating import ADJUSTS, Held
from reik.pathway.use.evaluation_questions import ANSWERS, OUTCOMES, QUESTIONS, EvaluationRefused
from reik.pathway.use.evaluations_seen import evaluations_of, next_of
from reik.pathway.use.incidents_seen import incidents_of
from reik.pathway.use.resistance import WHATS, ResistanceRefused
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.inuse import reading, words
from reik.web.inuse.refusals import refused_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

GOES_TO = {"stopped": "stoppen", "paused": "afwezig"}


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def evaluation(request: ActingRequest, client_id: Any) -> HttpResponse:
    """The open reasons, the talk, and what was held before."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    path = last_path_of(card.id)
    if request.method != "POST":
        viewed(request, f"evaluation {card.id}", {card.organisation_id: [card.id]}, now)
        return _page(request, card, path, now)
    if path is None:
        raise Http404
    acts = {"hold": _hold, "ask": _ask, "resistance": _resist}
    act = request.POST.get("act", "")
    if act not in acts:
        raise Http404
    try:
        with transaction.atomic():
            acts[act](request, card, path, now)
    except EvaluationRefused as refused:
        return _page(request, card, path, now, refused_words(refused.code, str(refused)), act)
    except ResistanceRefused as refused:
        return _page(request, card, path, now, refused_words("resistance", str(refused)), act)
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"evaluation {act}",
    )  # fmt: skip
    further = GOES_TO.get(request.POST.get("outcome", "")) if act == "hold" else None
    return HttpResponseRedirect(
        f"/clienten/{card.id}/{further}" if further else f"{request.path}?klaar={act}"
    )


def _hold(request: ActingRequest, _card: ClientCard, path: PathSeen, now: datetime) -> None:
    post, actor = reading.plain(request.POST), actor_of(request)
    answers = {
        each: {"answer": post.get(f"q_{each}", ""), "saw": post.get(f"saw_{each}", "").strip()[:1000]}
        for each in QUESTIONS
    }
    ids = [id for each in post.get("ids", "").split() if (id := reading.uuid(each)) is not None]
    held = Held(
        ids=ids, answers=answers, outcome=post.get("outcome", ""), note=post.get("note", ""),
        next_on=reading.day(post.get("next_on", "")) if post.get("outcome") in ("goes_on", "adjusted") else None,
        adjust=post.get("adjust", ""), adjust_role=post.get("adjust_role", ""),
        adjust_by=reading.day(post.get("adjust_by", "")),
    )  # fmt: skip
    evaluating.hold(path.id, held, by=actor.name, role=actor.role, now=now)


def _ask(request: ActingRequest, _card: ClientCard, path: PathSeen, now: datetime) -> None:
    evaluating.ask(
        path.id, because=reading.plain(request.POST).get("because", ""), by=actor_of(request).name, now=now
    )


def _resist(request: ActingRequest, card: ClientCard, path: PathSeen, now: datetime) -> None:
    actor, post = actor_of(request), reading.plain(request.POST)
    at = reading.instant(post.get("at", ""), ZoneInfo(card.zone)) if post.get("at", "").strip() else now
    if at is None:
        raise ResistanceRefused("Enter a date and a time.")
    resistance.show(
        path.id, what=post.get("what", ""), note=post.get("saw", ""), at=at, by=actor.name, role=actor.role, now=now
    )  # fmt: skip


def _page(
    request: ActingRequest,
    card: ClientCard,
    path: PathSeen | None,
    now: datetime,
    error: str = "",
    act: str = "",
) -> HttpResponse:
    zone, post = ZoneInfo(card.zone), request.POST
    today = now.astimezone(zone).date()
    rows = evaluations_of(card.id)
    still = [each for each in rows if each.held_at is None and path is not None and each.path_id == path.id]
    in_use = path is not None and path.state in ("in_use", "paused")
    page: dict[str, Any] = {
        "card": card, "path": path, "in_use": in_use, "error": error, "act": act, "typed": post,
        "address": request.path,
        "open": [(each, words.why_words(each.why), words.evidence_words(each), each.overdue(today)) for each in still],
        "ids": " ".join(str(each.id) for each in still), "may_hold": actor_of(request).role == "nurse",
        "past": [
            (each, words.why_words(each.why), words.outcome_words(each.outcome), each.overdue(today))
            for each in rows if each.held_at is not None
        ],
        "next_on": next_of(path) if path is not None and in_use else None,
        "questions": [
            (each, *words.question_words(each), post.get(f"q_{each}", ""), post.get(f"saw_{each}", ""))
            for each in QUESTIONS
        ],
        "answers": [(each, words.answer_words(each)) for each in ANSWERS],
        "outcomes": [(each, words.outcome_words(each)) for each in OUTCOMES],
        "roles": [(each, words.reporter_words(each)) for each in ADJUSTS],
        "whats": [(each, words.resistance_words(each)) for each in WHATS],
        "shown": [(each, words.resistance_words(each.what)) for each in resistance.seen_of(path.id)] if path else [],
        "complaints": [e for e in incidents_of([card.id]) if e.kind == "complaint" and e.closed_at is None],
        "done": request.GET.get("klaar", ""), "now_typed": reading.typed_at(now, zone),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "inuse/evaluation.html", page, status=422 if error else 200)
