"""`/naaste/vragenlijst`: an informal carer answers for her client, who agreed that she sees along."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards
from reik.value.indicators.answering import ClientAnswers, answer_of_client
from reik.value.indicators.questionnaires import CARER, CLIENT, QUESTIONNAIRES, AnswersRefused
from reik.web.acting import ActingRequest
from reik.web.carer.names import called, dialled
from reik.web.inuse import reading
from reik.web.questions.asked import answers_of, language, of, page_of
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

ROLE = "informal_carer"


@room_for(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """Which lists there are; `?lijst=` one of them. Nobody asks again for what was not answered."""
    now, card = clock.now(), _client(request)
    form = QUESTIONNAIRES.get(request.GET.get("lijst", ""))
    frame = {
        "card": card, "called": called(card), "phone": dialled(card.phone), "others": [], "tab": "week",
        "address": request.get_full_path(), "done": request.GET.get("klaar", ""),
        "lists": [(each.key, each.title[language()]) for each in of(CLIENT)],
    }  # fmt: skip
    if form is None or form.of != CLIENT:
        return render(request, "questions/carer.html", frame)
    if request.method != "POST":
        viewed(request, f"questions {card.id}", {card.organisation_id: [card.id]}, now)
        return render(request, "questions/carer.html", {**frame, **page_of(form, {})})
    typed = reading.plain(request.POST)
    given = ClientAnswers(
        client_id=card.id, questionnaire=form.key, answers=answers_of(form, typed), voice=CARER
    )
    try:
        _keep(request, card, given, now)
    except AnswersRefused as refused:
        return render(
            request, "questions/carer.html", {**frame, **page_of(form, typed, refused.code)}, status=422
        )
    return HttpResponseRedirect(f"{request.path}?wie={card.id}&klaar={form.key}")


def _keep(request: ActingRequest, card: ClientCard, given: ClientAnswers, now: datetime) -> None:
    with transaction.atomic():
        answer_of_client(card.organisation_id, given, by=actor_of(request).name, now=now)
    acted(
        request, Act.CREATE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"answers {given.questionnaire}",
    )  # fmt: skip


def _client(request: ActingRequest) -> ClientCard:
    mine, wanted = cards(actor_of(request)), request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    return card
