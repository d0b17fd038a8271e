"""`/waarde`: what the dispensers of one's own organisation bring; `/waarde/omzet`: what it does to turnover."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.medication.times.schedule import local_day
from reik.value.bills.work import open_on_bills
from reik.value.case.keeping import keep_case, kept_cases
from reik.value.case.setting import SettingRefused
from reik.value.planning import queries as planning
from reik.value.report_words import euros, name_of, number, percent
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.value import shown
from reik.web.value.asked import YEARS, Question, answered, language, question_of
from reik.web.value.measured import measured

ROLES = ("team_manager",)
room = room_for(*ROLES)
KEPT_SHOWN = 10


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The dashboard. Nothing on it is of one client."""
    actor, now, said = actor_of(request), clock.now(), language()
    question, document = answered(actor.organisation_id, request.GET.dict(), now)
    seen = {
        **common(actor.organisation_id, question, document),
        "now": now, "kept": kept_cases([actor.organisation_id])[:KEPT_SHOWN], "done": request.GET.get("klaar", ""),
        "planning": _planning(actor.organisation_id), **bills_open(actor.organisation_id, now),
    }  # fmt: skip
    if document:
        seen |= {**_known(document, said), "measured": measured(actor.organisation_id, now, said)}
    return render(request, "value/page.html", seen)


def common(organisation_id: UUID, question: Question, document: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages of one case share."""
    return {
        "question": question, "error": question.error, "typed": question.typed, "years": YEARS,
        "organisation": organisation_names([organisation_id]).get(organisation_id, ""), "case": document,
        "fill_in": shown.missing_of(document.get("fill_in", ()), language()),
    }  # fmt: skip


def _known(document: Mapping[str, Any], said: str) -> dict[str, Any]:
    counts = [
        {"key": key, "name": name_of(key, said), "n": each["n"], "what": each["definition"][said]}
        for key, each in document["denominators"].items()
    ]
    found: dict[str, Any] = {
        "denominators": counts, "active": document["setting"]["dispensers"],
        "not_counted": shown.missing_of(document["not_counted"], said),
        "too_few": [
            {"missing": shown.missing_of([each["key"]], said)[0], **each} for each in document["too_few"]
        ],
    }  # fmt: skip
    if document["hours"] is None:
        return found
    in_euros, bars, likely = shown.tornado(document, said)
    uses, uses_missing = shown.cash_in(document, said)
    month = document["hours"]["per_month_at_full_size"]
    return found | {
        "headline": shown.headline(document, said), "sides": shown.sides(document, said),
        "apart": shown.apart(document, said), "tornado": bars, "tornado_euros": in_euros, "tornado_likely": likely,
        "uses": uses, "uses_missing": uses_missing, "break_even": _break_even(document, said),
        "fte": number(month["fte"]["likely"], said, 1),
        "net": {key: number(month[key]["likely"], said) for key in ("net_care", "net_travel", "net")},
        "low": number(month["net"]["p10"], said), "high": number(month["net"]["p90"], said),
        "start": [
            (each["dispensers"], euros(each["cost_per_client_month"], said))
            for each in document["start_effect"] if each["cost_per_client_month"] is not None
        ],
        "by_gross": _by_gross(document, said), "draws": number(document["draws"], said),
        "variants": _variants(document, said),
        "change": shown.band("change", document["turnover"]["change"], said, "€"),
    }  # fmt: skip


def _break_even(document: Mapping[str, Any], said: str) -> dict[str, Any]:
    found = document["break_even"]
    chance = found["chance_pct"]
    return {
        **found, "missing": shown.missing_of(found["missing"], said),
        "chance": "" if chance is None else percent(chance, said),
    }  # fmt: skip


def _by_gross(document: Mapping[str, Any], said: str) -> list[tuple[int, str, str]]:
    """Hours before own work, and what is left with and without a centre."""
    net: dict[int, dict[bool, str]] = {}
    for each in document["by_gross_hours"]:
        net.setdefault(each["gross_hours"], {})[each["centre"]] = number(each["net_hours"], said, 1)
    return [(gross, of.get(True, "–"), of.get(False, "–")) for gross, of in net.items()]


def _variants(document: Mapping[str, Any], said: str) -> list[dict[str, Any]]:
    return [
        {
            **each, "care": number(each["net_care"], said, 1), "travel": number(each["net_travel"], said, 1),
            "euros": None if each["organisation"] is None else euros(each["organisation"], said),
        }
        for each in document["variants"]
    ]  # fmt: skip


def bills_open(organisation_id: UUID, now: datetime) -> dict[str, Any]:
    """What is open on suppliers' bills, and how many bills are late with what is of no client."""
    found, today = open_on_bills(organisation_id, now), local_day(now, ZONE)
    return {
        "bills_open": found.count,
        "bills_late": sum(each.follow_up.is_late(today) for each in found.work),
    }  # fmt: skip


def _planning(organisation_id: UUID) -> dict[str, Any] | None:
    """What the newest planning that was taken says: visits, unique and combined, the morning peak."""
    newest = planning.newest_taken(organisation_id)
    if newest is None:
        return None
    teams = planning.by_team(newest.id, organisation_id)
    sums = {
        name: sum(getattr(each, name) for each in teams)
        for name in ("visits", "unique", "combined", "peak", "peak_unique")
    }
    both = sums["unique"] + sums["combined"]
    return {
        "file": newest,
        "unique_pct": round(100 * sums["unique"] / both) if both else 0,
        "both": both,
        **sums,
    }


@room
@require_POST
def keep(request: ActingRequest) -> HttpResponse:
    """Keep this case under a title, so that it can be opened as it was."""
    actor, now = actor_of(request), clock.now()
    try:
        question, document = answered(actor.organisation_id, request.POST.dict(), now)
    except SettingRefused:
        question, document = question_of({}), {}
    if not document:
        return HttpResponseRedirect("/waarde")
    title = request.POST.get("titel", "")[:120]
    kept = keep_case(actor.organisation_id, document, title=title, by=actor.name, now=now)
    acted(request, Act.CREATE, "case", [kept], now, organisation_id=actor.organisation_id)
    return HttpResponseRedirect(f"/waarde?{question.query}&klaar=bewaard#bewaard")


@room
@require_safe
@never_cache
def turnover(request: ActingRequest) -> HttpResponse:
    """Less declared, paid for the dispenser, filled again, above the ceiling: by year."""
    actor, now, said = actor_of(request), clock.now(), language()
    question, document = answered(actor.organisation_id, request.GET.dict(), now)
    seen = common(actor.organisation_id, question, document)
    if document and document["hours"] is not None:
        share = document["turnover"]["change_pct_of_turnover"]
        seen |= {
            "change": shown.band("change", document["turnover"]["change"], said, "€"),
            "share": None if share["likely"] is None else percent(round(share["likely"], 1), said),
            "rows": shown.year_rows(document, said),
            "numbers": range(1, document["setting"]["years"] + 1),
        }
    return render(request, "value/turnover.html", seen)
