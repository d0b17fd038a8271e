"""The round on paper, and what was written on it entered again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.alerting.outages import outages_seen
from reik.alerting.outages.outages_seen import LineSeen
from reik.alerting.outages.sharing import BESIDE_HER, OutageRefused, Said
from reik.interop.print.mapping import Paper
from reik.interop.print.port import pdf_of
from reik.interop.print.rounds import RoundLine, round_paper
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, Frame, is_demo
from reik.web.outages.reading import Row, by_organisation, find, rows_of, shown, visible
from reik.web.outages.sharing_out import back, tick_off
from reik.web.outages.views import room
from reik.web.outages.words import choices, what_words
from reik.web.rooms import actor_of
from reik.web.seen import acted, viewed

MOST = 200
"""Lines on one paper or one form; the most urgent ones."""


def _asked(request: ActingRequest, actor: Actor, outage_id: UUID) -> list[LineSeen]:
    """One's own lines, or (`?van=open`, or who has none) all that have no outcome."""
    whom = visible(actor)
    mine = outages_seen.lines_of_person(outage_id, actor.account_id, whom)
    if mine and request.GET.get("van") != "open":
        return mine[:MOST]
    return outages_seen.open_lines(outage_id, whom, unowned=False, most=MOST)


@room
@require_safe
@never_cache
def round_pdf(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """`/storing/<id>/ronde.pdf?van=`: to phone and to visit by."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    rows = rows_of(actor, _asked(request, actor, seen.id))
    for organisation_id, clients in by_organisation(rows).items():
        acted(
            request, Act.PRINT, "client", clients, now, organisation_id=organisation_id,
            detail=f"outage round {seen.id}",
        )  # fmt: skip
    paper = Paper(language=Frame(request).language, made_at=now, zone=ZONE, demo=is_demo())
    body = pdf_of(round_paper(what_words(seen.scope, seen.value), [_line(each) for each in rows], paper), now)
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="ronde.pdf"'
    return answer


def _line(row: Row) -> RoundLine:
    return RoundLine(
        code=row.line.code, name=row.card.display, address=row.card.address, phone=row.card.phone,
        due_at=row.line.due_at, deadline_at=row.line.deadline_at, critical=row.line.criticality == 0,
        note=row.card.caller_note,
    )  # fmt: skip


@room
@require_http_methods(["GET", "POST"])
@never_cache
def enter(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """`/storing/<id>/papier`: many lines at once, each with what was found and when."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    rows = rows_of(actor, _asked(request, actor, seen.id))
    error = ""
    if request.method == "POST":
        said, error = _said(request, rows, now)
        if not error:
            try:
                ticked = tick_off(request, actor, seen.id, said)
                return back(seen.id, klaar=f"af-{len(ticked)}")
            except OutageRefused:
                error = _("Kies per regel wat u vond.")
    viewed(request, f"outage paper {seen.id}", by_organisation(rows), now)
    typed = [
        (each, request.POST.get(f"v-{each.line.id}", ""), request.POST.get(f"t-{each.line.id}", ""))
        for each in rows
    ]
    page = {
        **shown(seen),
        "typed": typed,
        "choices": choices(),
        "error": error,
        "now": now,
        "address": request.get_full_path(),
    }
    return render(request, "outages/paper.html", page, status=422 if error else 200)


def _said(request: ActingRequest, rows: list[Row], now: datetime) -> tuple[list[Said], str]:
    """What was typed; with the sentence to show where a time is none."""
    said = []
    for row in rows:
        outcome = request.POST.get(f"v-{row.line.id}", "")
        if not outcome:
            continue
        typed = request.POST.get(f"t-{row.line.id}", "").strip()
        try:
            at = _instant(typed, now) if typed else None
        except ValueError:
            return [], _("Regel %(code)s: schrijf de tijd als 14:05.") % {"code": row.line.code}
        how = "round" if outcome in BESIDE_HER or request.POST.get("hoe") != "phone" else "phone"
        said.append(Said(line_id=row.line.id, outcome=outcome, how=how, at=at))
    return said, "" if said else _("Er is nog niets ingevuld.")


def _instant(typed: str, now: datetime) -> datetime:
    """The last time that it was this late on the clock of the Netherlands. Raises ValueError."""
    local = now.astimezone(ZONE)
    at = datetime.combine(local.date(), time.fromisoformat(typed.replace(".", ":")), ZONE)
    return at if at <= local else at - timedelta(days=1)
