"""`/waarde/meetplan`: the indicators by domain, national evidence beside one's own measurement, notes at each (C17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.indicators.keeping import PHASES, NewNote, NewValue, note, type_value
from reik.value.indicators.own import IndicatorRefused
from reik.value.indicators.plan import DOMAINS, EVIDENCE_SOURCE
from reik.value.indicators.seen import measurement_plan
from reik.value.rollups.seen import counted_through
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value import beside, own
from reik.web.value.asked import NotANumber, language, number_of
from reik.web.value.rows import period, row_of
from reik.web.value.views import ROLES
from reik.web.value.words import domain_words, phase_words, refused_words

room = room_for(*ROLES)


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """All indicators. A figure with too few cases says so instead of a percentage."""
    actor, now, said = actor_of(request), clock.now(), language()
    days = period(now)
    rows = [row_of(each, said) for each in measurement_plan(actor.organisation_id, days, now)]
    domains = [(domain_words(key), [row for row in rows if row["domain"] == key]) for key in DOMAINS]
    seen = {
        "domains": domains, "since": days.since, "until": days.until - timedelta(days=1), "source": EVIDENCE_SOURCE,
        "through": counted_through(),
    }  # fmt: skip
    return render(request, "value/plan.html", seen)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, key: str) -> HttpResponse:
    """One indicator, with its notes of the cycle of improvement; a value that Reik does not count is typed here."""
    if request.method != "POST":
        return _shown(request, key, {}, "", "")
    actor, now, typed = actor_of(request), clock.now(), request.POST.dict()
    try:
        if typed.get("wat") == "waarde":
            kept = type_value(actor.organisation_id, _new_value(key, typed), by=actor.name, now=now)
        else:
            kept = note(actor.organisation_id, _new_note(key, typed), by=actor.name, now=now)
    except NotANumber:
        return _shown(request, key, typed, refused_words("number"), "teller")
    except IndicatorRefused as refused:
        return _shown(request, key, typed, refused_words(refused.code), FIELDS.get(refused.code, "tekst"))
    acted(
        request, Act.CREATE, "indicator", [kept], now, organisation_id=actor.organisation_id, detail=key[:60]
    )
    return HttpResponseRedirect(f"/waarde/meetplan/{key}?klaar=ja")


FIELDS = {"owner": "wie", "numerator": "teller", "denominator": "noemer", "until": "tot", "phase": "fase"}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _new_note(key: str, typed: Mapping[str, str]) -> NewNote:
    return NewNote(
        indicator=key, phase=typed.get("fase", ""), text=typed.get("tekst", ""), owner=typed.get("wie", "")[:120],
        due_on=_day(typed.get("wanneer", "")),
    )  # fmt: skip


def _new_value(key: str, typed: Mapping[str, str]) -> NewValue:
    since, until = _day(typed.get("van", "")), _day(typed.get("tot", ""))
    if since is None or until is None:
        raise IndicatorRefused("until", "Give the first and the last day.")
    return NewValue(
        indicator=key, since=since, until=until + timedelta(days=1), numerator=number_of(typed.get("teller", "")),
        denominator=number_of(typed.get("noemer", "")), baseline=typed.get("wanneer_gemeten") == "voor",
        note=typed.get("toelichting", ""),
    )  # fmt: skip


def _shown(
    request: ActingRequest, key: str, typed: Mapping[str, str], error: str, field: str
) -> HttpResponse:
    actor, now, said = actor_of(request), clock.now(), language()
    days = period(now)
    plan = measurement_plan(actor.organisation_id, days, now)
    found = next((each for each in plan if each.indicator.key == key), None)
    if found is None:
        raise Http404
    seen = {
        "row": row_of(found, said), "notes": [(each, phase_words(each.phase)) for each in found.notes], "typed": typed,
        "error": error, "field": field, "phases": [(each, phase_words(each)) for each in PHASES],
        "domain": domain_words(found.indicator.domain), "since": days.since, "until": days.until - timedelta(days=1),
        "done": request.GET.get("klaar", ""), "today": now.date().isoformat(), "source": EVIDENCE_SOURCE,
        "values": beside.typed_rows(actor.organisation_id, found.indicator, said),
        "answers": beside.answers_shown(actor.organisation_id, found.indicator, days, said),
        "versions": own.versions(request, key) if found.indicator.own else [],
    }  # fmt: skip
    return render(request, "value/indicator.html", seen, status=422 if error else 200)
