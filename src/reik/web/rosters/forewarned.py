"""What would leave a later alert unheard: the list, and "I see to it" (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting.forewarnings import ForewarningRefused, ForewarningSeen, acknowledge, open_forewarnings
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.web.acting import ActingRequest
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.rosters.swap_shown import asked_shown
from reik.web.rosters.words import kind_words
from reik.web.seen import acted

ROLES = ("nurse", "caregiver", "team_manager", "operator")
ON_TOP = 2
"""So many stand above another page; the rest is at `/roosters`."""
room = room_for(*ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A forewarning in words. `roster_id`: where it can be mended; `of`: whose, where somebody works for several."""

    seen: ForewarningSeen
    words: str
    roster_id: str
    of: str


def warnings_of(actor: Actor) -> list[Warned]:
    """What is open for the organisations that this person works for: what nobody sees to first."""
    found = open_forewarnings(actor.organisations)
    others = {each.organisation_id for each in found} - {actor.organisation_id}
    names = organisation_names(others)
    return [
        Warned(
            seen=each, words=kind_words(each, ZONE), roster_id=str(each.detail.get("roster", "")),
            of=names.get(each.organisation_id, ""),
        )
        for each in found
    ]  # fmt: skip


@room
@require_safe
@never_cache
def banner(request: ActingRequest) -> HttpResponse:
    """`/roosters/vooraf`: a fragment that other pages fetch; empty when there is nothing to say."""
    return _fragment(request)


def _fragment(request: ActingRequest, taken: UUID | None = None) -> HttpResponse:
    """`taken`: stands first for once, so that who took it sees that she has it."""
    found = sorted(warnings_of(actor_of(request)), key=lambda each: each.seen.id != taken)
    page: dict[str, object] = {"warnings": found[:ON_TOP], "more": max(0, len(found) - ON_TOP)}
    page["asked"] = asked_shown(actor_of(request), clock.now())
    return render(request, "rosters/_banner.html", page)


@room
@require_POST
@never_cache
def take(request: ActingRequest, forewarning_id: UUID) -> HttpResponse:
    """Somebody sees to it. One that is over, or that somebody else has, shows as it is now."""
    now, actor = clock.now(), actor_of(request)
    found = next((each for each in open_forewarnings(actor.organisations) if each.id == forewarning_id), None)
    if found is not None:
        try:
            acknowledge(found.id, by=actor.name, now=now)
        except ForewarningRefused:
            pass
        else:
            acted(
                request, Act.CHANGE, "forewarning", [found.id], now, organisation_id=found.organisation_id,
                detail="acknowledged",
            )  # fmt: skip
    elif request.headers.get("HX-Request") != "true":
        raise Http404
    if request.headers.get("HX-Request") == "true":
        return _fragment(request, taken=forewarning_id)
    return HttpResponseRedirect("/roosters")
