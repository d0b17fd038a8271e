"""`/team`: the team's day, and its list for when Reik is out of reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.alerting.queries import open_alerts
from reik.dispensing.devices.silence import SILENT_AFTER, Silent, silent_dispensers
from reik.dispensing.queries import dispensers_of, moments_between
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.seen.overview import drafts_of, findings_counted, rolls_shown
from reik.people.queries import ClientCard, cards, carers_of, teams_of
from reik.tasks.queries import open_counted
from reik.web.acting import ActingRequest
from reik.web.failures import not_found
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for, who
from reik.web.seen import acted, viewed
from reik.web.shown import legend
from reik.web.strips import strip_of
from reik.web.team import path_side, sheet
from reik.web.team.board import ASKS, LATELY, Known, Row, rows_of
from reik.web.team.tasks import Said, tasks_of

ROLES = ("nurse", "caregiver", "team_manager")
room = room_for(*ROLES)
ON_SCREEN = 11
"""So many rows a desk shows before quiet clients fold away."""
MOST_SILENT = 5_000


@room
@require_safe
@never_cache
def board(request: ActingRequest) -> HttpResponse:
    """`/team?team=&toon=`: one sentence, the board, what to do. `toon`: alles, vraagt, or a filter of path_side."""
    now, actor = clock.now(), actor_of(request)
    teams = teams_of(actor)
    team = chosen_team(request, teams)
    if team is None:
        return refused_team(request, now)
    found = cards_of_team(actor, team[0])
    rows = rows_of(known_of(found, actor, now), who(actor), now)
    viewed(request, f"team {team[0]}" if team[0] else "team", by_organisation(found), now)
    show = request.GET.get("toon", "")
    said = Said.of(rows)
    deviating, quiet = _parted(rows, show)
    running = sum(row.level == "run" for row in quiet)
    fits = len(quiet) if show == "alles" else max(running, ON_SCREEN - len(deviating))
    fits = len(quiet) if len(quiet) - fits == 1 else fits
    page = {
        "team": team, "teams": teams, "rows": deviating, "quiet": quiet[:fits], "show": show,
        "quiet_total": len(quiet), "folded": max(0, len(quiet) - fits), "said": said, "now": now,
        "by_path": path_side.counted([row.side for row in rows]), "filtered": path_side.filter_words(show),
        "tasks": tasks_of(rows, actor.role, who(actor), now),
        "day": strip_of([], now.astimezone(ZONE).date(), now, ZONE),
        "asking": said.total - said.quiet, "address": request.get_full_path(), "legend": legend(),
    }  # fmt: skip
    return render(request, "team/live.html" if _is_fragment(request) else "team/board.html", page)


def _parted(rows: list[Row], show: str) -> tuple[list[Row], list[Row]]:
    """What stands on top and what folds away; a filter of the care path shows all that it leaves."""
    if show in path_side.FILTERS:
        return [row for row in rows if row.side.fits(show)], []
    quiet = [] if show == "vraagt" else [row for row in rows if row.level not in ASKS]
    return [row for row in rows if row.level in ASKS], quiet


@room
@require_safe
@never_cache
def emergency_list(request: ActingRequest) -> HttpResponse:
    """`/team/noodlijst`: on paper, for when Reik is out of reach."""
    now, actor = clock.now(), actor_of(request)
    team = chosen_team(request, teams_of(actor))
    if team is None:
        return refused_team(request, now)
    found = cards_of_team(actor, team[0])
    until = now + sheet.COVERS
    lines = sheet.lines_of(
        found, carers_of(found), moments_between(found, now - sheet.BACK, until), open_alerts(found), now
    )
    for organisation_id, ids in by_organisation(found).items():
        acted(
            request,
            Act.PRINT,
            "client",
            ids,
            now,
            organisation_id=organisation_id,
            detail=f"emergency list {team[0] or ''}".strip(),
        )
    return render(request, "team/sheet.html", {"team": team, "lines": lines, "now": now, "until": until})


def known_of(found: dict[UUID, ClientCard], actor: Actor, now: datetime) -> Known:
    """All reads of a board: a number of statements that does not grow with the team."""
    since, until = now - LATELY - timedelta(hours=12), now + timedelta(hours=38)
    return Known(
        cards=found,
        moments=moments_between(found, since, until),
        alerts=open_alerts(found),
        dispensers=dispensers_of(found),
        silent=silent_of(found, actor, now),
        rolls=rolls_shown(found, now),
        findings=findings_counted(found),
        drafts=drafts_of(found),
        tasks=open_counted(found, ROLES),
        sides=path_side.sides_of(found, now),
    )


def silent_of(client_ids: Collection[UUID], actor: Actor, now: datetime) -> dict[UUID, Silent]:
    """The silent dispensers of these clients."""
    found = silent_dispensers(actor.organisations, now, silent_after=SILENT_AFTER, most=MOST_SILENT)
    return {each.client_id: each for each in found if each.client_id in client_ids}


def cards_of_team(actor: Actor, team_id: UUID | None) -> dict[UUID, ClientCard]:
    """The clients of one team, and who has no team yet: nobody else would see them."""
    return {id: card for id, card in cards(actor).items() if card.team_id in (team_id, None)}


def chosen_team(request: ActingRequest, teams: Sequence[tuple[UUID, str]]) -> tuple[UUID | None, str] | None:
    """The team in the address, else the actor's first; (None, "") for who is in none; None: not hers."""
    wanted = request.GET.get("team", "")
    if wanted:
        return next((each for each in teams if str(each[0]) == wanted), None)
    return teams[0] if teams else (None, "")


def refused_team(request: ActingRequest, now: datetime) -> HttpResponse:
    """Another team's board is not there; that it was asked for is written down."""
    actor = actor_of(request)
    acted(
        request,
        Act.REFUSED,
        "team",
        [],
        now,
        organisation_id=actor.organisation_id,
        detail="team",
        outcome="not found",
    )
    return not_found(request)


def by_organisation(found: dict[UUID, ClientCard]) -> dict[UUID, list[UUID]]:
    """The ids by the organisation that keeps the record."""
    kept: dict[UUID, list[UUID]] = {}
    for card in found.values():
        kept.setdefault(card.organisation_id, []).append(card.id)
    return kept


def _is_fragment(request: ActingRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
