"""`/team/uitkomsten`: the organisation's own words for outcomes and causes, beside the common ones (R49)."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries
from reik.alerting.operations import CodeRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.alert_words import handling_causes
from reik.web.rooms import actor_of
from reik.web.seen import acted
from reik.web.team.alert_page import room
from reik.web.team.said import ORDER
from reik.web.words import outcome_words


@room
@require_safe
@never_cache
def show(request: ActingRequest) -> HttpResponse:
    return _page(request)


@room
@require_POST
def add(request: ActingRequest) -> HttpResponse:
    """A word of their own, with the effect of a common one."""
    now, actor = clock.now(), actor_of(request)
    kind, _colon, like = request.POST.get("zoals", "").partition(":")
    try:
        code = operations.add_code(
            organisation_id=actor.organisation_id, kind=kind, like=like, by=actor.name, now=now,
            label_nl=_typed(request, "nl"), label_en=_typed(request, "en") or _typed(request, "nl"),
        )  # fmt: skip
    except CodeRefused:
        wrong = _("Geef een naam van 1 tot 60 tekens die u nog niet hebt, en kies waar hij op lijkt.")
        return _page(request, fault=wrong, status=422)
    acted(
        request,
        Act.CREATE,
        "handling code",
        [],
        now,
        organisation_id=actor.organisation_id,
        detail=f"{kind} {code}",
    )
    return HttpResponseRedirect("/team/uitkomsten")


@room
@require_POST
def retire(request: ActingRequest) -> HttpResponse:
    """It is offered no more; what was handled so keeps it."""
    now, actor = clock.now(), actor_of(request)
    kind, _colon, code = request.POST.get("code", "").partition(":")
    try:
        operations.retire_code(organisation_id=actor.organisation_id, kind=kind, code=code, now=now)
    except CodeRefused:
        return _page(request, fault=_("Een gewone uitkomst of oorzaak blijft altijd."), status=422)
    acted(
        request, Act.CHANGE, "handling code", [], now, organisation_id=actor.organisation_id,
        detail=f"retired {kind} {code}",
    )  # fmt: skip
    return HttpResponseRedirect("/team/uitkomsten")


def _typed(request: ActingRequest, field: str) -> str:
    return request.POST.get(field, "").replace("\x00", "").strip()


def _page(request: ActingRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    own = queries.own_codes(actor_of(request).organisation_id)
    page = {
        "fault": fault, "given": request.POST,
        "groups": [
            ("outcome", _("Uitkomsten"), [(code, outcome_words(code)) for code in ORDER]),
            ("cause", _("Oorzaken"), handling_causes()),
        ],
        "own": [
            {
                "code": f"{each.kind}:{each.code}", "nl": each.label_nl, "en": each.label_en,
                "like": _like(each.kind, each.like),
            }
            for each in own
        ],
    }  # fmt: skip
    return render(request, "team/codes.html", page, status=status)


def _like(kind: str, like: str) -> str:
    return outcome_words(like) if kind == "outcome" else dict(handling_causes()).get(like, like)
