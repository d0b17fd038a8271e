"""`/waarde/uitgenomen`: what came out of the dispensers of an organisation, by team and type; never by person (N8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.people.queries import ClientCard, cards
from reik.people.rosters.seen import teams_in
from reik.value.adherence import OUTCOMES, Adherence
from reik.value.adherence_seen import by, of_organisation
from reik.value.rollups.seen import Row, Which, counted_through, rows_behind
from reik.web.acting import ActingRequest
from reik.web.adherence.shown import Period, choices, period_of, share_of, shown
from reik.web.adherence.words import days_words, outcome_shown, rule_words
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed

NONE, ALL_OF = "-", ""
MOST = 200
room = room_for("team_manager")


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The whole, or `?team=` and `?type=`; beside it all teams by name and all types by name."""
    actor, now, given = actor_of(request), clock.now(), request.GET.dict()
    period = period_of(given, now, ZONE)
    teams = {str(id): name for id, name in teams_in(actor.organisation_id)}
    models = by("model", actor.organisation_id, period.days)
    which, at = _which(given, teams, models), _chosen(given, teams, models)
    seen = {
        "period": period, "choices": choices(period), "said_days": days_words(period.days.since, period.days.until),
        "of": shown(of_organisation(actor.organisation_id, period.days, which)), "through": counted_through(),
        "teams": _lines(by("team", actor.organisation_id, period.days), teams, "team", period),
        "models": _lines(models, {key: key for key in models if key}, "type", period), "at": at,
        "kept": {name: given[name] for name in ("team", "type") if given.get(name)},
        "rows_at": f"/waarde/uitgenomen/rijen?{_query(given, period)}",
        "whole": f"/waarde/uitgenomen?weken={period.weeks}",
    }  # fmt: skip
    return render(request, "adherence/organisation.html", seen)


def _which(given: Mapping[str, str], teams: Mapping[str, str], models: Mapping[str, object]) -> Which:
    """Which part is asked for; 404 for a team or type that there is not."""
    team, model = given.get("team", ALL_OF), given.get("type", ALL_OF)
    if team not in (ALL_OF, NONE) and team not in teams:
        raise Http404
    if model not in (ALL_OF, NONE) and model not in models:
        raise Http404
    return Which(
        team=None if team == ALL_OF else "" if team == NONE else team,
        model=None if model == ALL_OF else "" if model == NONE else model,
    )


def _chosen(given: Mapping[str, str], teams: Mapping[str, str], models: Mapping[str, object]) -> str:
    """The part that is shown, in words."""
    team, model = given.get("team", ALL_OF), given.get("type", ALL_OF)
    words = []
    if team != ALL_OF:
        words.append(teams.get(team, _("zonder team")))
    if model != ALL_OF:
        words.append(model if model in models and model != NONE else _("type niet bekend"))
    return ", ".join(words)


def _query(given: Mapping[str, str], period: Period) -> str:
    kept = {name: given[name] for name in ("team", "type") if given.get(name)}
    return urlencode({"weken": period.weeks, **kept})


def _lines(
    found: Mapping[str, Adherence], names: Mapping[str, str], part: str, period: Period
) -> list[dict[str, Any]]:
    """One line per team or type, in the order of their names."""
    unknown = _("zonder team") if part == "team" else _("type niet bekend")
    rows = [
        {
            "name": names.get(key, unknown), "shares": [share_of(of) for of in (each.in_time, each.out, each.known)],
            "address": "?" + urlencode({"weken": period.weeks, part: key or NONE}), "last": not key,
        }
        for key, each in found.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["last"], str(row["name"]).casefold()))


@room
@require_safe
@never_cache
def behind(request: ActingRequest) -> HttpResponse:
    """`/waarde/uitgenomen/rijen?wat=`: the clients' days behind one outcome, as far as she may see them."""
    actor, now, given = actor_of(request), clock.now(), request.GET.dict()
    outcome = given.get("wat", "")
    if outcome not in OUTCOMES:
        raise Http404
    period = period_of(given, now, ZONE)
    teams = {str(id): name for id, name in teams_in(actor.organisation_id)}
    which = _which(given, teams, by("model", actor.organisation_id, period.days))
    found = rows_behind(actor.organisation_id, period.days, [outcome], which, most=MOST)
    known = cards(actor, {each.client_id for each in found})
    rows = [_row(each, outcome, known, teams) for each in found if each.client_id in known]
    viewed(request, f"adherence rows {outcome}", {actor.organisation_id: list(_ids(found, known))}, now)
    seen = {
        "rows": rows, "hidden": len(found) - len(rows), "cut": len(found) == MOST, "most": MOST,
        "shown": outcome_shown(outcome), "why": rule_words(outcome), "query": _query(given, period),
        "said_days": days_words(period.days.since, period.days.until),
    }  # fmt: skip
    return render(request, "adherence/rows.html", seen)


def _ids(found: Sequence[Row], known: Mapping[UUID, ClientCard]) -> set[UUID]:
    return {each.client_id for each in found if each.client_id in known}


def _row(
    each: Row, outcome: str, known: Mapping[UUID, ClientCard], teams: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "card": known[each.client_id], "day": each.day, "n": each.counts.by_outcome[outcome],
        "moments": each.counts.moments, "model": each.model or _("type niet bekend"),
        "team": teams.get(str(each.team_id), _("zonder team")),
    }  # fmt: skip
