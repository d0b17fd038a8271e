"""`/waarde/meetplan`: the indicators by domain, national evidence beside one's own measurement, notes at each (C17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.indicators.keeping import PHASES, NewNote, NewValue, note, type_value
from reik.value.indicators.own import IndicatorRefused
from reik.value.indicators.plan import DOMAINS, EVIDENCE_SOURCE, MUST, SHARE, TYPED
from reik.value.indicators.seen import IndicatorSeen, measurement_plan
from reik.value.indicators.values import TOO_FEW, Value
from reik.value.report_tables import parameter_name
from reik.value.rollups.seen import Days, counted_through
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value import beside, own
from reik.web.value.asked import NotANumber, language, number_of
from reik.web.value.figure import plain
from reik.web.value.views import ROLES
from reik.web.value.words import (
    better_words,
    domain_words,
    kind_words,
    phase_words,
    refused_words,
    status_words,
)

LENGTH = timedelta(days=91)
room = room_for(*ROLES)


def period(now: datetime) -> Days:
    """The last 13 weeks, up to and with yesterday."""
    today = now.astimezone(ZONE).date()
    return Days(since=today - LENGTH, until=today)


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """All indicators. A figure with too few cases says so instead of a percentage."""
    actor, now, said = actor_of(request), clock.now(), language()
    days = period(now)
    rows = [_row(each, said) for each in measurement_plan(actor.organisation_id, days, now)]
    domains = [(domain_words(key), [row for row in rows if row["domain"] == key]) for key in DOMAINS]
    seen = {
        "domains": domains, "since": days.since, "until": days.until - timedelta(days=1), "source": EVIDENCE_SOURCE,
        "through": counted_through(),
    }  # fmt: skip
    return render(request, "value/plan.html", seen)


def _row(each: IndicatorSeen, said: str) -> dict[str, Any]:
    of = each.indicator
    return {
        "key": of.key, "domain": of.domain, "title": of.title[said], "must": of.priority == MUST, "named": of.named,
        "own": of.own, "numerator": of.numerator[said], "denominator": of.denominator[said], "source": of.source[said],
        "unit": _unit(of.unit, said), "typed": of.measure == TYPED, "notes": len(each.notes),
        "national": [(device, *status_words(status)) for device, status in each.national.items()],
        "evidence": [(seen.device, *status_words(seen.status), seen.said[said]) for seen in of.evidence],
        "before": _value(each.before, said, share=of.kind == SHARE),
        "now": _value(each.now, said, share=of.kind == SHARE, private=beside.is_private(of)),
        "better": better_words(of.better), "kind": kind_words(of.kind), "per": beside.per_of(of),
    }  # fmt: skip


UNITS = {
    "per week": "per week", "min per week": "min per week", "min": "min", "clients": "cliënten",
    "g per sachet": "g per zakje", "kg per week": "kg per week", "km per week": "km per week",
    "per 1,000 moments": "per 1.000 momenten", "sachets per moment": "zakjes per moment",
    "€ per client-month": "€ per cliënt per maand",
}  # fmt: skip


def _unit(unit: str, said: str) -> str:
    return UNITS.get(unit, unit) if said == "nl" else unit


def _value(value: Value, said: str, *, share: bool, private: bool = False) -> dict[str, Any]:
    """`private`: few answers are not told, only how many forms there are."""
    mark, word = status_words(value.status)
    found: dict[str, Any] = {"mark": mark, "word": word, "value": "", "band": "", "of": "", "missing": []}
    if value.measure is not None:
        found["missing"] = [(key, parameter_name(key, said)) for key in value.measure.missing]
        if private and value.status == TOO_FEW:
            many = value.measure.cases
            found["of"] = ngettext("%(n)s lijst", "%(n)s lijsten", many) % {"n": many}
        elif not value.measure.missing:
            found["of"] = (
                f"{plain(round(value.measure.numerator, 1), said)} / {plain(round(value.measure.denominator, 1), said)}"
            )
    if value.value is not None:
        found["value"] = plain(value.value, said) + (" %" if share else "")
    if value.low is not None and value.high is not None:
        found["band"] = f"{plain(value.low, said)} – {plain(value.high, said)}"
    return found


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
        "row": _row(found, said), "notes": [(each, phase_words(each.phase)) for each in found.notes], "typed": typed,
        "error": error, "field": field, "phases": [(each, phase_words(each)) for each in PHASES],
        "domain": domain_words(found.indicator.domain), "since": days.since, "until": days.until - timedelta(days=1),
        "done": request.GET.get("klaar", ""), "today": now.date().isoformat(), "source": EVIDENCE_SOURCE,
        "values": beside.typed_rows(actor.organisation_id, found.indicator, said),
        "answers": beside.answers_shown(actor.organisation_id, found.indicator, days, said),
        "versions": own.versions(request, key) if found.indicator.own else [],
    }  # fmt: skip
    return render(request, "value/indicator.html", seen, status=422 if error else 200)
