"""The indication for medicatieaanreiking: typed on the client's screen, or a whole list with a preview."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.times import lists as client_list
from reik.pathway.path import SETTINGS, PathRefused
from reik.pathway.queries import path_of
from reik.pathway.selection import indication_list, indications, selection_seen
from reik.pathway.selection.indication_list import Line, ListRefused
from reik.pathway.selection.indications import CSV, SAME, Candidate, Entry, IndicationRefused
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.selection.list_words import line_words
from reik.web.selection.whose import TEAM, client_of, plain, today_of
from reik.web.selection.words import basis_words, ended_words, refused_words, source_words, who_words
from reik.web.work.clients import date_of

MANAGES = ("nurse", "team_manager")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*TEAM)
def indication(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """What is open, what was; typed: the path opens, and the form is the next page."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    if request.method != "POST":
        viewed(request, f"indication {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, now, error=_told(request))
    entry, code = _entry(request, card)
    try:
        if entry is None:
            raise IndicationRefused(code, "")
        taken = indications.enter(entry, by=actor.name, role=actor.role, now=now)
    except (IndicationRefused, PathRefused) as refusal:
        return _page(request, card, now, error=refused_words(refusal.code, str(refusal)), status=422)
    acted(
        request, Act.CREATE, "indication", [taken.indication_id, client_id], now,
        organisation_id=card.organisation_id, detail=taken.became,
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/{'selectie' if taken.path_id else 'indicatie'}")


def _told(request: ActingRequest) -> str:
    code = request.GET.get("fout", "")
    return refused_words(code, "") if code else ""


def _entry(request: ActingRequest, card: ClientCard) -> tuple[Entry | None, str]:
    post = request.POST
    starts_on, until = date_of(post.get("vanaf", "")), post.get("tot", "").strip()
    ends_on = date_of(until) if until else None
    if starts_on is None or (until and ends_on is None):
        return None, "day"
    return Entry(
        client_id=card.id, basis=post.get("basis", ""), starts_on=starts_on, ends_on=ends_on,
        in_care_plan=bool(post.get("zorgplan")),
    ), ""  # fmt: skip


def _page(
    request: ActingRequest, card: ClientCard, now: datetime, *, error: str = "", status: int = 200
) -> HttpResponse:
    rows = selection_seen.indications_of(card.id)
    known = next((each for each in rows if each.ended_at is None), None)
    candidate = indications.candidates([card.id]).get(card.id)
    page: dict[str, Any] = {
        "card": card, "known": known, "path": path_of(card.id), "candidate": candidate, "error": error,
        "rows": [
            (each, basis_words(each.basis), source_words(each.source), ended_words(each.ended_because))
            for each in rows
        ],
        "bases": [(each, basis_words(each)) for each in SETTINGS], "given": request.POST,
        "basis": request.POST.get("basis") or (known.basis if known else "zvw"), "today": today_of(card, now),
        "why": why_words(candidate) if candidate else "", "who": who_words(card),
        "may_skip": candidate is not None and candidate.why == "to_select",
        "may_list": actor_of(request).role in MANAGES,
        "over": known is not None and not known.holds(today_of(card, now)),
    }  # fmt: skip
    return render(request, "selection/indication.html", page, status=status)


def why_words(one: Candidate) -> str:
    """Why this client has an indication and no dispenser (R76), as a sentence."""
    because = {
        "client_no": _("De cliënt wil geen dispenser."),
        "withdrawn": _("De cliënt wil de dispenser niet meer."),
        "unsuitable": _("Een dispenser past niet."),
    }.get(one.because, one.because)
    return {
        "no_path": _("Er is nog geen zorgpad begonnen."),
        "to_select": _("Het selectieformulier is nog niet getekend."),
        "skipped": _("Het formulier is niet ingevuld: %(because)s") % {"because": because},
        "not_now": _("Nu niet: %(because)s") % {"because": because},
        "on_the_way": _("Onderweg: stap %(step)s van 9.") % {"step": one.step},
        "stopping": _("De dispenser wordt gestopt."),
        "ended": because or _("Het zorgpad is afgelopen."),
    }.get(one.why, one.why)


@require_POST
@room_for(*TEAM)
def end(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The indication is over."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    try:
        indications.end(client_id, plain(request.POST.get("waarom", ""), 300), by=actor.name, now=now)
    except IndicationRefused as refusal:
        return HttpResponseRedirect(f"/clienten/{card.id}/indicatie?fout={refusal.code}")
    acted(
        request,
        Act.CHANGE,
        "indication",
        [client_id],
        now,
        organisation_id=card.organisation_id,
        detail="ended",
    )
    return HttpResponseRedirect(f"/clienten/{card.id}/indicatie")


@require_POST
@room_for(*TEAM)
def again(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """A new path for the indication that is open: she said no before, or stopped."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    try:
        indications.open_form(client_id, by=actor.name, role=actor.role, now=now)
    except (IndicationRefused, PathRefused) as refusal:
        return HttpResponseRedirect(f"/clienten/{card.id}/indicatie?fout={refusal.code}")
    acted(
        request,
        Act.CREATE,
        "care_path",
        [client_id],
        now,
        organisation_id=card.organisation_id,
        detail="opened",
    )
    return HttpResponseRedirect(f"/clienten/{card.id}/selectie")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@room_for(*MANAGES)
def import_list(request: ActingRequest) -> HttpResponse:
    """`/indicaties/lijst`: a file is read and shown line by line; nothing is kept until it is confirmed."""
    now, actor = clock.now(), actor_of(request)
    page: dict[str, Any] = {"example": indication_list.EXAMPLE, "today": now.date()}
    if request.method == "POST" and request.POST.get("act") == "keep":
        return _keep(request, page, now)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None or not file.size:
            page["error"] = _("Kies een bestand.")
        elif file.size > client_list.MOST_BYTES:
            page["error"] = _("Dit bestand is groter dan 5 MB: splits de lijst.")
        else:
            known = cards(actor)
            try:
                text = client_list.decoded(file.read())
                lines = indication_list.read(text, actor.organisation_id, list(known), now.date())
            except ListRefused:
                page["error"] = _(
                    "De eerste regel noemt de kolommen: bsn (of naam en geboortedatum), basis, vanaf."
                )
            else:
                page |= _preview(lines, known)
                shown = [each.entry.client_id for each in lines if each.entry]
                viewed(request, "indication list", {actor.organisation_id: shown}, now)
    return render(request, "selection/list.html", page, status=422 if "error" in page else 200)


def _preview(lines: list[Line], known: dict[UUID, ClientCard]) -> dict[str, Any]:
    good = [
        (known[each.entry.client_id], each.entry, basis_words(each.entry.basis), packed(each.entry))
        for each in lines
        if each.entry is not None
    ]
    refused = [(each.number, line_words(each.refused)) for each in lines if each.entry is None]
    return {"good": good, "refused": refused, "read": True}


def packed(entry: Entry) -> str:
    """An entry in a field of the preview: without a name, and without a BSN."""
    return "|".join(
        [str(entry.client_id), entry.basis, str(entry.starts_on), str(entry.ends_on or ""),
         "1" if entry.in_care_plan else "", entry.source_key]
    )  # fmt: skip


def _unpacked(text: str, known: dict[UUID, ClientCard]) -> Entry | None:
    cells = text.split("|", 5)
    if len(cells) < 6:
        return None
    client = next((id for id in known if str(id) == cells[0]), None)
    starts_on = date_of(cells[2])
    if client is None or starts_on is None:
        return None
    ends_on: date | None = date_of(cells[3])
    return Entry(
        client_id=client, basis=cells[1], starts_on=starts_on, ends_on=ends_on, in_care_plan=cells[4] == "1",
        source_key=plain(cells[5], 200),
    )  # fmt: skip


def _keep(request: ActingRequest, page: dict[str, Any], now: datetime) -> HttpResponse:
    actor = actor_of(request)
    known = cards(actor)
    entries = [each for text in request.POST.getlist("regel") if (each := _unpacked(text, known))]
    entries = list({each.client_id: each for each in entries}.values())[: indication_list.MOST_LINES]
    try:
        taken = indications.take(entries, by=actor.name, role=actor.role, now=now, source=CSV)
    except (IndicationRefused, PathRefused) as refusal:
        page["error"] = refused_words(refusal.code, str(refusal))
        return render(request, "selection/list.html", page, status=422)
    if taken:
        ids = [each.indication_id for each in taken] + [each.client_id for each in taken]
        acted(
            request, Act.CREATE, "indication", ids, now, organisation_id=actor.organisation_id, detail="list"
        )
    page |= {
        "kept": len(taken), "opened": sum(each.path_id is not None for each in taken),
        "same": sum(each.became == SAME for each in taken),
    }  # fmt: skip
    return render(request, "selection/list.html", page)
