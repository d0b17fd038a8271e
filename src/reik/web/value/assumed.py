"""`/waarde/aannames`: every assumption with its range and source; one of them replaced by one's own (R67)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.case.assumptions import NewRange, assume, history_of
from reik.value.case.organisation import assumptions, ranges_of
from reik.value.case.parameters import RangeRefused, parameters
from reik.value.report_words import figures_said, inputs_of
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value.asked import NotANumber, language, number_of
from reik.web.value.figure import assumption_row
from reik.web.value.shown import plain
from reik.web.value.views import ROLES
from reik.web.value.words import group_words, refused_words, unit_words

FIELDS = {"low": "laag", "likely": "waarschijnlijk", "high": "hoog"}
room = room_for(*ROLES)


@room
@require_safe
@never_cache
def every(request: ActingRequest) -> HttpResponse:
    """By group; empty ones say that they ask for yours."""
    actor, said = actor_of(request), language()
    rows = [assumption_row(each, said) for each in assumptions(ranges_of(actor.organisation_id, clock.now()))]
    groups = [(group_words(key), list(each)) for key, each in groupby(rows, lambda row: row["group"])]
    empty = [each for each in rows if each["origin"] == "empty"]
    seen = {
        "groups": groups, "empty": len(empty), "needed": sum(not each["optional"] for each in empty),
        "all": len(rows), "done": request.GET.get("klaar", ""),
    }  # fmt: skip
    return render(request, "value/assumptions.html", seen)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, key: str) -> HttpResponse:
    """One assumption: what it means, what counts now, one's own, and what was filled in before."""
    if key not in parameters():
        raise Http404
    if request.method != "POST":
        return _shown(request, key, {}, "", "")
    actor, now, typed = actor_of(request), clock.now(), request.POST.dict()
    try:
        kept = assume(actor.organisation_id, _new(key, typed), by=actor.name, now=now)
    except NotANumber:
        return _shown(request, key, typed, "number", "laag")
    except RangeRefused as refused:
        return _shown(request, key, typed, refused.code, _FIELD_OF.get(refused.code, "laag"))
    acted(request, Act.CREATE, "assumption", [kept], now, organisation_id=actor.organisation_id, detail=key)
    return HttpResponseRedirect(f"/waarde/aannames?klaar={key}#{key}")


_FIELD_OF = {"source": "bron", "date": "datum"}


def _new(key: str, typed: Mapping[str, str]) -> NewRange:
    """Low and high may be left empty: then the likely one is the only one."""
    likely = typed.get("waarschijnlijk", "")
    low, high = (number_of(typed.get(name) or likely) for name in ("laag", "hoog"))
    try:
        day = date.fromisoformat(typed.get("datum", ""))
    except ValueError as wrong:
        raise RangeRefused("date", key, "Give the date of the source.") from wrong
    return NewRange(
        key=key, low=low, likely=number_of(likely), high=high, source=typed.get("bron", "")[:300], source_date=day
    )  # fmt: skip


def _shown(request: ActingRequest, key: str, typed: Mapping[str, str], code: str, field: str) -> HttpResponse:
    actor, now, said = actor_of(request), clock.now(), language()
    parameter = parameters()[key]
    row = next(each for each in assumptions(ranges_of(actor.organisation_id, now)) if each["key"] == key)
    default = parameter.default
    seen: dict[str, Any] = {
        "row": assumption_row(row, said), "what": parameter.what_nl if said == "nl" else parameter.what_en,
        "key": key, "error": refused_words(code, key) if code else "", "field": field,
        "typed": typed or {name: plain(row[en], said) for en, name in FIELDS.items() if row[en] is not None},
        "today": now.date().isoformat(), "note": parameter.note,
        "published": default and {"range": _range(default, said), "source": default.source, "date": default.date},
        "history": [
            {"range": _range(each.new, said), "new": each.new, "by": each.by, "at": each.created_at}
            for each in history_of(actor.organisation_id, key)
        ],
        "used_by": [(each.key, each.name[said]) for each in figures_said().values() if key in inputs_of(each.key)],
        "unit": unit_words(parameter.unit),
    }  # fmt: skip
    return render(request, "value/assumption.html", seen, status=422 if code else 200)


def _range(of: Any, said: str) -> str:
    return " – ".join(dict.fromkeys(plain(each, said) for each in (of.low, of.likely, of.high)))
