"""The selection form at the table: one question a page, saved with every answer (R4, "digitaal, tenzij")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.path import PathRefused, State
from reik.pathway.queries import PathSeen, path_of
from reik.pathway.selection import measures, packing, questions, selecting, selection_seen
from reik.pathway.selection.questions import AnswerRefused, Given, Question
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.selection.question_words import answer_words, words_of
from reik.web.selection.whose import TEAM, client_of, path_or_404, plain, today_of
from reik.web.selection.words import measure_words, refused_words, who_words
from reik.web.work.clients import date_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form of one client as it stands: its path, what was answered, and the questions that she gets."""

    card: ClientCard
    path: PathSeen
    given: Mapping[str, Given]
    asked: tuple[Question, ...]
    draft: selection_seen.DraftSeen | None

    @property
    def base(self) -> str:
        return f"/clienten/{self.card.id}/selectie"

    @property
    def suggested(self) -> measures.Suggested:
        return measures.suggested(self.asked, self.given)


def filled_of(card: ClientCard, path: PathSeen) -> Filled:
    given = selecting.answers_of(path.id)
    asked = questions.asked(given, selection_seen.wants_of(card.organisation_id))
    return Filled(
        card=card, path=path, given=given, asked=asked, draft=selection_seen.draft_of(path.id)
    )  # fmt: skip


def so_far(filled: Filled) -> list[tuple[str, str]]:
    """What was answered, short, in the order of the form."""
    return [
        (words_of(each.code).short, said_words(each.code, filled.given[each.code], who_words(filled.card)))
        for each in filled.asked
        if each.code in filled.given and (filled.given[each.code].answers or filled.given[each.code].saw)
    ]


def said_words(question: str, said: Given, who: str) -> str:
    """One answer in a line: what was chosen, who and when, and what was seen."""
    chosen = ", ".join(answer_words(question, each) % {"who": who} for each in said.answers)
    day = f"{said.on:%d-%m-%Y}" if said.on else ""
    text = "; ".join(each for each in (chosen, said.who, day, said.saw) if each)
    return text[:1].upper() + text[1:]


@require_safe
@never_cache
@room_for(*TEAM)
def start(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """To the first question that is open; all answered: to the review; signed: to the versions."""
    card = client_of(actor_of(request), client_id)
    path = path_of(client_id)
    if path is None:
        return HttpResponseRedirect(f"/clienten/{card.id}/indicatie")
    filled = filled_of(card, path)
    if filled.draft is None and filled.given and path.state != State.NOT_NOW:
        return HttpResponseRedirect(f"{filled.base}/versies")
    if filled.draft is None and path.state == State.NOT_NOW:
        return HttpResponseRedirect(f"{filled.base}/{filled.asked[0].code}")
    open_ones = filled.suggested.open
    return HttpResponseRedirect(f"{filled.base}/{open_ones[0] if open_ones else 'overzicht'}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*TEAM)
def question(request: ActingRequest, client_id: UUID, code: str) -> HttpResponse:
    """One question. Posted by a choice (HTMX): saved and told; posted by the button: saved, and on."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    path = path_or_404(client_id)
    if code not in questions.BY_CODE:
        raise Http404
    if request.method != "POST":
        viewed(request, f"selection {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, filled_of(card, path), code)
    said = _said(request, questions.BY_CODE[code])
    try:
        selecting.save_answer(
            path.id, code, said, by=actor.name, role=actor.role, now=now, was_at=request.POST.get("was", "")
        )
    except (AnswerRefused, PathRefused) as refusal:
        return _refused(request, filled_of(card, path), code, said, refusal)
    acted(
        request, Act.CHANGE, "selection", [path.id, client_id], now, organisation_id=card.organisation_id,
        detail=code,
    )  # fmt: skip
    filled = filled_of(card, path)
    if "HX-Request" in request.headers:
        return _saved(request, filled, code, now)
    return HttpResponseRedirect(_next(filled, code))


def _said(request: ActingRequest, asked: Question) -> Given:
    """A name and a day count for the answers that ask for them only: their fields are hidden for the others."""
    answers = tuple(request.POST.getlist("antwoord"))
    named, dated = set(answers) & set(asked.named), set(answers) & set(asked.dated)
    return Given(
        answers=answers, saw=plain(request.POST.get("zag", "")),
        who=plain(request.POST.get("wie", ""), 200) if named else "",
        on=date_of(request.POST.get("dag", "")) if dated else None,
    )  # fmt: skip


def _next(filled: Filled, code: str) -> str:
    codes = [each.code for each in filled.asked]
    place = codes.index(code) + 1 if code in codes else 0
    return f"{filled.base}/{codes[place] if place < len(codes) else 'overzicht'}"


def _saved(request: ActingRequest, filled: Filled, code: str, now: datetime) -> HttpResponse:
    page = {"at": now.astimezone(ZoneInfo(filled.card.zone)), "was": _was(filled, code), "saved": True}
    return render(request, "selection/_saved.html", page)


def _refused(
    request: ActingRequest, filled: Filled, code: str, said: Given, refusal: AnswerRefused | PathRefused
) -> HttpResponse:
    error = refused_words(refusal.code, str(refusal))
    if "HX-Request" in request.headers:
        # A name or a day that is still to be typed: nothing is lost, and the button says it again.
        return render(request, "selection/_saved.html", {"error": error, "was": request.POST.get("was", "")})
    theirs = None
    if refusal.code == "meanwhile":
        theirs = said_words(code, filled.given.get(code, Given()), who_words(filled.card))
    return _page(request, filled, code, said=said, error=error, theirs=theirs, status=422)


def _was(filled: Filled, code: str) -> str:
    return filled.draft.by.get(code, ("", ""))[1] if filled.draft else ""


def _page(
    request: ActingRequest, filled: Filled, code: str, *, said: Given | None = None, error: str = "",
    theirs: str | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    asked, words, who = questions.BY_CODE[code], words_of(code), {"who": who_words(filled.card)}
    codes = [each.code for each in filled.asked]
    number = codes.index(code) + 1 if code in codes else len(codes)
    found, now = filled.suggested, clock.now()
    page: dict[str, Any] = {
        "card": filled.card, "filled": filled, "code": code, "many": asked.many, "by_hand": asked.by_hand,
        "number": number, "of": len(codes), "share": number / len(codes), "error": error, "theirs": theirs,
        "ask": words.ask % who, "help": words.help % who, "said": said or filled.given.get(code, Given()),
        "answers": [
            (each.code, label % who, more % who, each.code in asked.named, each.code in asked.dated)
            for each in asked.answers
            for label, more in [words.answers.get(each.code, (each.code, ""))]
        ],
        "back": f"{filled.base}/{codes[number - 2]}" if number > 1 else f"/clienten/{filled.card.id}/indicatie",
        "so_far": so_far(filled), "clear": not found.asks,
        "measures": [measure_words(each) for each in found.measures], "was": _was(filled, code),
        "last": number == len(codes), "today": today_of(filled.card, now),
        "packing": packing.packing_of(filled.card.id, now) if code == "packable" else None,
    }  # fmt: skip
    return render(request, "selection/question.html", page, status=status)


@require_POST
@room_for(*TEAM)
def skip(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form is not filled in, and why."""
    now, actor = clock.now(), actor_of(request)
    card, path = client_of(actor, client_id), path_or_404(client_id)
    back = f"/clienten/{card.id}/indicatie"
    try:
        selecting.skip(
            path.id, plain(request.POST.get("waarom", "")), by=actor.name, role=actor.role, now=now
        )
    except (AnswerRefused, PathRefused) as refusal:
        return HttpResponseRedirect(f"{back}?fout={refusal.code}#overslaan")
    acted(
        request, Act.CHANGE, "selection", [path.id, client_id], now, organisation_id=card.organisation_id,
        detail="skipped",
    )  # fmt: skip
    return HttpResponseRedirect(back)
