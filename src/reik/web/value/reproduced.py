"""`/waarde/reproductie`: the published figures beside what the model makes of them, and why they differ (R67)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.value.case.organisation import ranges_of
from reik.value.case.parameters import parameters
from reik.value.report_more import figure_words
from reik.value.report_tables import parameter_name
from reik.value.report_words import number
from reik.value.reproduce import reproduction
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.value.asked import language
from reik.web.value.shown import plain
from reik.web.value.views import ROLES
from reik.web.value.words import evidence_words


@room_for(*ROLES)
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """With what the organisation has itself beside it, where it knows that."""
    actor, said = actor_of(request), language()
    found = reproduction(ranges_of(actor.organisation_id, clock.now()))
    return render(request, "value/reproduction.html", {"rows": [_row(each, said) for each in found]})


def _row(each: dict[str, Any], said: str) -> dict[str, Any]:
    own = each.get("own")
    return {
        "key": each["figure"], "title": each["title"][said], "source": each["source"],
        "unit": _unit(each["unit"], said),
        "published": figure_words(each["published"], said, each["more_than"]),
        "model": figure_words(each["model"], said),
        "difference": figure_words(each["difference"], said).replace(" – ", " / "),
        "evidence": evidence_words(each["evidence"]), "accepted": each["evidence"] == "accepted",
        "device": each["device"], "year": each["year"], "why": each["why"][said],
        "own": "" if own is None else number(own, said, 1), "inputs": list(_inputs(each["inputs"], said)),
    }  # fmt: skip


UNITS = {
    "h/month": ("uur per maand", "hours a month"), "h/week": ("uur per week", "hours a week"), "h": ("uur", "hours"),
    "min/day": ("min per dag", "min a day"), "€/client-month": ("€ per cliënt per maand", "€ per client-month"),
}  # fmt: skip


def _unit(unit: str, said: str) -> str:
    return UNITS[unit][said == "en"] if unit in UNITS else unit


def _inputs(given: dict[str, Any], said: str) -> list[tuple[str, str]]:
    """The inputs by name; where there were two computations, both ends of each."""
    if set(given) == {"low", "high"}:
        low, high = given["low"], given["high"]
        return [(_name(key, said), _both(low.get(key), high.get(key), said)) for key in {**low, **high}]
    return [(_name(key, said), _one(value, said)) for key, value in given.items()]


def _name(key: str, said: str) -> str:
    return parameter_name(key, said) if key in parameters() else key


def _one(value: Any, said: str) -> str:
    return " / ".join(plain(each, said) for each in value) if isinstance(value, list) else plain(value, said)


def _both(low: Any, high: Any, said: str) -> str:
    return " / ".join("–" if each is None else plain(each, said) for each in (low, high))
