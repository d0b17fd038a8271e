"""`/clienten/<id>/opvolgafspraak` and `/opvolgafspraak`: what was agreed, and agreeing a new version (R45 to R47)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.alerting.arrangements import seen
from reik.alerting.arrangements.choosing import NORMAL, TIME_CRITICAL, TOLERANT, Asked
from reik.alerting.arrangements.responders import responders
from reik.alerting.arrangements.seen import VersionSeen
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import SHORTEST, ArrangementInvalid
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.operations import pace
from reik.web.acting import ActingRequest
from reik.web.followup import draft as drafts
from reik.web.followup import shown
from reik.web.followup.choices import Choice, Group, by_code, groups_of
from reik.web.followup.draft import Draft
from reik.web.followup.preset_form import Picked, made_of, picked_of
from reik.web.followup.whose import AGREES, READS, SETS_DEFAULT, Whose, of_organisation
from reik.web.followup.whose import of_client as whose_of_client
from reik.web.followup.words import criticality_names, day_names, preset_names, refused_words, route_name
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed


@room_for(*READS)
@require_http_methods(["GET", "HEAD"])
@never_cache
def of_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """A client's arrangement: hers, or the default that holds for her."""
    return _read(request, whose_of_client(actor_of(request), client_id))


@room_for("nurse", "caregiver", "team_manager")
@require_http_methods(["GET", "HEAD"])
@never_cache
def default(request: ActingRequest) -> HttpResponse:
    """The organisation's default."""
    return _read(request, of_organisation(actor_of(request)))


@room_for(*AGREES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def agree_for_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form for a new version of a client's own arrangement."""
    return _agree(request, whose_of_client(actor_of(request), client_id))


@room_for(*SETS_DEFAULT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def agree_default(request: ActingRequest) -> HttpResponse:
    """The form for a new version of the organisation's default."""
    return _agree(request, of_organisation(actor_of(request)))


def _read(request: ActingRequest, whose: Whose) -> HttpResponse:
    now = clock.now()
    if whose.card:
        viewed(request, f"arrangement {whose.client_id}", {whose.organisation_id: [whose.card.id]}, now)
    own = seen.versions(whose.organisation_id, whose.client_id)
    held = own[0] if own else _held(whose)
    page: dict[str, Any] = {
        "whose": whose, "card": whose.card, "held": held, "own": own,
        "routes": shown.routes_shown(held) if held else [],
        "visit_words": shown.visit_words(held) if held else "",
        "history": [
            (each, shown.differences(each, older)) for each, older in zip(own, [*own[1:], None], strict=False)
        ],
        **_preview(request, whose, held, now),
    }  # fmt: skip
    with timezone.override(whose.zone):
        return render(request, "followup/page.html", page)


def _held(whose: Whose) -> VersionSeen | None:
    return seen.holding(whose.client_id) if whose.client_id else None


def _preview(
    request: ActingRequest, whose: Whose, held: VersionSeen | None, now: datetime
) -> dict[str, object]:
    """What an alert that opens at the time asked for (now when none was) would do."""
    said, kind = request.GET.get("op", ""), request.GET.get("soort", "")
    criticality = int(kind) if kind in ("0", "1", "2") else NORMAL
    try:
        at = datetime.fromisoformat(said).replace(tzinfo=whose.zone) if said else now
    except ValueError:
        at = now
    asked = Asked(at=at.astimezone(now.tzinfo), criticality=criticality, due_at=at)
    return {
        "preview": shown.previewed(held, asked, whose.zone) if held else None, "asked": bool(said),
        "at": at.astimezone(whose.zone).strftime("%Y-%m-%dT%H:%M"), "kind": criticality,
        "kinds": list(zip((TIME_CRITICAL, NORMAL, TOLERANT), criticality_names(), strict=True)),
    }  # fmt: skip


def _agree(request: ActingRequest, whose: Whose) -> HttpResponse:
    now, factor = clock.now(), pace()
    found = responders(whose.organisation_id, whose.client_id)
    groups = groups_of(found)
    known = by_code(groups)
    own = seen.versions(whose.organisation_id, whose.client_id, most=1)
    held = own[0] if own else _held(whose)
    if request.method != "POST":
        if whose.card:
            viewed(
                request, f"arrangement form {whose.client_id}", {whose.organisation_id: [whose.card.id]}, now
            )
        draft = drafts.of_version(held, known, _unit(factor))
        draft.based_on = own[0].version if own else 0
        return _form(request, whose, groups, draft, picked_of(held, known, found))
    draft, picked = drafts.read(request.POST), Picked.read(request.POST)
    act = request.POST.get("act", "")
    try:
        if act == "save":
            _save(request, whose, draft, known, factor, now)
            return HttpResponseRedirect(whose.base)
        if act.startswith("preset-"):
            made = made_of(act.removeprefix("preset-"), picked, known, found, held)
            drafts.of_preset(draft, made, known, drafts.MINUTE)
        elif not drafts.change(draft, act):
            raise Http404
    except ArrangementInvalid as refusal:
        return _form(request, whose, groups, draft, picked, refusal=refusal)
    return _form(request, whose, groups, draft, picked)


def _unit(factor: float) -> timedelta:
    """What waits are typed in."""
    return drafts.MINUTE if factor == 1 else drafts.SECOND


def _save(
    request: ActingRequest,
    whose: Whose,
    draft: Draft,
    known: Mapping[str, Choice],
    factor: float,
    now: datetime,
) -> None:
    made = drafts.written(draft, known, _unit(factor))
    agreed = agree_arrangement(
        organisation_id=whose.organisation_id, client_id=whose.client_id, route=made.route, others=made.others,
        words=made.words, emergency=made.emergency, centre_decides=draft.centre_decides,
        agreed_by=actor_of(request).name, now=now, shortest=SHORTEST / factor, based_on=draft.based_on,
    )  # fmt: skip
    kind, id = ("client", whose.client_id) if whose.client_id else ("arrangement", agreed.id)
    acted(
        request, Act.CHANGE, kind, [id], now, organisation_id=whose.organisation_id,
        detail=f"arrangement version {agreed.version}",
    )  # fmt: skip


def _form(
    request: ActingRequest,
    whose: Whose,
    groups: list[Group],
    draft: Draft,
    picked: Picked,
    *,
    refusal: ArrangementInvalid | None = None,
) -> HttpResponse:
    page = {
        "whose": whose, "card": whose.card, "groups": groups, "draft": draft, "picked": picked,
        "presets": preset_names(), "seconds": pace() != 1, "days": list(enumerate(day_names())),
        "kinds": list(enumerate(criticality_names())),
        "error": _refused(refusal, draft, by_code(groups)) if refusal else "",
        "wrong": (refusal.route, refusal.position) if refusal else None,
        "wrong_id": f"who-{refusal.route}-{refusal.position - 1}" if refusal and refusal.position else "",
    }  # fmt: skip
    with timezone.override(whose.zone):
        return render(request, "followup/form.html", page, status=422 if refusal else 200)


def _refused(refusal: ArrangementInvalid, draft: Draft, known: Mapping[str, Choice]) -> str:
    """The sentence, with the route and the step that it is about."""
    route, who = "", ""
    if refusal.route < len(draft.routes) and (len(draft.routes) > 1 or refusal.position):
        one = draft.routes[refusal.route]
        route = route_name(refusal.route, one.name)
        if 0 < refusal.position <= len(one.steps):
            chosen = known.get(one.steps[refusal.position - 1].who)
            who = f"{refusal.position}. {chosen.name}" if chosen else f"{refusal.position}"
    return refused_words(refusal, route, who)
