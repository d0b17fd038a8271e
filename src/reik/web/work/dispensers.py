"""A dispenser for a client: in a demo a virtual one; else one from the box, with its document shown once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from secrets import randbelow, token_hex
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.dispensing.devices.enrolment import Enrolment, EnrolmentRefused, enrol
from reik.dispensing.devices.shares import (
    Shares,
    SharesRefused,
    in_use,
    region_of,
    set_shares,
    shares_of,
    written,
)
from reik.dispensing.queries import DispenserSeen, dispensers_of, moments_between
from reik.interop.simulator.port import hand_over
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.doors import Doors, DoorsUnknown, doors_outside
from reik.kernel.operations import installation_kind
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.path import DISPENSER, path_of
from reik.web.work.reading import AHEAD
from reik.web.work.turns import take_turns
from reik.web.work.whose import EVERYONE, client_of

HOUSEHOLD = "absent"
"""Puts the roll in and does nothing else by itself: the visitor presses and takes."""


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
@never_cache
def dispenser(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/dispenser`"""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    demo = installation_kind() == "demo"
    if request.method != "POST":
        viewed(request, f"dispenser of {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, now, demo)
    take_turns("dispenser of", client_id)
    if path_of(card, DISPENSER, now).dispenser is not None and "again" not in request.POST:
        return _page(request, card, now, demo, error=_("Deze cliënt heeft al een dispenser."))
    label = f"DEMO-{token_hex(2).upper()}" if demo else request.POST.get("label", "").strip().upper()
    try:
        doors = doors_outside()
        with transaction.atomic():
            shares = shares_typed(request, card)
            enrolment = enrol(
                organisation_id=card.organisation_id,
                device=label,
                client_id=card.id,
                now=now,
                **asdict(shares),
            )
    except DoorsUnknown as unknown:
        return _page(request, card, now, demo, error=str(unknown), label=label)
    except SharesRefused:
        return _page(request, card, now, demo, error=shares_refused(), label=label)
    except EnrolmentRefused as refused:
        _log(request, card, [client_id], now, Act.REFUSED)
        return _page(request, card, now, demo, error=refusal_words(refused), label=label)
    _log(request, card, [enrolment.dispenser_id, client_id], now, Act.CREATE)
    if demo:
        # Only after the commit: a device that is not known yet is sent away for ten minutes.
        transaction.on_commit(lambda: hand_over(enrolment, profile=HOUSEHOLD, seed=randbelow(2**31)))
        return HttpResponseRedirect(f"/clienten/{client_id}/dispenser")
    return _page(request, card, now, demo, enrolment=enrolment, doors=doors)


@require_POST
@room_for(*EVERYONE)
@never_cache
def belongs_to(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/dispenser/hoort-bij`: its network, supplier and region."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    dispenser = dispensers_of([card.id]).get(card.id)
    if dispenser is None:
        raise Http404
    try:
        set_shares(dispenser.id, shares_typed(request, card))
    except SharesRefused:
        return _page(request, card, now, installation_kind() == "demo", error=shares_refused())
    acted(
        request, Act.CHANGE, "dispenser", [dispenser.id, card.id], now, organisation_id=card.organisation_id,
        detail="network, supplier, region",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{client_id}/dispenser?klaar=hoort-bij")


def shares_typed(request: ActingRequest, card: ClientCard) -> Shares:
    """As typed, in the spelling that her organisation uses. Raises SharesRefused."""
    typed = {each: request.POST.get(each, "") for each in ("network", "supplier", "region")}
    return written(Shares(**typed), in_use([card.organisation_id]))


def shares_refused() -> str:
    return _("Schrijf netwerk, leverancier en regio elk in ten hoogste 60 letters.")


def _proposed(request: ActingRequest, card: ClientCard, dispenser: DispenserSeen | None) -> dict[str, object]:
    """What is known of the dispenser, or proposed: what all others have, and the region of her postcode."""
    known = in_use([card.organisation_id])
    only = {kind: values[0] if len(values) == 1 else "" for kind, values in known.items()}
    proposed = Shares(**{**only, "region": region_of(card.address) or only["region"]})
    now_has = shares_of(dispenser.id) if dispenser else proposed
    values = {
        **asdict(now_has),
        **{each: request.POST[each] for each in asdict(now_has) if each in request.POST},
    }
    return {"shares": values, "known": known, "region": proposed.region}


def _log(request: ActingRequest, card: ClientCard, ids: list[UUID], now: datetime, act: Act) -> None:
    acted(
        request, act, "dispenser", ids, now, organisation_id=card.organisation_id, detail="enrolment",
        outcome="refused" if act is Act.REFUSED else "ok",
    )  # fmt: skip


def refusal_words(refused: EnrolmentRefused) -> str:
    said = str(refused)
    for begin, words in _refusals().items():
        if said.startswith(begin):
            return words
    return said


def _refusals() -> Mapping[str, str]:
    return {
        "A device's name": _("Een apparaatnaam heeft 3 tot 32 hoofdletters, cijfers of streepjes: kijk op het etiket."),
        "This device belongs": _("Dit apparaat is van een andere organisatie: die moet het eerst afstaan."),
        "This device is placed": _("Dit apparaat staat bij een andere cliënt: neem het daar eerst in."),
        "This client is not": _("Deze cliënt staat niet in de dossiers van deze organisatie."),
    }  # fmt: skip


def _page(
    request: ActingRequest, card: ClientCard, now: datetime, demo: bool, *, enrolment: Enrolment | None = None,
    doors: Doors | None = None, error: str = "", label: str = "",
) -> HttpResponse:  # fmt: skip
    path = path_of(card, DISPENSER, now)
    moments = moments_between([card.id], now, now + AHEAD)[card.id] if path.dispenser else []
    values = {
        "card": card, "path": path, "demo": demo, "error": error, "label": label,
        "first": next((each for each in moments if each.outcome is None), None),
        "document": json.dumps(enrolment.document(doors), indent=1) if enrolment and doors else "",
        "device": enrolment.device if enrolment else "", "done": request.GET.get("klaar", ""),
        **_proposed(request, card, path.dispenser),
    }  # fmt: skip
    response = render(request, "work/dispenser.html", values, status=422 if error else 200)
    response["Cache-Control"] = "private, no-store"
    return response
