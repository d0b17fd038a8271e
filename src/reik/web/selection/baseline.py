"""The care as it is (R64): prefilled, put right, kept; and what becomes of each planned visit (R77)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.baseline import baselines, winding_down
from reik.pathway.baseline.baseline_rules import (
    KEPT,
    STOPPED,
    VISIT_STATES,
    WHO,
    WINDING_DOWN,
    BaselineRefused,
    VisitRefused,
    WeekMoment,
)
from reik.pathway.path import PathRefused, State
from reik.pathway.queries import path_of
from reik.pathway.selection import selection_seen
from reik.pathway.selection.selection_seen import BaselineSeen
from reik.people.queries import ClientCard
from reik.value.planning.queries import weeks_of
from reik.value.planning.weeks import WeekVisit
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.selection.whose import TEAM, client_of, number_of, path_or_404, plain, today_of
from reik.web.selection.words import kept_words, refused_words, role_words, visit_words
from reik.web.work.clients import date_of

MOST_ROWS = 24
DAYS = range(7)


@dataclass(slots=True, kw_only=True)
class Row:
    """One moment as it is typed; `days` are numbers from 0 (Monday)."""

    at: str = ""
    days: set[int] = field(default_factory=lambda: set(DAYS))
    unique: bool = True
    care: str = ""
    travel: str = ""
    who: str = "caregiver"

    @property
    def is_empty(self) -> bool:
        return not self.at.strip()

    def moment(self, row: int) -> WeekMoment:
        """Raises BaselineRefused for what cannot be read."""
        care, travel = number_of(self.care), number_of(self.travel or "0")
        if care is None or travel is None:
            raise BaselineRefused("minutes", "Give the minutes as a number.", row)
        try:
            at = time.fromisoformat(self.at.strip().replace(".", ":"))
        except ValueError:
            raise BaselineRefused("time", "Write a time like 08:00.", row) from None
        return WeekMoment(
            at=at, weekdays=sum(1 << day for day in self.days), unique=self.unique, care_minutes=care,
            travel_minutes=travel, who=self.who,
        )  # fmt: skip


def _row_of(each: WeekMoment) -> Row:
    return Row(
        at=f"{each.at:%H:%M}", days={day for day in DAYS if each.weekdays >> day & 1}, unique=each.unique,
        care=_short(each.care_minutes), travel=_short(each.travel_minutes), who=each.who,
    )  # fmt: skip


def _planned(each: WeekVisit) -> Row:
    """A visit of the organisation's own planning; where its leg is not known the nurse fills in the travel."""
    return Row(
        at=f"{each.at:%H:%M}", days={day for day in DAYS if each.weekdays >> day & 1}, unique=each.unique,
        care=_short(Decimal(str(round(each.care, 1)))), who="caregiver",
        travel="" if each.travel is None else _short(Decimal(str(round(each.travel, 1)))),
    )  # fmt: skip


def _short(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def _rows_from(request: ActingRequest) -> list[Row]:
    post = request.POST
    return [
        Row(
            at=post.get(f"tijd-{n}", ""), unique=post.get(f"soort-{n}", "uniek") == "uniek",
            days={int(each) for each in post.getlist(f"dagen-{n}") if each in "0123456" and each},
            care=post.get(f"zorg-{n}", ""), travel=post.get(f"reis-{n}", ""), who=post.get(f"wie-{n}", ""),
        )
        for n in range(MOST_ROWS)
        if f"tijd-{n}" in post
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*TEAM)
def baseline(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`act` is save, row (one more) or less-N (one fewer)."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    known = selection_seen.newest_baselines([client_id]).get(client_id)
    if request.method != "POST":
        viewed(request, f"baseline {client_id}", {card.organisation_id: [client_id]}, now)
        week = weeks_of([client_id]).get(client_id) if "planning" in request.GET else None
        rows = [_planned(each) for each in week.visits] if week else []
        rows = rows or [_row_of(each) for each in baselines.proposed(client_id, now)]
        edit = known is None or week is not None or "pas" in request.GET
        return _page(request, card, known, rows or [Row()], now, edit=edit)
    rows, act = _rows_from(request), request.POST.get("act", "save")
    if act == "row" and len(rows) < MOST_ROWS:
        last = rows[-1] if rows else Row()
        return _page(
            request, card, known, [*rows, Row(care=last.care, travel=last.travel, who=last.who)], now
        )
    if act.startswith("less-"):
        left = [row for n, row in enumerate(rows) if str(n) != act[5:]]
        return _page(request, card, known, left or [Row()], now)
    return _save(request, card, known, rows, now)


def _save(
    request: ActingRequest, card: ClientCard, known: BaselineSeen | None, rows: Sequence[Row], now: datetime
) -> HttpResponse:
    actor, post = actor_of(request), request.POST
    administration = number_of(post.get("administratie", ""))
    newest = known.id if known else None
    seen = (
        newest if post.get("gezien", "") == str(newest or "") else UUID(int=0)
    )  # another than hers: told so
    try:
        if administration is None:
            raise BaselineRefused("administration", "Give the minutes as a number.")
        id = baselines.measure(
            path_or_404(card.id).id, [each.moment(n) for n, each in enumerate(rows) if not each.is_empty],
            administration, measured_on=date_of(post.get("gemeten", "")) or today_of(card, now), by=actor.name,
            now=now, note=plain(post.get("opmerking", "")), seen=seen,
        )  # fmt: skip
    except (BaselineRefused, PathRefused) as refusal:
        row = getattr(refusal, "row", None)
        said = _("Meet ten minste één moment van de week.") if refusal.code == "none" else None
        said = said or refused_words(refusal.code, str(refusal))
        error = said if row is None else f"{row + 1}: {said}"
        return _page(request, card, known, rows, now, error=error, wrong=row, status=422)
    acted(
        request, Act.CREATE, "baseline", [id, card.id], now, organisation_id=card.organisation_id,
        detail="measured",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/nulmeting")


def _page(
    request: ActingRequest, card: ClientCard, known: BaselineSeen | None, rows: Sequence[Row], now: datetime, *,
    edit: bool = True, error: str = "", wrong: int | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    path, post, today = path_of(card.id), request.POST, today_of(card, now)
    double = {each.visit.id: each for each in winding_down.duplicates([card.id], now).get(card.id, [])}
    page: dict[str, Any] = {
        "card": card, "path": path, "known": known, "edit": edit, "error": error or _told(request), "wrong": wrong,
        "rows": [(n, each) for n, each in enumerate(rows)], "days": list(enumerate(_days())),
        "whos": [(each, role_words(each)) for each in WHO], "today": today, "most": MOST_ROWS,
        "administration": post.get("administratie") or _administration(known), "note": post.get("opmerking", ""),
        "measured_on": post.get("gemeten") or today.isoformat(), "seen": known.id if known else "",
        "measured": bool(selection_seen.usual_minutes(card.organisation_id)), "week": known.week if known else None,
        "visits": [_visit(each, double) for each in known.visits] if known else [], "double": len(double),
        "states": [(each, visit_words(each)) for each in VISIT_STATES],
        "planned": weeks_of([card.id]).get(card.id), "from_planning": "planning" in request.GET,
        "in_use": path is not None and path.state == State.IN_USE,
    }  # fmt: skip
    return render(request, "selection/baseline.html", page, status=status)


def _told(request: ActingRequest) -> str:
    code = request.GET.get("fout", "")
    return refused_words(code, "") if code else ""


def _administration(known: BaselineSeen | None) -> str:
    return _short(known.administration_minutes if known else baselines.ADMINISTRATION_MIN)


def _days() -> tuple[str, ...]:
    return (_("ma"), _("di"), _("wo"), _("do"), _("vr"), _("za"), _("zo"))


def _visit(each: selection_seen.VisitSeen, double: dict[UUID, winding_down.Duplicate]) -> dict[str, Any]:
    words = _days()
    days = [words[day] for day in DAYS if each.moment.weekdays >> day & 1]
    return {
        "seen": each, "days": _("elke dag") if len(days) == len(words) else " ".join(days),
        "who": role_words(each.moment.who), "state": visit_words(each.state), "because": kept_words(each.because),
        "double": double.get(each.id), "winding": each.state == WINDING_DOWN, "kept": each.state == KEPT,
        "stopped": each.state == STOPPED,
    }  # fmt: skip


@require_POST
@room_for(*TEAM)
def visit(request: ActingRequest, client_id: UUID, visit_id: UUID) -> HttpResponse:
    """What becomes of one visit."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    if visit_id not in {each.id for each in winding_down.visits_of([client_id]).get(client_id, [])}:
        raise Http404
    post = request.POST
    try:
        winding_down.set_visit(
            visit_id, post.get("staat", ""), by=actor.name, now=now, because=plain(post.get("waarom", ""), 300),
            stops_on=date_of(post.get("dag", "")), seen_at=post.get("gezien", ""),
        )  # fmt: skip
    except VisitRefused as refusal:
        return _again(card, refusal.code)
    return _changed(request, card, [visit_id], now)


@require_POST
@room_for(*TEAM)
def wind_down(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Every visit that does what the dispenser does stops from one day on."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    day = date_of(request.POST.get("dag", ""))
    try:
        if day is None:
            raise VisitRefused("day", "Say from which day on.")
        winding_down.wind_down_all(client_id, day, by=actor.name, now=now)
    except VisitRefused as refusal:
        return _again(card, refusal.code)
    return _changed(request, card, [], now)


def _again(card: ClientCard, code: str) -> HttpResponse:
    return HttpResponseRedirect(f"/clienten/{card.id}/nulmeting?fout={code}#bezoeken")


def _changed(request: ActingRequest, card: ClientCard, ids: Sequence[UUID], now: datetime) -> HttpResponse:
    acted(
        request, Act.CHANGE, "planned_visit", [*ids, card.id], now, organisation_id=card.organisation_id,
        detail="visits",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/nulmeting#bezoeken")
