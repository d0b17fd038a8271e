"""Typing a schedule from the roll's label: a draft that plans nothing until somebody else has read it back (R15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication import operations
from reik.medication.times.schedule import ScheduleRefused, TimeLine, local_day
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.clients import date_of
from reik.web.work.flaws import schedule_flaw
from reik.web.work.path import TIMES, Path, path_of
from reik.web.work.rows import MOST_ROWS, Row, lines_of, numbered, row_of, rows_from, soon_row
from reik.web.work.whose import EVERYONE, client_of, is_pharmacy


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
def schedule(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/schema`. `act` is save, row (one more), less-N (one fewer) or soon (in a demo)."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    path = path_of(card, TIMES, now)
    base = _base(path)
    if request.method != "POST":
        viewed(request, f"schedule form {client_id}", {card.organisation_id: [client_id]}, now)
        rows = [row_of(line, by_pharmacy=is_pharmacy(actor)) for line in base] or [Row()]
        return _form(request, card, path, numbered(rows, base), focus=0)
    rows = numbered(rows_from(request.POST), base)
    act = request.POST.get("act", "row")
    if act == "save":
        return _save(request, card, path, rows, now)
    rows, focus = _changed(rows, act, now, ZoneInfo(card.zone))
    return _form(request, card, path, numbered(rows, base), focus=focus)


def _base(path: Path) -> Sequence[TimeLine]:
    """What the form begins with: the newest version, also one that was sent back."""
    return path.schedule.lines if path.schedule is not None else ()


def _changed(rows: list[Row], act: str, now: datetime, zone: ZoneInfo) -> tuple[list[Row], int]:
    """The rows after a button that only changes the form, and the row to go on typing in."""
    if act == "soon" and is_demo():
        filled = [row for row in rows if not row.is_empty]
        return [*filled, soon_row(now, zone)], len(filled)
    if act.startswith("less-"):
        left = [row for row in rows if str(row.number) != act[5:]]
        return left or [Row()], max(0, len(left) - 1)
    if len(rows) < MOST_ROWS:
        rows = [
            *rows,
            Row(window=rows[-1].window if rows and not rows[-1].window.endswith("c") else Row().window),
        ]
    return rows, len(rows) - 1


def _form(
    request: ActingRequest, card: ClientCard, path: Path, rows: Sequence[Row], *, focus: int = 0,
    errors: Sequence[str] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    values = {
        "card": card, "path": path, "focus": focus, "errors": errors, "by_pharmacy": is_pharmacy(actor),
        "rows": [(row, row.windows(by_pharmacy=is_pharmacy(actor))) for row in rows], "blank": Row(),
        "blank_windows": Row().windows(by_pharmacy=is_pharmacy(actor)),
        "starts_on": request.POST.get("starts_on", ""), "most": MOST_ROWS,
    }  # fmt: skip
    return render(request, "work/schedule.html", values, status=status)


def _save(
    request: ActingRequest, card: ClientCard, path: Path, rows: list[Row], now: datetime
) -> HttpResponse:
    actor = actor_of(request)
    lines = lines_of(rows, by_pharmacy=is_pharmacy(actor))
    errors = [f"{row.number + 1}: {text}" for row in rows for text in row.errors.values()]
    starts_on, wrong = _starts_on(request, card, now)
    errors += [wrong] if wrong else []
    if not errors:
        try:
            draft_id = _write(actor, card, lines, starts_on, now)
        except ScheduleRefused as refused:
            errors = [schedule_flaw(str(refused))]
        else:
            acted(
                request, Act.CREATE, "schedule", [draft_id, card.id], now, organisation_id=card.organisation_id,
                detail="draft",
            )  # fmt: skip
            return HttpResponseRedirect(f"/werklijst/schema/{draft_id}")
    first = next((row.number for row in rows if row.errors), 0)
    return _form(request, card, path, rows, focus=first, errors=errors, status=422)


def _write(
    actor: Actor, card: ClientCard, lines: Sequence[TimeLine], starts_on: date | None, now: datetime
) -> UUID:
    return operations.write_schedule(
        organisation_id=card.organisation_id, client_id=card.id, lines=lines, by=actor.name, now=now,
        starts_on=starts_on,
    )  # fmt: skip


def _starts_on(request: ActingRequest, card: ClientCard, now: datetime) -> tuple[date | None, str]:
    text = request.POST.get("starts_on", "").strip()
    if not text:
        return None, ""
    day = date_of(text)
    if day is None or day < local_day(now, ZoneInfo(card.zone)):
        return None, _("Gaat in op: vul een dag in vanaf vandaag, zoals 31-12-2026, of laat het leeg.")
    return day, ""
