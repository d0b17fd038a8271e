"""`/waarde/meetplan/eigen`: indicators of one's own, each change a new version; ended ones stay to be read (C17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.indicators.own import (
    IndicatorRefused,
    NewIndicator,
    add_indicator,
    change_indicator,
    end_indicator,
    ended_indicators,
    key_of,
    own_indicators,
    versions_of,
)
from reik.value.indicators.plan import BETTER, DOMAINS, KINDS, MUST, RATE, Indicator
from reik.web.acting import ActingRequest
from reik.web.inuse import reading
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value.views import ROLES
from reik.web.value.words import better_words, domain_words, kind_words, refused_words

room = room_for(*ROLES)
FIELDS = {
    "title": "naam", "numerator": "teller", "denominator": "noemer", "source": "bron", "unit": "eenheid",
    "kind": "soort", "domain": "domein", "better": "beter",
}  # fmt: skip


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """All of one's own, and the form for another; `?wijzig=` fills it in to change one."""
    actor, now = actor_of(request), clock.now()
    living = own_indicators(actor.organisation_id)
    changed = next((each for each in living if each.key == request.GET.get("wijzig")), None)
    if request.GET.get("wijzig") and changed is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, changed, _typed_of(changed) if changed else {})
    typed = reading.plain(request.POST)
    try:
        with transaction.atomic():
            key = changed.key if changed else key_of(actor.organisation_id, typed.get("naam", ""))
            keep = change_indicator if changed else add_indicator
            kept = keep(actor.organisation_id, _new(key, typed), by=actor.name, now=now)
    except IndicatorRefused as refused:
        return _shown(
            request, changed, typed, refused_words(_CODES.get(refused.code, refused.code)),
            FIELDS.get(refused.code, "naam"),
        )  # fmt: skip
    act = Act.CHANGE if changed else Act.CREATE
    acted(request, act, "indicator", [kept], now, organisation_id=actor.organisation_id, detail=key)
    return HttpResponseRedirect(f"/waarde/meetplan/{key}?klaar=ja")


_CODES = dict.fromkeys(("title", "numerator", "denominator", "source", "unit"), "own_text")
_CODES |= {"kind": "own_kind", "domain": "own_choice", "better": "own_choice", "same": "own_same"}


def _new(key: str, typed: Mapping[str, str]) -> NewIndicator:
    kind = typed.get("soort", "")
    return NewIndicator(
        key=key, domain=typed.get("domein", ""), title=typed.get("naam", "")[:120],
        numerator=typed.get("teller", "")[:400], denominator=typed.get("noemer", "")[:400],
        source=typed.get("bron", "")[:300], unit=typed.get("eenheid", "")[:40], kind=kind,
        per=reading.whole(typed.get("per", "")) if kind == RATE else 1, must=typed.get("gewicht") == MUST,
        better=typed.get("beter", ""),
    )  # fmt: skip


def _typed_of(each: Indicator) -> dict[str, str]:
    return {
        "naam": each.title["nl"], "domein": each.domain, "teller": each.numerator["nl"],
        "noemer": each.denominator["nl"], "bron": each.source["nl"], "eenheid": each.unit, "soort": each.kind,
        "per": str(each.per), "gewicht": each.priority, "beter": each.better,
    }  # fmt: skip


def _shown(
    request: ActingRequest, changed: Indicator | None, typed: Mapping[str, str], error: str = "", field: str = ""
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    seen: dict[str, Any] = {
        "changed": changed, "typed": typed, "error": error, "field": field, "address": request.get_full_path(),
        "own": [(each, domain_words(each.domain)) for each in own_indicators(actor.organisation_id)],
        "ended": ended_indicators(actor.organisation_id), "done": request.GET.get("klaar", ""),
        "domains": [(each, domain_words(each)) for each in DOMAINS],
        "kinds": [(each, kind_words(each)) for each in KINDS],
        "directions": [(each, better_words(each)) for each in BETTER],
    }  # fmt: skip
    return render(request, "value/own.html", seen, status=422 if error else 200)


@room
@require_POST
def end(request: ActingRequest, key: str) -> HttpResponse:
    """Take it out of the plan; its values and versions stay."""
    actor, now = actor_of(request), clock.now()
    try:
        end_indicator(actor.organisation_id, key, now=now)
    except IndicatorRefused as refused:
        raise Http404 from refused
    acted(
        request, Act.CHANGE, "indicator", [], now, organisation_id=actor.organisation_id, detail=f"ended {key[:60]}"
    )  # fmt: skip
    return HttpResponseRedirect("/waarde/meetplan/eigen?klaar=ja")


def versions(request: ActingRequest, key: str) -> list[dict[str, Any]]:
    """The definitions that an own indicator has had, for its page; none for one of the plan."""
    return [
        {
            "of": each, "title": each.indicator.title["nl"], "numerator": each.indicator.numerator["nl"],
            "denominator": each.indicator.denominator["nl"], "source": each.indicator.source["nl"],
        }
        for each in versions_of(actor_of(request).organisation_id, key)
    ]  # fmt: skip
