"""Swaps in two steps: a member proposes one of her turns, the other answers, a planner notes what she heard (R47)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from reik.alerting.forewarnings.rosters import look_at_rosters
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.rosters import asking
from reik.people.rosters.asked import SwapSeen, member_by, proposal, turns_of
from reik.people.rosters.asking import GIVER, HERSELF, TAKER, Asked, ask_swap
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.seen import RosterSeen, members_of, rosters_of
from reik.people.rosters.telling import can_be_told
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.rosters.forms import instant_of
from reik.web.rosters.views import ROLES, may_plan, one_page
from reik.web.rosters.words import refused_words
from reik.web.seen import acted

room = room_for(*ROLES)


@room
@require_POST
@never_cache
def ask(request: ActingRequest, roster_id: UUID) -> HttpResponse:
    """A member asks a colleague to take over one of her own turns."""
    now, actor = clock.now(), actor_of(request)
    roster = next(iter(rosters_of(actor.organisations, roster_id)), None)
    me = member_by(roster_id, actor.account_id) if roster else None
    if roster is None or me is None:
        raise Http404
    try:
        asked = _asked(roster, me, request.POST, now)
        ask_swap(asked, {GIVER: HERSELF}, by=actor.name, now=now)
    except RosterRefused as refusal:
        return one_page(request, roster, now, errors=[refused_words(refusal)])
    _log(request, roster.id, roster.organisation_id, "swap asked", now)
    said = "gevraagd" if can_be_told(asked.taker_id) else "gevraagd-zelf"
    return HttpResponseRedirect(f"/roosters/{roster_id}?bewaard={said}#gaten")


def _asked(roster: RosterSeen, me: UUID, post: Mapping[str, str], now: datetime) -> Asked:
    """The turn that she chose, as the roster still has it. Raises RosterRefused."""
    since = instant_of(post.get("turn", ""), roster.zone)
    turn = next((each for each in turns_of(roster.id, me, now) if each.starts_at == since), None)
    taker = next((each.id for each in members_of(roster.id) if str(each.id) == post.get("taker")), None)
    if taker is None:
        raise RosterRefused("Say who takes it over.", "swap_taker")
    if turn is None:
        raise RosterRefused("You do not stand on the roster then.", "not_standing", actor_name(roster, me))
    return Asked(giver_id=me, taker_id=taker, starts_at=turn.starts_at, ends_at=turn.ends_at)


def actor_name(roster: RosterSeen, member_id: UUID) -> str:
    """How somebody is called on a roster."""
    return next((each.name for each in members_of(roster.id) if each.id == member_id), "")


@room
@require_POST
@never_cache
def answer(request: ActingRequest, swap_id: UUID) -> HttpResponse:
    """Yes or no of who was asked; a planner notes a yes from the phone, or withdraws it."""
    now, actor, act = clock.now(), actor_of(request), request.POST.get("act", "")
    found = proposal(swap_id, now)
    roster = next(iter(rosters_of(actor.organisations, found.roster_id)), None) if found else None
    if found is None or roster is None or not _may(actor, found, act):
        raise Http404
    try:
        counts = _do(actor, found, act, now)
    except RosterRefused as refusal:
        _log(request, roster.id, roster.organisation_id, f"swap {act[:10]}", now, outcome="refused")
        return one_page(request, roster, now, errors=[refused_words(refusal)])
    if counts:
        look_at_rosters(now)
    _log(request, roster.id, roster.organisation_id, f"swap {act[:10]}", now)
    said = "geruild" if counts else "ja" if act in ("ja", *_SIDES) else "nee"
    return HttpResponseRedirect(f"/roosters/{roster.id}?bewaard={said}#gaten")


_SIDES = {f"telefoon-{GIVER}": GIVER, f"telefoon-{TAKER}": TAKER}


def _may(actor: Actor, found: SwapSeen, act: str) -> bool:
    if act in ("ja", "nee"):
        return found.about(actor.account_id)
    return may_plan(actor, found.organisation_id) and (act in _SIDES or act == "intrekken")


def _do(actor: Actor, found: SwapSeen, act: str, now: datetime) -> bool:
    """Says whether it counts on the roster now. Raises RosterRefused."""
    if act == "ja":
        return asking.say_yes(found.id, actor.account_id, by=actor.name, now=now)
    if act in _SIDES:
        return asking.note_yes(found.id, _SIDES[act], by=actor.name, now=now)
    if act == "nee":
        asking.say_no(found.id, actor.account_id, by=actor.name, now=now)
    else:
        asking.withdraw(found.id, by=actor.name, now=now)
    return False


def _log(
    request: ActingRequest,
    roster_id: UUID,
    organisation_id: UUID,
    detail: str,
    now: datetime,
    outcome: str = "ok",
) -> None:
    act = Act.CHANGE if outcome == "ok" else Act.REFUSED
    acted(
        request, act, "roster", [roster_id], now, organisation_id=organisation_id, detail=detail,
        outcome=outcome,
    )  # fmt: skip
