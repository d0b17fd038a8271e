"""`/medewerkers`: a team manager invites people of her own organisation, and closes the accounts of who leaves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act, record_act
from reik.kernel.login import accounts
from reik.kernel.login.accounts import AccountSeen
from reik.kernel.login.refusals import AccountRefused
from reik.people import carers, leaving, places
from reik.web.acting import ActingRequest
from reik.web.entrance.sure import sure
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for

PAGE = "/medewerkers"
ROLES = ("nurse", "caregiver", "team_manager")
"""Whom a team manager takes on here; others an administrator adds."""
room, changing = room_for("team_manager"), sure(PAGE)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest) -> HttpResponseBase:
    """Who may log in; a POST invites somebody new."""
    return _add(request) if request.method == "POST" else _page(request)


def _page(request: ActingRequest, status: int = 200, **more: object) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    told = {
        "people": _employed(actor.organisation_id, now), "me": actor.account_id, "demo": is_demo(),
        "teams": places.team_names(actor.organisation_id), "roles": ROLES, **more,
    }  # fmt: skip
    return render(request, "entrance/people.html", told, status=status)


def _employed(organisation_id: UUID, now: datetime) -> list[AccountSeen]:
    """Informal carers are kept where their client is."""
    return [each for each in accounts.accounts_of(organisation_id, now) if each.role != carers.ROLE]


@changing
def _add(request: ActingRequest) -> HttpResponseBase:
    actor, role, now = actor_of(request), request.POST.get("role", ""), clock.now()
    if role not in ROLES:
        raise Http404
    try:
        account_id, token = places.take_on(
            organisation_id=actor.organisation_id, username=request.POST.get("username", ""), now=now, by=actor.name,
            name=request.POST.get("name", ""), role=role, teams=request.POST.getlist("team"),
        )  # fmt: skip
    except AccountRefused:
        refused = _(
            "Deze gebruikersnaam kan niet. Neem 3 tot 64 letters, cijfers en . _ @ - die nog niemand heeft."
        )
        return _page(request, 400, refused=refused, typed=request.POST)
    record_act(actor, Act.CREATE, "account", [account_id], now)
    return _page(request, link=_link(request, token), whose=request.POST.get("name", ""))


@room
@changing
@require_POST
@never_cache
def invite(request: ActingRequest, account_id: UUID) -> HttpResponseBase:
    """A new link for one of her people; with `lost`, what she had opens nothing any more."""
    who, now = _hers(request, account_id), clock.now()
    token = accounts.invite(
        account_id, by=actor_of(request).name, now=now, lost=bool(request.POST.get("lost"))
    )
    record_act(actor_of(request), Act.CHANGE, "account", [account_id], now, detail="invited")
    return _page(request, link=_link(request, token), whose=who.name)


@room
@changing
@require_POST
@never_cache
def close(request: ActingRequest, account_id: UUID) -> HttpResponseBase:
    """Somebody leaves: all that her account opens ends, and the house codes that she saw are listed."""
    who, now = _hers(request, account_id), clock.now()
    left = leaving.end_account(account_id, now)
    record_act(actor_of(request), Act.CHANGE, "account", [account_id], now, detail="closed")
    return _page(request, left=left, whose=who.name)


def _hers(request: ActingRequest, account_id: UUID) -> AccountSeen:
    """A living account of her own organisation, and not her own."""
    actor = actor_of(request)
    people = accounts.accounts_of(actor.organisation_id, clock.now())
    found = next((each for each in people if each.id == account_id and each.active), None)
    if found is None or found.role not in ROLES or account_id == actor.account_id:
        raise Http404
    return found


def _link(request: ActingRequest, token: str) -> str:
    return f"{request.scheme}://{request.get_host()}/welkom/{token}"
