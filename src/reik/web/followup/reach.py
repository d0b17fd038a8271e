"""`…/opvolgafspraak/bereik`: by which number or mailbox somebody is reached, and whether a test arrives (R57)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.alerting.arrangements import trying
from reik.alerting.arrangements.responders import (
    Responders,
    Way,
    WayRefused,
    add_way,
    known_destinations,
    responders,
)
from reik.alerting.operations import try_destination
from reik.interop import AddressRefused
from reik.interop.email.mapping import mailbox
from reik.interop.sms.mapping import address as sms_address
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.followup.whose import AGREES, SETS_DEFAULT, Whose, of_organisation
from reik.web.followup.whose import of_client as whose_of_client
from reik.web.followup.words import channel_words, way_refused
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed


@dataclass(frozen=True, slots=True, kw_only=True)
class WayShown:
    """A way with its newest test. `how`: its channel in words; `testable`: a test message can go there."""

    way: Way
    how: str
    test: trying.TrySeen | None
    testable: bool


@room_for(*AGREES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def of_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The ways of a client's informal carers, and the desks."""
    return _reach(request, whose_of_client(actor_of(request), client_id))


@room_for(*SETS_DEFAULT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def of_organisation_view(request: ActingRequest) -> HttpResponse:
    """The desks and rosters of the organisation."""
    return _reach(request, of_organisation(actor_of(request)))


def _reach(request: ActingRequest, whose: Whose) -> HttpResponse:
    now, found = clock.now(), responders(whose.organisation_id, whose.client_id)
    if request.method != "POST":
        if whose.card:
            viewed(request, f"ways {whose.client_id}", {whose.organisation_id: [whose.card.id]}, now)
        return _page(request, whose, found)
    try:
        destination = _destination(request, whose, found, now)
        try_destination(
            organisation_id=whose.organisation_id,
            destination_id=destination,
            by=actor_of(request).name,
            now=now,
        )
    except WayRefused as refusal:
        return _page(request, whose, found, error=way_refused(refusal.code, str(refusal)))
    except trying.TryRefused as refusal:
        return _page(request, whose, found, error=way_refused("not_there", str(refusal)))
    ids = [whose.client_id] if whose.client_id else [destination]
    acted(
        request, Act.CHANGE, "client" if whose.card else "destination", ids, now,
        organisation_id=whose.organisation_id, detail=f"way {request.POST.get('act', '')[:8]}",
    )  # fmt: skip
    return HttpResponseRedirect(f"{request.path}#w-{destination}")


def _destination(request: ActingRequest, whose: Whose, found: Responders, now: datetime) -> UUID:
    """What is tested: a way that is there, or one that is entered now."""
    post = request.POST
    try:
        if post.get("act") == "test":
            id = UUID(post.get("destination", ""))
            if id not in known_destinations(found):
                raise Http404
            return id
        carer = UUID(post.get("carer", ""))
    except ValueError:
        raise Http404 from None
    if post.get("act") != "add" or whose.client_id is None:
        raise Http404
    channel = post.get("channel", "")
    if channel not in CHECKS:
        raise Http404
    return add_way(
        carer_id=carer, client_id=whose.client_id, channel=channel, to=written(channel, post.get("to", "")),
        by=actor_of(request).name, now=now, check=CHECKS[channel],
    )  # fmt: skip


def written(channel: str, typed: str) -> str:
    """A number as the wire wants it: 06 12 34 56 78 is +31612345678."""
    if channel != "sms":
        return typed.strip()
    digits = re.sub(r"[\s().-]", "", typed)
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+31{digits[1:]}" if digits.startswith("0") else digits


def _refusing(read: Callable[[str, str | None], object]) -> Callable[[str, str | None], object]:
    def check(address: str, secret: str | None) -> object:
        try:
            return read(address, secret)
        except AddressRefused as refusal:
            raise ValueError(str(refusal)) from None

    return check


CHECKS: Mapping[str, Callable[[str, str | None], object]] = {
    "sms": _refusing(sms_address),
    "email": _refusing(lambda address, _secret: mailbox(address)),
    "webpush": _refusing(lambda _address, _secret: None),
}


def _page(request: ActingRequest, whose: Whose, found: Responders, *, error: str = "") -> HttpResponse:
    tests = trying.tries_of(known_destinations(found))

    def row(way: Way) -> WayShown:
        return WayShown(
            way=way, how=channel_words(way.channel), test=tests.get(way.destination_id),
            testable=way.channel in trying.TESTED,
        )  # fmt: skip

    page = {
        "whose": whose, "card": whose.card, "error": error, "typed": request.POST, "address": request.path,
        "carers": [(each, [row(way) for way in each.ways]) for each in found.carers],
        "desks": [row(each) for each in found.desks],
        "rosters": [(each, row(each.last_resort)) for each in found.rosters],
        "waiting": any(each.state == "waiting" for each in tests.values()),
    }  # fmt: skip
    with timezone.override(whose.zone):
        name = "followup/ways.html" if "HX-Request" in request.headers else "followup/reach.html"
        return render(request, name, page, status=422 if error else 200)
