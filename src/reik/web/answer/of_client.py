"""`/clienten/<id>/vragen`: what a client's pharmacy was asked, and asking it; answers heard on the telephone (R23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.requests import operations as requests
from reik.medication.requests import reply
from reik.medication.requests.operations import NewRequest
from reik.medication.requests.rules import (
    ACCOUNT,
    PAPER,
    PHONE,
    TEXT_MOST,
    TODAY,
    URGENT,
    WEEK,
    RequestRefused,
    usual_answer_by,
)
from reik.medication.requests.seen import RequestSeen, request, requests_of
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.people.queries import ClientCard, cards
from reik.tasks.operations import DONE, end_tasks_about
from reik.web.acting import ActingRequest
from reik.web.answer.change_words import whole_sachets, whole_sentences
from reik.web.answer.words import (
    answer_words,
    channel_words,
    how_words,
    kind_words,
    refusal_words,
    urgency_words,
)
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

TEAM = ("nurse", "caregiver", "team_manager")
EVERYONE = (*TEAM, "pharmacist")
SHOWN = timedelta(days=90)
ENDED = ("answered", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A request in the list, in words."""

    seen: RequestSeen
    heading: str
    said: str
    icon: str
    tone: str


@require_http_methods(["GET", "HEAD", "POST"])
@room_for(*EVERYONE)
def questions(request_: ActingRequest, client_id: UUID) -> HttpResponse:
    """The list; with POST a new question."""
    actor, now = actor_of(request_), clock.now()
    card = _client(actor, client_id)
    if request_.method != "POST":
        viewed(request_, f"requests {card.id}", {card.organisation_id: [card.id]}, now)
        return _list(request_, card, now)
    if actor.role not in TEAM:
        raise Http404
    return _ask(request_, actor, card, now)


def _client(actor: Actor, client_id: UUID) -> ClientCard:
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        raise Http404
    return card


def _ask(request_: ActingRequest, actor: Actor, card: ClientCard, now: datetime) -> HttpResponse:
    text, urgency = request_.POST.get("text", "").strip(), request_.POST.get("urgency", "")
    error = "" if text else "asked"
    if len(text) > TEXT_MOST:
        error = "text"
    if error or urgency not in (URGENT, TODAY, WEEK):
        return _list(request_, card, now, error=refusal_words(error or "asked"), text=text, urgency=urgency)
    pharmacy = pharmacies_of([card.id]).get(card.id)
    (made,) = requests.ask(
        [
            NewRequest(
                organisation_id=card.organisation_id, client_id=card.id, kind="question", urgency=urgency,
                answer_by=usual_answer_by(urgency, pharmacy.opening if pharmacy else OFFICE_HOURS, now),
                by=actor.name, detail={"text": text},
            )
        ],
        now,
    )  # fmt: skip
    acted(
        request_,
        Act.CREATE,
        "request",
        [made, card.id],
        now,
        organisation_id=card.organisation_id,
        detail="asked",
    )
    return HttpResponseRedirect(f"/clienten/{card.id}/vragen/{made}")


def _list(
    request_: ActingRequest, card: ClientCard, now: datetime, *, error: str = "", text: str = "", urgency: str = TODAY
) -> HttpResponse:  # fmt: skip
    rows = requests_of([card.id], now - SHOWN)
    pharmacy = pharmacies_of([card.id]).get(card.id)
    values = {
        "card": card, "pharmacy": pharmacy, "now_call": _call(pharmacy, now), "error": error, "text": text,
        "urgency": urgency, "may_ask": actor_of(request_).role in TEAM,
        "waiting": sorted((_line(each) for each in rows if each.state not in ENDED), key=lambda e: e.seen.answer_by),
        "ended": [_line(each) for each in rows if each.state in ENDED],
    }  # fmt: skip
    return render(request_, "answer/list.html", values, status=422 if error else 200)


def _call(pharmacy: PharmacyCard | None, now: datetime) -> dict[str, object] | None:
    """Who answers the telephone at this instant."""
    if pharmacy is None:
        return None
    who, number = pharmacy.number_at(now)
    return {"who": who, "number": number, "is_open": pharmacy.opening.is_open(now)}


def _line(seen: RequestSeen) -> Line:
    said, icon, tone = {
        "open": (_("wacht op antwoord"), "clock", "plan"),
        "unanswered": (_("geen antwoord op tijd: bel de apotheek"), "alert-triangle", "niet"),
        "answered": (_answered(seen), "check", "plan"),
        "withdrawn": (_("ingetrokken"), "x", "plan"),
    }[seen.state]
    return Line(seen=seen, heading=kind_words(seen.kind), said=said, icon=icon, tone=tone)


def _answered(seen: RequestSeen) -> str:
    if seen.answer == "answered":
        return _("beantwoord")
    return _("beantwoord: %(answer)s") % {"answer": answer_words(seen.answer)}


def _of(actor: Actor, client_id: UUID, request_id: UUID) -> tuple[ClientCard, RequestSeen]:
    card, found = _client(actor, client_id), request(request_id)
    if found is None or found.client_id != card.id:
        raise Http404
    return card, found


@require_safe
@room_for(*EVERYONE)
def question(request_: ActingRequest, client_id: UUID, request_id: UUID) -> HttpResponse:
    """One request with its answer, and what can be done with it."""
    now = clock.now()
    card, seen = _of(actor_of(request_), client_id, request_id)
    viewed(request_, f"request {seen.id}", {card.organisation_id: [card.id]}, now)
    return _page(request_, card, seen, now)


def _page(
    request_: ActingRequest, card: ClientCard, seen: RequestSeen, now: datetime, *, errors: Sequence[str] = (),
    code: str = "",
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request_)
    pharmacy = pharmacies_of([card.id]).get(card.id)
    values = {
        "card": card, "line": _line(seen), "seen": seen, "sentences": whole_sentences(seen.kind, seen.detail),
        "sachets": whole_sachets(seen.detail), "choices": [(each, answer_words(each)) for each in seen.answers],
        "channel": channel_words(seen.channel), "how": how_words(seen.how), "urgency": urgency_words(seen.urgency),
        "letter": reply.letter_of(seen.id, now), "pharmacy": pharmacy, "now_call": _call(pharmacy, now),
        "open": seen.state not in ENDED, "team": actor.role in TEAM, "v": request_.POST, "errors": errors,
        "word": answer_words(seen.answer), "code": code, "in_writing": seen.kind == "confirm_in_writing",
    }  # fmt: skip
    return render(request_, "answer/one.html", values, status=422 if errors else 200)


@require_POST
@never_cache
@room_for(*EVERYONE)
def act(request_: ActingRequest, client_id: UUID, request_id: UUID, act: str) -> HttpResponse:
    """Answer, show the code, ask again, withdraw, or say that the answer was read."""
    actor, now = actor_of(request_), clock.now()
    card, seen = _of(actor, client_id, request_id)
    if act not in ("antwoord", "code", "opnieuw", "intrekken", "gelezen"):
        raise Http404
    if actor.role not in TEAM and act != "antwoord":
        raise Http404
    code = ""
    try:
        if act == "antwoord":
            _answer(request_, actor, seen, now)
        else:
            code = _other(act, actor, seen, now)
    except RequestRefused as refused:
        _log(request_, card, seen, now, act, outcome="refused")
        return _page(request_, card, seen, now, errors=[refusal_words(refused.code)])
    _log(request_, card, seen, now, act)
    if code:
        return _page(request_, card, seen, now, code=code)
    return HttpResponseRedirect(f"/clienten/{card.id}/vragen/{seen.id}")


def _log(
    request_: ActingRequest, card: ClientCard, seen: RequestSeen, now: datetime, act: str, outcome: str = "ok"
) -> None:  # fmt: skip
    ids = [seen.id, card.id]
    acted(
        request_, Act.CHANGE, "request", ids, now, organisation_id=card.organisation_id, detail=act, outcome=outcome
    )  # fmt: skip


def _answer(request_: ActingRequest, actor: Actor, seen: RequestSeen, now: datetime) -> None:
    """The pharmacist's own answer, or one that a nurse heard and read back."""
    said = request_.POST
    if actor.role == "pharmacist":
        requests.answer(
            seen.id,
            answer=said.get("answer", ""),
            text=said.get("text", ""),
            by=actor.name,
            how=ACCOUNT,
            now=now,
        )
        return
    if said.get("reread") != "1":
        raise RequestRefused("said_reread", "Read the answer back on the telephone.")
    how = PAPER if said.get("how") == PAPER else PHONE
    requests.answer(
        seen.id, answer=said.get("answer", ""), text=said.get("text", ""), by=said.get("by", ""), how=how,
        read_back_by=actor.name, now=now,
    )  # fmt: skip


def _other(act: str, actor: Actor, seen: RequestSeen, now: datetime) -> str:
    """Gives the code where that was asked for: it is shown once."""
    if act == "code":
        return reply.make_code(seen.id, by=actor.name, now=now)
    if act == "opnieuw":
        requests.ask_again(seen.id, by=actor.name, now=now)
    elif act == "intrekken":
        requests.withdraw([seen.id], actor.name, now)
    else:
        end_tasks_about([seen.id], as_=DONE, by=actor.name, now=now)
    return ""
