"""`/apotheek/vraag/<uuid>`: one question of a care team, with what may be answered, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.medication.changes.seen import change
from reik.medication.pharmacies.serving import ServingRefused, accept_client
from reik.medication.requests import operations as requests
from reik.medication.requests.operations import RequestRefused
from reik.medication.requests.seen import RequestSeen
from reik.medication.requests.seen import request as request_of
from reik.people.pharmacies import pharmacies_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.answer.words import answer_words, how_words, kind_words, sachets_of, sentences_of
from reik.web.pharmacy.confirming import shown
from reik.web.pharmacy.serving import serving_flaw
from reik.web.pharmacy.whose import PHARMACIST, client_of, is_ours, may_answer
from reik.web.pharmacy.words import answer_consequence, request_state_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

ACCOUNT = "account"
WAITING = ("open", "unanswered")
LONGEST = 2000


@room_for(PHARMACIST)
@never_cache
@require_http_methods(["GET", "POST"])
def asked(request: ActingRequest, request_id: UUID) -> HttpResponse:
    """One question. A pharmacy answers with an account: who she is, is known."""
    actor, now = actor_of(request), clock.now()
    card, found = _of(actor, request_id)
    if request.method != "POST":
        return _page(request, card, found, now)
    typed = {name: request.POST.get(name, "").strip()[:LONGEST] for name in ("answer", "text", "read")}
    if found.state not in WAITING:
        return _page(request, card, found, now, error=_("Deze vraag is al beantwoord of niet meer nodig."))
    if not may_answer(actor, card.id):
        return _page(
            request, card, found, now, typed=typed, error=_("Deze vraag is aan een andere apotheek.")
        )
    flaw = _flaw(found, typed)
    if flaw:
        return _page(request, card, found, now, typed=typed, error=flaw)
    try:
        with transaction.atomic():
            _answer(actor, card, found, typed, now)
    except (RequestRefused, ServingRefused) as refused:
        acted(
            request, Act.REFUSED, "request", [found.id, card.id], now, organisation_id=card.organisation_id,
            detail="answer", outcome="refused",
        )  # fmt: skip
        return _page(request, card, found, now, typed=typed, error=_said(refused))
    acted(
        request, Act.CHANGE, "request", [found.id, card.id], now, organisation_id=card.organisation_id,
        detail=f"answered {typed['answer']}",
    )  # fmt: skip
    return HttpResponseRedirect(f"/apotheek/vraag/{request_id}")


def _of(actor: Actor, request_id: UUID) -> tuple[ClientCard, RequestSeen]:
    found = request_of(request_id)
    if found is None:
        raise Http404
    return client_of(actor, found.client_id), found


def _flaw(found: RequestSeen, typed: Mapping[str, str]) -> str:
    """What is missing; a change is confirmed only by who says that she read the sachets (R23)."""
    if typed["answer"] not in found.answers:
        return _("Kies een antwoord.")
    if typed["answer"] in ("refused", "not_correct", "answered") and not typed["text"]:
        return _("Schrijf erbij wat het team moet weten.")
    if found.kind == "confirm_change" and typed["answer"] == "agreed" and not typed["read"]:
        return _("Zet een vinkje: u hebt de zakjes hierboven nagekeken.")
    return ""


def _answer(
    actor: Actor, card: ClientCard, found: RequestSeen, typed: Mapping[str, str], now: datetime
) -> None:
    requests.answer(found.id, answer=typed["answer"], text=typed["text"], by=actor.name, how=ACCOUNT, now=now)
    starts = found.kind == "start_client" and typed["answer"] == "agreed"
    if starts and not is_ours(actor, pharmacies_of([card.id]).get(card.id)):
        name = organisation_names([actor.organisation_id])[actor.organisation_id]
        accept_client(client_id=card.id, partner_id=actor.organisation_id, name=name, by=actor.name, now=now)


def _said(refused: RequestRefused | ServingRefused) -> str:
    if isinstance(refused, ServingRefused):
        return serving_flaw(refused)
    return {
        "answered": _("Deze vraag is al beantwoord: kijk hieronder."),
        "withdrawn": _("Deze vraag is niet meer nodig: het team trok haar in."),
        "answer": _("Kies een antwoord."),
        "text": _("Deze tekst is te lang."),
    }.get(refused.code, str(refused))


def _page(
    request: ActingRequest, card: ClientCard, found: RequestSeen, now: datetime, *,
    typed: Mapping[str, str] | None = None, error: str = "",
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    viewed(request, f"pharmacy request {found.id}", {card.organisation_id: [card.id]}, now)
    waits = found.state in WAITING
    pharmacy = pharmacies_of([card.id]).get(card.id)
    values: dict[str, Any] = {
        "card": card, "age": card.age(now.date()), "one": found, "now": now, "waits": waits, "error": error,
        "may_answer": may_answer(actor, card.id), "typed": typed or {}, "by": actor.name, "pharmacy": pharmacy,
        "kind": kind_words(found.kind), "late": waits and found.answer_by < now,
        "answers": [
            (each, answer_words(each), answer_consequence(found.kind, each)) for each in found.answers
        ],
        "sentences": sentences_of(found.kind, found.detail), "sachets": sachets_of(found.detail),
        "state": request_state_words(found.state),
        "answer": answer_words(found.answer) if found.answer else "", "how": how_words(found.how),
        "house": organisation_names([card.organisation_id]).get(card.organisation_id, ""),
        **_change(found, ZoneInfo(card.zone)),
    }  # fmt: skip
    with timezone.override(ZoneInfo(card.zone)):
        return render(request, "pharmacy/request.html", values, status=422 if error else 200)


def _change(found: RequestSeen, zone: ZoneInfo) -> dict[str, Any]:
    """The change that this question is about: its sachets, what else is in them, and the choice of the team."""
    of = change(found.about) if found.kind == "confirm_change" and found.about else None
    return shown(of, zone) if of is not None else {"change": None}
