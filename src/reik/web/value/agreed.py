"""`/waarde/afspraken`: what was agreed with each insurer, by year (R83, C21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.case.funding import FIRST_YEAR, LAST_YEAR, NewTerms, agree_terms, agreed_of
from reik.value.case.parameters import RangeRefused, parameters
from reik.value.case.setting import BY_CLIENT, TERM_KEYS, SettingRefused
from reik.value.declaring.terms import COUNTS, SAID, DeclaringRefused, DeclaringTerms, declaring_json
from reik.value.report_tables import parameter_name
from reik.value.report_words import euros
from reik.web.acting import ActingRequest
from reik.web.declaring.words import agreed_words, declaring_refused, paid_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value.asked import NotANumber, language, number_of
from reik.web.value.shown import plain
from reik.web.value.views import ROLES
from reik.web.value.words import refused_words, unit_words


@room_for(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The newest terms of each insurer and year; a change is a new one, the old ones stay."""
    if request.method != "POST":
        return _shown(request, {}, "", "")
    actor, now, typed = actor_of(request), clock.now(), request.POST.dict()
    try:
        kept = agree_terms(actor.organisation_id, _new(typed), by=actor.name, now=now)
    except NotANumber as wrong:
        return _shown(request, typed, refused_words("number"), str(wrong.args[1]))
    except RangeRefused as refused:
        return _shown(request, typed, refused_words(refused.code, refused.key), refused.key)
    except DeclaringRefused as refused:
        return _shown(request, typed, declaring_refused(refused.code), "deel")
    except SettingRefused as refused:
        return _shown(request, typed, refused_words(refused.code), "verzekeraar")
    acted(request, Act.CREATE, "funding_terms", [kept], now, organisation_id=actor.organisation_id)
    return HttpResponseRedirect("/waarde/afspraken?klaar=ja")


def _new(typed: Mapping[str, str]) -> NewTerms:
    """What is left empty was not agreed: then the general assumption counts."""
    values: dict[str, float] = {}
    for key in TERM_KEYS:
        if typed.get(key, "").strip():
            values[key] = _number(typed, key)
    year = typed.get("jaar", "").strip()
    if not values:
        raise SettingRefused("none", "Fill in one of the terms at least.")
    return NewTerms(
        insurer=typed.get("verzekeraar", "")[:120], year=int(year) if year.isdecimal() and len(year) == 4 else 0,
        mode=typed.get("betaling", ""), values=values, source=typed.get("bron", "")[:300], declaring=_declaring(typed),
    )  # fmt: skip


def _declaring(typed: Mapping[str, str]) -> dict[str, Any]:
    """How days count; left open it stays unknown on the declaration list. Raises DeclaringRefused."""
    days = typed.get("dagen", "").strip()
    if days and not days.isdecimal():
        raise DeclaringRefused("fewest_days", "Give a number of days.")
    return declaring_json(
        typed.get("deel", ""),
        int(days[:3]) if days else None,
        typed.get("pauze", ""),
        typed.get("opname", ""),
    )


def _number(typed: Mapping[str, str], key: str) -> float:
    try:
        return number_of(typed[key])
    except NotANumber as wrong:
        raise NotANumber(typed[key], key) from wrong


def _shown(request: ActingRequest, typed: Mapping[str, str], error: str, field: str) -> HttpResponse:
    actor, now, said = actor_of(request), clock.now(), language()
    fields = [
        {
            "key": key, "name": parameter_name(key, said), "unit": unit_words(parameters()[key].unit),
            "value": typed.get(key, ""),
        }
        for key in TERM_KEYS
    ]  # fmt: skip
    seen: dict[str, Any] = {
        "agreed": [_row(each, said) for each in agreed_of(actor.organisation_id)], "fields": fields, "typed": typed,
        "error": error, "field": field, "this_year": now.year, "first": FIRST_YEAR, "last": LAST_YEAR,
        "by_client": BY_CLIENT, "done": request.GET.get("klaar", ""),
        "counts": [(each, agreed_words(each)) for each in COUNTS], "paid": [(each, paid_words(each)) for each in SAID],
    }  # fmt: skip
    return render(request, "value/terms.html", seen, status=422 if error else 200)


def _row(each: Any, said: str) -> dict[str, Any]:
    values = [
        (parameter_name(key, said), _amount(each.terms.values[key], unit_words(parameters()[key].unit), said))
        for key in TERM_KEYS
        if key in each.terms.values
    ]
    return {
        "of": each, "by_client": each.terms.mode == BY_CLIENT, "values": values, "declaring": _said(each.declaring),
    }  # fmt: skip


def _amount(value: float, unit: str, said: str) -> str:
    """ "€ 62,50 per maand": of euros the sign comes first, with cents; anything else has its unit behind it."""
    if unit.startswith("€"):
        return f"{euros(value, said, 2)} {unit.removeprefix('€').strip()}".strip()
    return f"{plain(value, said)} {unit}"


def _said(terms: DeclaringTerms) -> dict[str, str]:
    return {
        "count": agreed_words(terms.count), "pause": paid_words(terms.pause),
        "admission": paid_words(terms.admission),
    }  # fmt: skip
