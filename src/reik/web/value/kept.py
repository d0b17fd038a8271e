"""`/waarde/bewaard/<id>`: a business case that somebody kept: what it stood on then, its figures then and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.value.case.keeping import Kept, kept_case
from reik.value.case.organisation import DEFINITIONS, Asked, case_of
from reik.value.case.setting import SettingRefused
from reik.value.report_words import name_of
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.value.asked import language
from reik.web.value.figure import assumption_row, values
from reik.web.value.views import ROLES

FIGURES = (
    "net_care", "net_travel", "net", "cost_now", "cost_hybrid", "society", "insurer", "organisation", "others",
    "change",
)  # fmt: skip


@room_for(*ROLES)
@require_safe
@never_cache
def page(request: ActingRequest, case_id: UUID) -> HttpResponse:
    """The same setting is computed again with the assumptions of now; what was kept stays as it was."""
    actor, now, said = actor_of(request), clock.now(), language()
    kept = kept_case(actor.organisation_id, case_id)
    if kept is None:
        raise Http404
    try:
        today = case_of(actor.organisation_id, asked_of(kept), now)
    except SettingRefused:
        today = {}
    assumed = list(_assumptions(kept.outcome, today, said))
    seen = {
        "kept": kept, "setting": kept.outcome["setting"], "figures": list(_figures(kept.outcome, today, said)),
        "assumptions": assumed, "changed": sum(each["now"] is not None for each in assumed),
        "computed": bool(today), "now": now,
        "denominators": list(_denominators(kept.outcome, today, said)),
    }  # fmt: skip
    return render(request, "value/kept.html", seen)


def asked_of(kept: Kept) -> Asked:
    """The question of then, with the same seed; its terms with insurers are those of now."""
    of = kept.outcome["setting"]
    return Asked(
        dispensers=of["dispensers"], in_use=of["active_now"], per_month=of["per_month"], years=of["years"],
        centre=of["centre"], record_link=of["record_link"], mode=of["mode"], seed=kept.seed,
        draws=kept.outcome.get("draws") or Asked().draws,
    )  # fmt: skip


def _figures(then: Mapping[str, Any], today: Mapping[str, Any], said: str) -> Iterator[dict[str, Any]]:
    """Per client a month for hours and costs; euros over all years for the sides."""
    for key in FIGURES:
        found = [values(each, key, said) if each else None for each in (then, today)]
        if any(found):
            yield {
                "key": key,
                "name": name_of(key, said),
                "unit": _unit(found),
                "then": found[0],
                "now": found[1],
            }


def _unit(found: list[dict[str, Any] | None]) -> str:
    units = [each["unit"] for each in found if each and each["unit"] != "€"]
    return str(units[0]) if units else ""


def _denominators(
    then: Mapping[str, Any], today: Mapping[str, Any], said: str
) -> Iterator[tuple[str, int, int | None]]:
    kept, current = then.get("denominators", {}), today.get("denominators", {})
    for key in DEFINITIONS:
        if key in kept:
            yield name_of(key, said), kept[key]["n"], current[key]["n"] if key in current else None


def _assumptions(then: Mapping[str, Any], today: Mapping[str, Any], said: str) -> Iterator[dict[str, Any]]:
    """Those that counted then, with what counts now where that is otherwise."""
    current = {each["key"]: assumption_row(each, said) for each in today.get("assumptions", ())}
    for each in then["assumptions"]:
        row, other = assumption_row(each, said), current.get(each["key"])
        differs = other is not None and (other["range"], other["source"]) != (row["range"], row["source"])
        if row["range"] or differs:
            yield {**row, "now": other if differs else None}
