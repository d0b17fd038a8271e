"""The day card on a screen and on paper, and the team's outage pack (R5, R82, promise 20)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.dispensing.day_cards import day_cards
from reik.interop.print.mapping import Paper, Whose, day_paper, week_paper
from reik.interop.print.pack import KINDS, gather
from reik.interop.print.port import pdf_of
from reik.interop.print.words import LANGUAGES
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.cards.daycard import CardLine, DayCard
from reik.medication.times.schedule import local_day
from reik.people.queries import ClientCard, cards, teams_of
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, Frame, is_demo
from reik.web.outside.lines import GIVES, SEES
from reik.web.outside.words import (
    from_words,
    loose_shown,
    roll_shown,
    via_words,
    warning_words,
    who_words,
    why_words,
)
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

DAY = timedelta(days=1)
FARTHEST = 366
TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@room_for(*SEES)
@require_safe
@never_cache
def day_card(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/dagkaart?dag=`: read live; it is fetched again when something changes."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    viewed(request, f"day card {client_id}", {card.organisation_id: [client_id]}, now)
    zone = ZoneInfo(card.zone)
    today = local_day(now, zone)
    day = _day(request, today)
    made = day_cards([client_id], day, 1, now)[client_id][0]
    page: Mapping[str, Any] = {
        "card": card, "made": made, "day": day, "today": today, "before": day - DAY, "after": day + DAY,
        "lines": [_line(each, made, zone) for each in made.lines], "via": via_words(made), "now": now,
        "warnings": [warning_words(each) for each in made.warnings], "address": request.get_full_path(),
        "needs": [(each, who_words(each.who, each.who_name)) for each in made.needs],
        "gives": actor.role in GIVES, "of_staff": actor.role != "informal_carer",
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true"
    with timezone.override(zone):
        return render(request, "outside/card_live.html" if part else "outside/card.html", page)


def _line(line: CardLine, card: DayCard, zone: ZoneInfo) -> dict[str, Any]:
    loose = loose_shown(line.stands, line.stands_at, zone) if line.loose else None
    return {
        "line": line, "shown": loose or roll_shown(line, card, zone), "who": who_words(line.who, line.who_name),
        "why": why_words(line.why) if line.why else "", "source": from_words(line.contents_from),
        "check_first": bool(line.why and line.roll and not line.stands),
    }  # fmt: skip


def _day(request: ActingRequest, today: date) -> date:
    """The day in the address; nonsense, or further than a year away, is today."""
    try:
        day = date.fromisoformat(request.GET.get("dag", "") or today.isoformat())
    except ValueError:
        return today
    return day if abs((day - today).days) <= FARTHEST else today


@room_for(*SEES)
@require_safe
@never_cache
def day_pdf(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/dagkaart.pdf?dag=&groot=1&taal=`."""
    card, day, now = _asked(request, client_id)
    made = day_cards([client_id], day, 1, now)[client_id]
    return _pdf(
        pdf_of(day_paper(_whose(card), made, _paper(request, card.zone, now)), now), f"dagkaart-{day}"
    )


@room_for(*SEES)
@require_safe
@never_cache
def week_pdf(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/weekkaart.pdf?dag=`: seven days from this one on."""
    card, day, now = _asked(request, client_id)
    made = day_cards([client_id], day, 7, now)[client_id]
    return _pdf(
        pdf_of(week_paper(_whose(card), made, _paper(request, card.zone, now)), now), f"weekkaart-{day}"
    )


def _asked(request: ActingRequest, client_id: UUID) -> tuple[ClientCard, date, datetime]:
    """Whose card, of which day; that it was printed is written down."""
    now = clock.now()
    card = client_of(actor_of(request), client_id)
    acted(request, Act.PRINT, "client", [client_id], now, organisation_id=card.organisation_id,
          detail=request.path.rpartition("/")[2])  # fmt: skip
    return card, _day(request, local_day(now, ZoneInfo(card.zone))), now


def _whose(card: ClientCard) -> Whose:
    return Whose(name=card.display, born=card.birth_date)


def _paper(request: ActingRequest, zone: str, now: datetime) -> Paper:
    said = request.GET.get("taal", "")
    language = said if said in LANGUAGES else Frame(request).language
    return Paper(
        language=language,
        made_at=now,
        zone=ZoneInfo(zone),
        large=request.GET.get("groot") == "1",
        demo=is_demo(),
    )


def _pdf(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=TYPES["pdf"])
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


@room_for(*TEAM)
@require_safe
@never_cache
def pack(request: ActingRequest, kind: str) -> HttpResponse:
    """`/team/uitvalpakket.<pdf|html|csv>?team=`: made now; who has no team yet is in every one."""
    now, actor = clock.now(), actor_of(request)
    teams = teams_of(actor)
    team = next((each for each in teams if str(each[0]) == request.GET.get("team", str(each[0]))), None)
    if kind not in KINDS or team is None:
        raise Http404
    clients = [each for each in cards(actor).values() if each.team_id in (team[0], None)]
    if clients:
        acted(request, Act.EXPORT, "client", [each.id for each in clients], now,
              organisation_id=clients[0].organisation_id, detail=f"outage pack {kind}")  # fmt: skip
    body = gather(team[1], clients, _paper(request, str(ZONE), now)).body(kind)
    answer = HttpResponse(body, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="uitvalpakket.{kind}"'
    return answer
