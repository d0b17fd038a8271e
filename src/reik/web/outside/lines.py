"""A client's medication outside the roll: what there is, what nobody has decided yet, and writing a line (R5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.outside.keeping import WRITERS, change_line, stop_line, write_line
from reik.medication.outside.lines import LooseVersion, OutsideRefused
from reik.medication.outside.proposals import decide_line, decide_otherwise, first_day
from reik.medication.outside.seen import (
    LooseLineSeen,
    ProposalSeen,
    history_of,
    loose_of,
    proposal,
    proposals_open,
)
from reik.medication.times.schedule import local_day
from reik.people.queries import ClientCard, carers_of
from reik.web.acting import ActingRequest
from reik.web.outside import line_form
from reik.web.outside.line_form import LineForm
from reik.web.outside.words import refusal_words, stands_shown, when_words, who_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

SEES = (*TEAM, "pharmacist", "operator", "informal_carer")
GIVES = (*TEAM, "informal_carer")
LIST = "buiten-de-rol"


def address_of(client_id: UUID) -> str:
    return f"/clienten/{client_id}/{LIST}"


@room_for(*SEES)
@require_safe
@never_cache
def lines(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/buiten-de-rol`."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    viewed(request, f"outside {client_id}", {card.organisation_id: [client_id]}, now)
    zone = ZoneInfo(card.zone)
    found = loose_of([client_id], local_day(now, zone), now).get(client_id, [])
    page = {
        "card": card, "now": now, "address": request.path, "writes": actor.role in WRITERS,
        "gives": actor.role in GIVES, "lines": [_shown(each, zone) for each in found],
        "proposals": [_proposed(each) for each in proposals_open([client_id])],
        "of_staff": actor.role != "informal_carer",
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true"
    with timezone.override(zone):
        return render(request, "outside/live.html" if part else "outside/lines.html", page)


def _shown(seen: LooseLineSeen, zone: ZoneInfo) -> dict[str, Any]:
    says = seen.version.says
    return {
        "seen": seen, "says": says, "when": when_words(says), "who": who_words(says.responsible, says.responsible_name),
        "times": [(each, stands_shown(each, zone)) for each in seen.times],
        "rows": sorted(seen.given, key=lambda each: each.given.said.given_at, reverse=True),
    }  # fmt: skip


def _proposed(seen: ProposalSeen) -> dict[str, Any]:
    return {"seen": seen, "says": seen.proposed.says, "when": when_words(seen.proposed.says)}


@room_for(*TEAM, "pharmacist")
@require_http_methods(["GET", "POST"])
def write(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<id>/buiten-de-rol/regel?voorstel=`: a new line, or what becomes of a proposal."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    proposed = _proposal(request, card)
    today = local_day(now, ZoneInfo(card.zone))
    if request.method != "POST":
        viewed(request, f"outside form {client_id}", {card.organisation_id: [client_id]}, now)
        return _form(request, card, _first(proposed, today), proposed=proposed)
    form = line_form.typed(request.POST, today)
    if form.says is not None:
        try:
            line = _write(proposed, card, form, actor, now)
        except OutsideRefused as refused:
            return _refused(request, card, form, refused, now, proposed=proposed)
        return _kept(request, card, Act.CREATE, line, now, "line")
    return _form(request, card, form, proposed=proposed, status=422)


def _first(proposed: ProposalSeen | None, today: date) -> LineForm:
    if proposed is None:
        return line_form.empty(today)
    says = proposed.proposed.says
    return line_form.shown(replace(says, starts_on=first_day(says, today)))


def _write(
    proposed: ProposalSeen | None, card: ClientCard, form: LineForm, actor: Actor, now: datetime
) -> UUID:
    assert form.says is not None
    if proposed is None:
        return write_line(card.id, form.says, by=actor.name, role=actor.role, now=now)
    return decide_line(proposed.id, form.says, by=actor.name, role=actor.role, now=now)


def _proposal(request: ActingRequest, card: ClientCard) -> ProposalSeen | None:
    said = request.POST.get("voorstel") or request.GET.get("voorstel")
    if not said:
        return None
    try:
        found = proposal(UUID(said))
    except ValueError:
        found = None
    if found is None or found.client_id != card.id:
        raise Http404
    return found


@room_for(*TEAM, "pharmacist")
@require_http_methods(["GET", "POST"])
def change(request: ActingRequest, client_id: UUID, line: UUID) -> HttpResponse:
    """`/clienten/<id>/buiten-de-rol/<line>/regel`: another version in its place."""
    now, actor = clock.now(), actor_of(request)
    card, versions = client_of(actor, client_id), _versions(client_id, line)
    today = local_day(now, ZoneInfo(card.zone))
    if request.method != "POST":
        viewed(request, f"outside form {client_id}", {card.organisation_id: [client_id]}, now)
        return _form(request, card, line_form.shown(versions[0].says), versions=versions)
    form = line_form.typed(request.POST, today)
    if form.says is not None:
        try:
            change_line(
                line, form.says, by=actor.name, role=actor.role, because=form.values["because"], now=now
            )
        except OutsideRefused as refused:
            return _refused(request, card, form, refused, now, versions=versions)
        return _kept(request, card, Act.CHANGE, line, now, "line")
    return _form(request, card, form, versions=versions, status=422)


def _versions(client_id: UUID, line: UUID) -> list[LooseVersion]:
    found = history_of(line)
    if not found or found[0].client_id != client_id:
        raise Http404
    return found


def _form(
    request: ActingRequest, card: ClientCard, form: LineForm, *, proposed: ProposalSeen | None = None,
    versions: list[LooseVersion] | None = None, error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = {
        "card": card, "form": form, "proposed": proposed, "versions": versions or [], "error": error,
        "back": address_of(card.id), "carers": carers_of([card.id]).get(card.id, []),
        "writes": actor_of(request).role in WRITERS,
    }  # fmt: skip
    with timezone.override(ZoneInfo(card.zone)):
        return render(request, "outside/line.html", page, status=status)


def _refused(
    request: ActingRequest,
    card: ClientCard,
    form: LineForm,
    refused: OutsideRefused,
    now: datetime,
    **more: Any,
) -> HttpResponse:
    error = refusal_words(refused, ZoneInfo(card.zone), now)
    return _form(request, card, form, error=error, status=422, **more)


def _kept(
    request: ActingRequest, card: ClientCard, act: Act, id: UUID, now: datetime, detail: str
) -> HttpResponse:
    acted(request, act, "outside", [id, card.id], now, organisation_id=card.organisation_id, detail=detail)
    return HttpResponseRedirect(address_of(card.id))


@room_for(*TEAM, "pharmacist")
@require_POST
def stop(request: ActingRequest, client_id: UUID, line: UUID) -> HttpResponse:
    """This is given no more."""
    now, actor = clock.now(), actor_of(request)
    card, versions = client_of(actor, client_id), _versions(client_id, line)
    because = request.POST.get("because", "").strip()[:300]
    try:
        stop_line(line, by=actor.name, role=actor.role, because=because, now=now)
    except OutsideRefused as refused:
        return _refused(request, card, line_form.shown(versions[0].says), refused, now, versions=versions)
    return _kept(request, card, Act.CHANGE, line, now, "stopped")


@room_for(*TEAM, "pharmacist")
@require_POST
def decide(request: ActingRequest, client_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Somebody else gives it, or it is in the roll after all."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    found = proposal(proposal_id)
    if found is None or found.client_id != client_id:
        raise Http404
    says = request.POST
    try:
        decide_otherwise(
            proposal_id, says.get("besluit", ""), by=actor.name, role=actor.role,
            because=says.get("because", "").strip()[:300], now=now,
        )  # fmt: skip
    except OutsideRefused as refused:
        form = _first(found, local_day(now, ZoneInfo(card.zone)))
        return _refused(request, card, form, refused, now, proposed=found)
    return _kept(request, card, Act.CHANGE, proposal_id, now, "decided")
