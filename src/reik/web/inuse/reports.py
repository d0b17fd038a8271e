"""`/clienten/<id>/incidenten`, `/incidenten`, `/naaste/klacht`: complaints, incidents and calamities (R79)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.alerting import queries as alerting
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.use import incidents
from reik.pathway.use.incident_rules import CAUSES, HARMS, KINDS, PHASES, REPORTERS, IncidentRefused
from reik.pathway.use.incidents import NewIncident
from reik.pathway.use.incidents_seen import IncidentSeen, incident, incidents_of, lines_of
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.carer.names import called, dialled
from reik.web.inuse import reading, words
from reik.web.inuse.refusals import refused_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import cause_words
from reik.web.work.whose import TEAM, client_of

MANAGER = "team_manager"


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def of_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """What was reported of this client, and a new report; `?melding=` fills in what an alert says."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    if request.method != "POST":
        viewed(request, f"incidents {card.id}", {card.organisation_id: [card.id]}, now)
        return _list(request, card, now, _from_alert(request, card))
    try:
        with transaction.atomic():
            id = _report(request, card, now, request.POST.get("kind", ""), request.POST.get("reporter", ""))
    except IncidentRefused as refused:
        return _list(request, card, now, request.POST, refused_words(refused.code, str(refused)))
    return HttpResponseRedirect(f"/clienten/{card.id}/incidenten/{id}")


def _from_alert(request: ActingRequest, card: ClientCard) -> dict[str, str]:
    """One click from an alert: its time, its cause, and itself."""
    id = reading.uuid(request.GET.get("melding", ""))
    found = alerting.alert(id, [card.id]) if id else None
    if found is None:
        return {"kind": request.GET.get("soort", "")}
    at = found.moment.due_at if found.moment else found.opened_at
    what = f"{cause_words(found.cause)}. "
    return {
        "kind": "incident", "happened_at": reading.typed_at(at, ZoneInfo(card.zone)), "what": what,
        "about": str(found.id), "phase": "following_up" if found.closed_at is None else "",
    }  # fmt: skip


def _report(request: ActingRequest, card: ClientCard, now: datetime, kind: str, reporter: str) -> UUID:
    post, actor = reading.plain(request.POST), actor_of(request)
    at = reading.instant(post.get("happened_at", ""), ZoneInfo(card.zone))
    if at is None:
        raise IncidentRefused("happened_at", "Enter a date and a time.")
    new = NewIncident(
        client_id=card.id, kind=kind, happened_at=at, what=post.get("what", ""), reporter=reporter,
        phase=post.get("phase", ""), cause=post.get("cause", ""), harm=post.get("harm", "") or "unknown",
        measures=post.get("measures", ""), about=reading.uuid(post.get("about", "")),
    )  # fmt: skip
    id = incidents.report(new, by=actor.name, role=actor.role, now=now)
    acted(
        request,
        Act.CHANGE,
        "incident",
        [id, card.id],
        now,
        organisation_id=card.organisation_id,
        detail="reported",
    )
    return id


def choices() -> dict[str, Any]:
    """The classes to choose from, with their words."""
    return {
        "kinds": [(each, words.kind_words(each)) for each in KINDS],
        "phases": [(each, words.phase_words(each)) for each in ("", *PHASES)],
        "causes": [(each, words.incident_cause_words(each)) for each in ("", *CAUSES)],
        "harms": [(each, words.harm_words(each)) for each in HARMS],
        "reporters": [(each, words.reporter_words(each)) for each in REPORTERS],
    }


def row_of(each: IncidentSeen, now: datetime) -> dict[str, Any]:
    """One report as a line of a list."""
    told = each.told(now)
    return {
        "one": each, "kind": words.kind_words(each.kind), "told": words.told_words(told),
        "late": told in ("late", "too_late"),
        "phase": words.phase_words(each.phase) if each.phase else "",
    }  # fmt: skip


def _list(
    request: ActingRequest, card: ClientCard, now: datetime, typed: Any, error: str = ""
) -> HttpResponse:
    zone, role = ZoneInfo(card.zone), actor_of(request).role
    page = {
        "card": card, "rows": [row_of(each, now) for each in incidents_of([card.id])], "typed": typed, "error": error,
        "address": request.path, "now_typed": reading.typed_at(now, zone), "me": role, **choices(),
        "begun": bool(error) or any(typed.values()),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "inuse/incidents.html", page, status=422 if error else 200)


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, client_id: UUID, incident_id: UUID) -> HttpResponse:
    """One report: classes, measures, the inspectorate, review, closing, and every line of it."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    found = incident(incident_id, [card.id])
    if found is None:
        raise Http404
    if request.method != "POST":
        viewed(request, f"incident {incident_id}", {card.organisation_id: [card.id]}, now)
        return _one(request, card, found, now)
    try:
        with transaction.atomic():
            _act(request, card, found, now)
    except IncidentRefused as refused:
        return _one(request, card, found, now, refused_words(refused.code, str(refused)))
    acted(
        request, Act.CHANGE, "incident", [incident_id, card.id], now, organisation_id=card.organisation_id,
        detail=request.POST.get("act", "")[:20],
    )  # fmt: skip
    return HttpResponseRedirect(request.path)


def _act(request: ActingRequest, card: ClientCard, found: IncidentSeen, now: datetime) -> None:
    post, actor = reading.plain(request.POST), actor_of(request)
    act, who = post.get("act", ""), {"by": actor.name, "role": actor.role, "now": now}
    if act == "class":
        fields = {name: post.get(name, "") for name in ("phase", "cause", "harm", "measures", "answer")}
        incidents.class_it(found.id, **fields, **who)  # type: ignore[arg-type]
    elif act == "calamity":
        incidents.establish_calamity(found.id, **who)  # type: ignore[arg-type]
    elif act == "inspectorate":
        at = reading.instant(post.get("at", ""), ZoneInfo(card.zone))
        if at is None:
            raise IncidentRefused("inspectorate_at", "Enter a date and a time.")
        incidents.tell_inspectorate(found.id, at=at, number=post.get("number", ""), **who)  # type: ignore[arg-type]
    elif act == "review":
        incidents.review(found.id, note=post.get("reviewed_note", ""), **who)  # type: ignore[arg-type]
    elif act == "close":
        incidents.close(found.id, **who)  # type: ignore[arg-type]
    else:
        raise Http404


def _one(
    request: ActingRequest, card: ClientCard, found: IncidentSeen, now: datetime, error: str = ""
) -> HttpResponse:
    zone, role = ZoneInfo(card.zone), actor_of(request).role
    typed = request.POST if error else {name: getattr(found, name) for name in _FIELDS}
    page = {
        "card": card, "row": row_of(found, now), "one": found, "error": error, "typed": typed, "address": request.path,
        "lines": [(each, words.line_words(each.kind)) for each in lines_of(found.id)], "is_manager": role == MANAGER,
        "may_class": role in incidents.LOOKS, "now_typed": reading.typed_at(now, zone),
        "reporter": words.reporter_words(found.reporter), "harm": words.harm_words(found.harm),
        "cause": words.incident_cause_words(found.cause),
        "phase": words.phase_words(found.phase), **choices(),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "inuse/incident.html", page, status=422 if error else 200)


_FIELDS = ("phase", "cause", "harm", "measures", "answer", "reviewed_note")


@room_for(MANAGER, "nurse")
@require_safe
@never_cache
def of_all(request: ActingRequest) -> HttpResponse:
    """`/incidenten`: all reports of the clients whom she may see; `?toon=` open, calamity, complaint or unreviewed."""
    now = clock.now()
    known = cards(actor_of(request))
    rows = [row_of(each, now) | {"card": known[each.client_id]} for each in incidents_of(known)]
    only = request.GET.get("toon", "open")
    tests: dict[str, Callable[[IncidentSeen], bool]] = {
        "open": lambda each: each.closed_at is None,
        "calamity": lambda each: each.kind == "calamity",
        "complaint": lambda each: each.kind == "complaint",
        "unreviewed": lambda each: each.reviewed_at is None,
    }
    shown = [row for row in rows if only not in tests or tests[only](row["one"])]
    ids: dict[UUID, list[UUID]] = {}
    for row in shown:
        ids.setdefault(row["card"].organisation_id, []).append(row["card"].id)
    viewed(request, "incidents", ids, now)
    counts = {name: sum(test(row["one"]) for row in rows) for name, test in tests.items()}
    page = {
        "rows": shown,
        "only": only,
        "counts": counts,
        "total": len(rows),
        "late": sum(r["late"] for r in rows),
    }
    return render(request, "inuse/all_incidents.html", page)


@room_for("informal_carer")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def complaint_by_carer(request: ActingRequest) -> HttpResponse:
    """`/naaste/klacht`: an informal carer says what bothers her or her client."""
    now, actor = clock.now(), actor_of(request)
    mine, wanted = cards(actor), request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                _report(request, card, now, "complaint", "carer")
            return HttpResponseRedirect(f"{request.path}?wie={card.id}&klaar=1")
        except IncidentRefused as refused:
            error = refused_words(refused.code, str(refused))
    else:
        viewed(request, f"complaint {card.id}", {card.organisation_id: [card.id]}, now)
    zone = ZoneInfo(card.zone)
    page = {
        "card": card, "error": error, "typed": request.POST, "address": request.get_full_path(), "tab": "",
        "done": request.GET.get("klaar", ""), "now_typed": reading.typed_at(now, zone), "called": called(card),
        "phone": dialled(card.phone), "others": [],
    }  # fmt: skip
    return render(request, "inuse/complaint.html", page, status=422 if error else 200)
