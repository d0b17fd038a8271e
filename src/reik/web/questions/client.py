"""`/clienten/<id>/vragenlijst`: three questions to a client at an evaluation, on a screen or typed over from paper."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.interop.print.questions import Paper, questions_pdf
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.indicators.answering import ClientAnswers, answer_of_client, forms_of_client
from reik.value.indicators.questionnaires import CLIENT, QUESTIONNAIRES, AnswersRefused, Questionnaire
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, is_demo
from reik.web.inuse import reading
from reik.web.questions.asked import answers_of, language, of, page_of
from reik.web.questions.words import scale_words, voice_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

room = room_for(*TEAM)


@room
@require_safe
@never_cache
def every(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Which lists there are, the paper, and what was said before."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    viewed(request, f"questions {card.id}", {card.organisation_id: [card.id]}, now)
    given = forms_of_client(card.id)
    lists = [
        {"key": each.key, "title": each.title[language()], "last": next(
            (form.answered_on for form in given if form.questionnaire == each.key), None)}
        for each in of(CLIENT)
    ]  # fmt: skip
    before = [
        {
            "title": QUESTIONNAIRES[each.questionnaire].title[language()], "form": each,
            "voice": voice_words(each.voice), "said": [
                (text[language()], scale_words(each.answers[key]))
                for key, text in QUESTIONNAIRES[each.questionnaire].questions.items() if key in each.answers
            ],
        }
        for each in given if each.questionnaire in QUESTIONNAIRES
    ]  # fmt: skip
    page = {"card": card, "lists": lists, "before": before, "done": request.GET.get("klaar", "")}
    return render(request, "questions/client.html", page)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, client_id: UUID, key: str) -> HttpResponse:
    """One list, with large answers: on a tablet that she holds herself, or read out to her."""
    form = QUESTIONNAIRES.get(key)
    if form is None or form.of != CLIENT:
        raise Http404
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    today = now.astimezone(ZONE).date()
    page = {"card": card, "today": today.isoformat(), "address": request.path}
    if request.method != "POST":
        viewed(request, f"questions {card.id}", {card.organisation_id: [card.id]}, now)
        return render(request, "questions/form.html", {**page, **page_of(form, {})})
    typed = reading.plain(request.POST)
    try:
        given = _given(form, typed, card.id)
        with transaction.atomic():
            answer_of_client(card.organisation_id, given, by=actor.name, now=now)
    except AnswersRefused as refused:
        return render(
            request, "questions/form.html", {**page, **page_of(form, typed, refused.code)}, status=422
        )
    acted(
        request, Act.CREATE, "client", [card.id], now, organisation_id=card.organisation_id, detail=f"answers {key}"
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/vragenlijst?klaar={key}")


def _given(form: Questionnaire, typed: dict[str, str], client_id: UUID) -> ClientAnswers:
    on: date | None = None
    if typed.get("papier"):
        on = reading.day(typed.get("dag", ""))
        if on is None:
            raise AnswersRefused("on", "Give the day on which it was filled in.")
    return ClientAnswers(
        client_id=client_id, questionnaire=form.key, answers=answers_of(form, typed), voice=typed.get("wie", ""),
        on_paper=bool(typed.get("papier")), on=on,
    )  # fmt: skip


@room
@require_safe
@never_cache
def paper(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/vragenlijst.pdf`: both lists on paper, large, to be typed over afterwards."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    made = questions_pdf(
        Paper(
            forms=of(CLIENT), who=card.display, organisation_words=card.team, language=language(),
            scale=[scale_words(each) for each in (1, 2, 3, 4, 5, 0)],
        ),
        made_at=now, zone=ZONE, demo=is_demo(),
    )  # fmt: skip
    acted(
        request, Act.PRINT, "client", [card.id], now, organisation_id=card.organisation_id, detail="questions paper"
    )  # fmt: skip
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="vragenlijst.pdf"'
    return answer
