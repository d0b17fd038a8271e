"""`/vragenlijst`: three questions to a professional, without her name, once per half year.

Nothing of this page goes to the access log: it shows no client, and a row with a time would tell who answered.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.value.indicators.answering import answer_of_professional, has_answered
from reik.value.indicators.questionnaires import PROFESSIONAL, AnswersRefused, next_month
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE
from reik.web.inuse import reading
from reik.web.questions.asked import answers_of, of, page_of
from reik.web.rooms import actor_of, room_for
from reik.web.work.whose import TEAM


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The list, or thanks to who answered in this half year already."""
    actor, now, (form,) = actor_of(request), clock.now(), of(PROFESSIONAL)
    seen = {"address": request.path, "counts_from": next_month(now.astimezone(ZONE).date())}
    if request.method != "POST":
        answered = has_answered(actor.organisation_id, actor.account_id, form.key, now)
        return render(
            request, "questions/professional.html", {**seen, **page_of(form, {}), "answered": answered}
        )
    typed = reading.plain(request.POST)
    try:
        with transaction.atomic():
            answer_of_professional(
                actor.organisation_id, actor.account_id, form.key, answers_of(form, typed), now
            )
    except AnswersRefused as refused:
        shown = {**seen, **page_of(form, typed, refused.code), "answered": refused.code == "again"}
        return render(request, "questions/professional.html", shown, status=422)
    return HttpResponseRedirect("/vragenlijst")
