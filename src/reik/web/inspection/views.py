"""`/inspectie` and `/clienten/<id>/inspectie`: proof with dates, on screen, as PDF and as CSV (N9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.interop.print.tables import Sheet, Table, csv_of, sheet_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.lists.inspection import KEPT_ELSEWHERE
from reik.pathway.lists.inspection_rules import SUBJECTS, WORST
from reik.people.queries import ClientCard, cards, teams_of
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE, Frame, is_demo
from reik.web.inspection.shown import Row, counts_of, rows_of
from reik.web.inspection.words import subject_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.task_links import TEAM
from reik.web.work.whose import client_of

TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
IN_USE, ALL, ATTENTION = "gebruik", "alles", "aandacht"
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for: of which team, and which clients."""

    team: tuple[UUID, str] | None
    show: str
    subject: str
    status: str
    page: int


@room_for(*TEAM)
@require_safe
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    """`?team=&toon=gebruik|aandacht|alles&onderwerp=&stand=&blz=`."""
    now = clock.now()
    asked = _asked(request)
    rows = _rows(request, asked, now)
    chosen = _chosen(rows, asked)
    shown = chosen[(asked.page - 1) * PAGE : asked.page * PAGE]
    viewed(request, "inspection", _by_organisation(shown), now)
    page = {
        "asked": asked, "counts": counts_of(rows), "rows": shown, "total": len(rows), "chosen": len(chosen),
        "teams": teams_of(actor_of(request)), "now": now, "query": _query(asked), "elsewhere": KEPT_ELSEWHERE,
        "attention": sum(each.proof.asks_attention for each in rows), "narrowed": bool(asked.subject and asked.status),
        "subject": subject_words(asked.subject) if asked.subject else "",
        "before": _query(asked, page=asked.page - 1) if asked.page > 1 else "",
        "after": _query(asked, page=asked.page + 1) if asked.page * PAGE < len(chosen) else "",
    }  # fmt: skip
    return render(request, "inspection/overview.html", page)


def _asked(request: ActingRequest) -> Asked:
    said = request.GET
    teams = teams_of(actor_of(request))
    team = next((each for each in teams if str(each[0]) == said.get("team", "")), None)
    if said.get("team") and team is None:
        raise Http404
    show, number = said.get("toon", ""), said.get("blz", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    return Asked(
        team=team, show=show if show in (ALL, ATTENTION) else IN_USE, page=max(page, 1),
        subject=said.get("onderwerp", "") if said.get("onderwerp") in SUBJECTS else "",
        status=said.get("stand", "") if said.get("stand") in WORST else "",
    )  # fmt: skip


def _rows(request: ActingRequest, asked: Asked, now: datetime) -> list[Row]:
    """All of the team (or of all her teams) whose dispenser is or was in use; with `alles` also who is on the way."""
    known = cards(actor_of(request))
    if asked.team is not None:
        known = {id: card for id, card in known.items() if card.team_id == asked.team[0]}
    rows = rows_of(known, now)
    return rows if asked.show == ALL else [each for each in rows if each.proof.path.started_at is not None]


def _chosen(rows: Sequence[Row], asked: Asked) -> list[Row]:
    if asked.subject and asked.status:
        return [each for each in rows if each.proof.status(asked.subject) == asked.status]
    return [each for each in rows if each.proof.asks_attention] if asked.show == ATTENTION else list(rows)


def _query(asked: Asked, page: int = 1) -> str:
    said = {
        "team": str(asked.team[0]) if asked.team else "", "toon": "" if asked.show == IN_USE else asked.show,
        "onderwerp": asked.subject, "stand": asked.status, "blz": str(page) if page > 1 else "",
    }  # fmt: skip
    query = urlencode({name: value for name, value in said.items() if value})
    return f"?{query}" if query else ""


@room_for(*TEAM)
@require_safe
@never_cache
def of_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """Everything of one client, with every row."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    rows = rows_of({card.id: card}, now)
    viewed(request, f"inspection {client_id}", {card.organisation_id: [card.id]}, now)
    page = {"card": card, "row": rows[0] if rows else None, "now": now}
    return render(request, "inspection/client.html", page)


@room_for(*TEAM)
@require_safe
@never_cache
def exported(request: ActingRequest, kind: str) -> HttpResponse:
    """`/inspectie.pdf` and `.csv`, with the filter of the page."""
    now = clock.now()
    asked = _asked(request)
    title = f"{_('Voor de inspectie')} {asked.team[1] if asked.team else ''}".strip()
    return _export(request, _chosen(_rows(request, asked, now), asked), kind, title, now)


@room_for(*TEAM)
@require_safe
@never_cache
def exported_of_client(request: ActingRequest, client_id: UUID, kind: str) -> HttpResponse:
    """`/clienten/<id>/inspectie.pdf` and `.csv`."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    return _export(
        request, rows_of({card.id: card}, now), kind, f"{_('Voor de inspectie')} {card.display}", now
    )


def _export(request: ActingRequest, rows: list[Row], kind: str, title: str, now: datetime) -> HttpResponse:
    if kind not in TYPES:
        raise Http404
    for organisation_id, ids in _by_organisation(rows).items():
        acted(
            request,
            Act.EXPORT,
            "client",
            ids,
            now,
            organisation_id=organisation_id,
            detail=f"inspection {kind}",
        )
    body = _csv(rows) if kind == "csv" else _pdf(request, rows, title, now)
    answer = HttpResponse(body, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="inspectie.{kind}"'
    return answer


def _pdf(request: ActingRequest, rows: list[Row], title: str, now: datetime) -> bytes:
    """First how many stand how, then every client with every line."""
    many = len(rows) > 1
    summary = Table(
        title=_("Overzicht"), columns=[_("Onderwerp"), _("Aantal cliënten")],
        rows=[
            [each.name, ", ".join(f"{word}: {n}" for _code, word, _tone, n in each.by_status)]
            for each in counts_of(rows)
        ],
    )  # fmt: skip
    columns = [_("Onderwerp"), _("Stand"), _("Wat"), _("Wanneer"), _("Uiterlijk"), _("Door")]
    tables = [
        Table(title=_heading(each.card), lines=[_about(each)], columns=columns, rows=_cells(each))
        for each in rows
    ]
    made = date_format(now.astimezone(ZONE), "j F Y H:i")
    sheet = Sheet(
        title=title, language=Frame(request).language, tables=[summary, *tables] if many else tables,
        lines=[
            _("Stand van %(at)s. Wat Reik niet weet, staat er als onbekend en telt nergens als op tijd.") % {"at": made}
        ],
    )  # fmt: skip
    return sheet_of(sheet, made_at=now, zone=ZONE, demo=is_demo())


def _heading(card: ClientCard) -> str:
    born = f", {date_format(card.birth_date, 'j F Y')}" if card.birth_date else ""
    return f"{card.display}{born}"


def _about(row: Row) -> str:
    started = _("in gebruik sinds %(day)s") % {"day": row.started} if row.started else _("nog niet gestart")
    return f"{row.setting}. {row.state} {started}."


def _cells(row: Row) -> list[list[str]]:
    return [
        [subject.name, line.word, line.what, line.at, line.due, line.by]
        for subject in row.subjects
        for line in subject.lines
    ]


def _csv(rows: list[Row]) -> bytes:
    head = ["client", "client_id", "gestart", "onderwerp", "stand", "wat", "wanneer", "uiterlijk", "door"]
    lines: list[list[str]] = []
    for row in rows:
        for subject in row.subjects:
            for proof, said in zip(subject.kept, subject.lines, strict=True):
                at, due = _iso(proof.at), _iso(proof.due)
                started = _iso(row.proof.path.started_at)
                lines.append(
                    [
                        row.card.display,
                        str(row.card.id),
                        started,
                        subject.code,
                        proof.status,
                        said.what,
                        at,
                        due,
                        proof.by,
                    ]
                )
    return csv_of(head, lines).encode()


def _iso(at: Any) -> str:
    return at.isoformat() if at is not None else ""


def _by_organisation(rows: Sequence[Row]) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for each in rows:
        found.setdefault(each.card.organisation_id, []).append(each.card.id)
    return found
