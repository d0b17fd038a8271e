"""`/clienten` and `/clienten/<id>`: who is served, and one client's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.alerting.queries import AlertSeen, open_alerts
from reik.dispensing.devices.silence import silent_dispensers
from reik.dispensing.queries import dispensers_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.listing import listed
from reik.people.queries import ClientCard, cards, teams_of
from reik.web.acting import ActingRequest
from reik.web.client import file, timeline
from reik.web.client.state import alert_chip, dispenser_words
from reik.web.failures import not_found
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

TEAM = ("nurse", "caregiver", "team_manager")
ROLES = (*TEAM, "operator", "pharmacist")
room = room_for(*ROLES)
A_PAGE = 50
STORY = timedelta(days=7)


@room
@require_safe
@never_cache
def clients(request: ActingRequest) -> HttpResponse:
    """`/clienten?zoek=&team=&blad=`: fifty at a time, in Dutch order of their names."""
    now, actor = clock.now(), actor_of(request)
    teams = teams_of(actor)
    team = next((id for id, _name in teams if str(id) == request.GET.get("team")), None)
    words, number = request.GET.get("zoek", "").strip()[:100], _number(request.GET.get("blad", ""))
    found = listed(actor, words=words, team_id=team, first=(number - 1) * A_PAGE, most=A_PAGE)
    kept: dict[UUID, list[UUID]] = {}
    for card in found.cards:
        kept.setdefault(card.organisation_id, []).append(card.id)
    viewed(request, "clients", kept, now, act=Act.SEARCH if words else Act.VIEW)
    page = {
        "rows": _rows(actor.organisations, found.cards, now), "total": found.total, "words": words, "teams": teams,
        "team": team, "number": number, "pages": -(-found.total // A_PAGE), "may_add": actor.role in TEAM,
        "earlier": _page_at(request, number - 1) if number > 1 else "",
        "later": _page_at(request, number + 1) if number * A_PAGE < found.total else "",
    }  # fmt: skip
    return render(request, "client/list.html", page)


def _number(said: str) -> int:
    return min(int(said), 10_000) if said.isascii() and said.isdigit() and int(said) > 0 else 1


def _page_at(request: ActingRequest, number: int) -> str:
    kept = {name: value for name, value in request.GET.items() if name in ("zoek", "team") and value}
    return "/clienten?" + urlencode({**kept, "blad": number})


def _rows(
    organisations: Sequence[UUID], found: Sequence[ClientCard], now: datetime
) -> list[dict[str, object]]:
    ids = [card.id for card in found]
    dispensers = dispensers_of(ids)
    silent = {each.client_id: each for each in silent_dispensers(organisations, now, most=5_000)}
    alerts: dict[UUID, AlertSeen] = {}
    for each in open_alerts(ids):
        alerts.setdefault(each.client_id, each)
    return [
        {
            "card": card, "age": card.age(now.date()),
            "dispenser": dispenser_words(dispensers.get(card.id), silent.get(card.id), now),
            "chip": alert_chip(alerts[card.id], now, ZoneInfo(card.zone)) if card.id in alerts else None,
        }
        for card in found
    ]  # fmt: skip


@room
@require_safe
@never_cache
def client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>?week=`: her file."""
    now, actor = clock.now(), actor_of(request)
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        return _refused(request, client_id, now)
    viewed(request, f"client {client_id}", {card.organisation_id: [client_id]}, now)
    zone = ZoneInfo(card.zone)
    page: Mapping[str, object] = {
        **file.of(card, actor, request.GET.get("week", ""), now), "now": now, "role": actor.role,
        "of_team": actor.role in TEAM, "address": request.get_full_path(), "page_address": request.get_full_path(),
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true"
    with timezone.override(zone):
        return render(request, "client/live.html" if part else "client/file.html", page)


@room
@require_safe
@never_cache
def story(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/tijdlijn?soort=&tot=`: all that happened, a week at a time."""
    now, actor = clock.now(), actor_of(request)
    card = cards(actor, [client_id]).get(client_id)
    if card is None:
        return _refused(request, client_id, now)
    viewed(request, f"client story {client_id}", {card.organisation_id: [client_id]}, now)
    zone = ZoneInfo(card.zone)
    kind = request.GET.get("soort", "")
    kind = kind if kind in timeline.KINDS else ""
    until = _until(request.GET.get("tot", ""), now)
    dispenser = dispensers_of([client_id]).get(client_id)
    lines = timeline.happened(client_id, dispenser, until - STORY, until, now, zone, kind)
    page = {
        "card": card, "lines": lines, "kind": kind, "since": until - STORY, "until": until, "now": now,
        "earlier": _story_at(kind, until - STORY), "later": _story_at(kind, until + STORY) if until < now else "",
        "of_team": actor.role in TEAM, "tot": request.GET.get("tot", ""),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "client/story.html", page)


def _until(said: str, now: datetime) -> datetime:
    try:
        return min(now, datetime.fromisoformat(said)) if said else now
    except (ValueError, TypeError):
        return now


def _story_at(kind: str, until: datetime) -> str:
    values = {"tot": until.isoformat(timespec="seconds"), **({"soort": kind} if kind else {})}
    return "?" + urlencode(values)


def _refused(request: ActingRequest, client_id: UUID, now: datetime) -> HttpResponse:
    """An outsider finds nothing; that she looked is written down."""
    acted(
        request, Act.REFUSED, "client", [client_id], now, organisation_id=actor_of(request).organisation_id,
        detail="client file", outcome="not found",
    )  # fmt: skip
    return not_found(request)
