"""`/waarde/cijfer/<figure>`: what a figure means, what it is made of, and the rows behind it (R66, R72)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.dispensing.devices.in_use import RowInUse, ended_in_use, rows_in_use
from reik.kernel import clock
from reik.people.queries import cards
from reik.value.report_words import figures_said, inputs_of, name_of, number
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed
from reik.web.value import shown
from reik.web.value.asked import answered, language
from reik.web.value.views import ROLES, common
from reik.web.value.words import how_words, origin_words, source_words, unit_words

OF_DISPENSERS = ("issued", "installed", "active", "paused", "silent")
ENDED = "ended"
GREEN = ("km_less", "co2_kg_travel_less", "co2_kg_making_and_disposal", "co2_kg_less")
SUBTRACTED = frozenset(
    {
        "loading_care", "loading_travel", "alert_care", "alert_travel", "false_care", "false_travel", "phone",
        "registration", "device", "device_start", "device_return", "coupling", "centre", "training", "project",
    }
)  # fmt: skip


@room_for(*ROLES)
@require_safe
@never_cache
def page(request: ActingRequest, key: str) -> HttpResponse:
    """One figure; of denominators the clients, whom she may see."""
    if key not in figures_said():
        raise Http404
    actor, now, said = actor_of(request), clock.now(), language()
    question, document = answered(actor.organisation_id, request.GET.dict(), now)
    figure = figures_said()[key]
    seen = {
        **common(actor.organisation_id, question, document), "key": key, "name": figure.name[said],
        "what": figure.what[said], "subtracted": SUBTRACTED,
    }  # fmt: skip
    if document:
        seen |= {
            "values": values(document, key, said), "parts": _parts(document, key, said),
            "inputs": _inputs(document, key, said), "n": document["denominators"].get(key, {}).get("n"),
            "per_year": _per_year(document, key, said),
        }  # fmt: skip
    if key in OF_DISPENSERS:
        seen |= _dispensers(request, key)
    elif key == ENDED:
        seen |= _ended(request)
    return render(request, "value/figure.html", seen)


def amount_of(document: Mapping[str, Any], key: str) -> tuple[str, Mapping[str, Any]] | None:
    """Unit and amount of a figure; None where it has none of its own."""
    if document["hours"] is None:
        return None
    hours, money, turnover = document["hours"], document["money"], document["turnover"]
    visits = {f"visits_{name}": each for name, each in hours["visits_per_client_month"].items()}
    costs = {f"cost_{name}": each for name, each in document["care_cost"].items()}
    places = (
        (_("uur per cliënt per maand"), hours["per_client_month"].get(key)),
        (_("fte"), hours["per_month_at_full_size"].get(key)),
        (
            _("bezoeken per cliënt per maand"),
            visits.get(key),
        ),
        ("€", costs.get(key)),
        ("€", turnover[key] if key == "change" else None),
        ("%", turnover[key] if key == "change_pct_of_turnover" else None),
        ("€", turnover["lines"].get(key, {}).get("in_all")),
        *(("€", money[group].get(key, {}).get("in_all")) for group in ("sides", "costs", "income", "saved")),
    )
    return next(((unit, each) for unit, each in places if each is not None), None)


def values(document: Mapping[str, Any], key: str, said: str) -> dict[str, Any] | None:
    """Likely with its band, or what to fill in first."""
    if key in GREEN and document["hours"] is not None:
        found = document["green"][key]
        missing = shown.missing_of(document["green"]["missing"], said) if found is None else ()
        return {"unit": "", "likely": None if found is None else number(found, said, 1), "missing": missing}
    of = amount_of(document, key)
    if of is None:
        return None
    unit, amount = of
    if amount["likely"] is None:
        return {"unit": unit, "likely": None, "missing": shown.missing_of(amount["missing"], said)}
    mark = unit if unit == "€" else ""
    found = {name: shown.said(amount[name], mark, said) for name in ("likely", "p10", "p50", "p90")}
    return {"unit": unit, "missing": (), **found}


def _parts(document: Mapping[str, Any], key: str, said: str) -> list[dict[str, Any]]:
    return [
        {
            "key": part,
            "name": name_of(part, said),
            "less": part in SUBTRACTED,
            "values": values(document, part, said),
        }
        for part in figures_said()[key].parts
    ]


def _inputs(document: Mapping[str, Any], key: str, said: str) -> list[dict[str, Any]]:
    rows = {each["key"]: each for each in document["assumptions"]}
    return [assumption_row(rows[each], said) for each in inputs_of(key)]


def assumption_row(row: Mapping[str, Any], said: str) -> dict[str, Any]:
    """One assumption as a table shows it."""
    return {
        **row, "name": row["name"][said], "unit": unit_words(row["unit"]), "whose": origin_words(row["origin"], said),
        "source": source_words(row["source"], row["origin"]),
        "range": "" if row["likely"] is None else " – ".join(
            dict.fromkeys(shown.plain(row[name], said) for name in ("low", "likely", "high"))
        ),
    }  # fmt: skip


def _per_year(document: Mapping[str, Any], key: str, said: str) -> list[str]:
    if document["hours"] is None:
        return []
    groups = (document["money"][each] for each in ("sides", "costs", "income", "saved"))
    line = next((each[key] for each in groups if key in each), None)
    if line is None or None in line["per_year"]:
        return []
    return [shown.said(each, "€", said) for each in line["per_year"]]


def _dispensers(request: ActingRequest, key: str) -> dict[str, Any]:
    """The dispensers that are counted, of clients whom she may see or of nobody; logged."""
    actor, now = actor_of(request), clock.now()
    every = rows_in_use(actor.organisation_id, now)
    counted = [each for each in every if _counts(each, key)]
    found = cards(actor, {each.client_id for each in counted if each.client_id})
    viewed(request, f"value {key}", {actor.organisation_id: list(found)}, now)
    rows = [
        {"of": each, "card": found.get(each.client_id) if each.client_id else None, "how": how_words(each.how)}
        for each in counted if each.client_id is None or each.client_id in found
    ]  # fmt: skip
    every_day = sum(each.every_day for each in counted) if key == "active" else None
    return {"dispensers": rows, "hidden": len(counted) - len(rows), "every_day": every_day}


def _counts(each: RowInUse, key: str) -> bool:
    return key == "issued" or (each.client_id is not None and key in ("installed", each.how))


def _ended(request: ActingRequest) -> dict[str, Any]:
    """Clients who had a dispenser and have none now, with their last planned moment."""
    actor, now = actor_of(request), clock.now()
    gone = ended_in_use(actor.organisation_id)
    found = cards(actor, set(gone))
    viewed(request, "value ended", {actor.organisation_id: list(found)}, now)
    rows = [{"card": each, "last": gone[each.id]} for each in found.values()]
    return {"gone": sorted(rows, key=lambda row: row["last"], reverse=True), "hidden": len(gone) - len(rows)}
