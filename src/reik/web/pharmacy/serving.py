"""A pharmacist takes a client on, or says from when her pharmacy stops (R14)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import organisation_names
from reik.medication.pharmacies.serving import ServingRefused, accept_client, stop_client
from reik.medication.times.schedule import local_day
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.pharmacy import client
from reik.web.pharmacy.whose import PHARMACIST, client_of
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.clients import date_of


def serving_flaw(refused: ServingRefused) -> str:
    """Why a pharmacy cannot start or stop like this."""
    return {
        "serves": _("Uw apotheek levert al aan deze cliënt."),
        "not_ours": _("Uw apotheek levert niet aan deze cliënt."),
        "because": _("Schrijf op waarom, zodat het team een andere apotheek kan zoeken."),
        "day": _("De laatste dag is vandaag of later."),
        "name": _("De zorgorganisatie kent een apotheek met deze naam zonder account: vraag haar die te koppelen."),
    }.get(refused.code, str(refused))  # fmt: skip


@require_POST
@room_for(PHARMACIST)
def accept(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/apotheek/client/<uuid>/aannemen`: from now on this pharmacy serves her."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    name = organisation_names([actor.organisation_id])[actor.organisation_id]
    flaw = _try(
        lambda: accept_client(
            client_id=client_id, partner_id=actor.organisation_id, name=name, by=actor.name, now=now
        )
    )
    if flaw:
        return client.page(request, card, now, error=flaw)
    return _done(request, card, "accepted")


@require_POST
@room_for(PHARMACIST)
def stop(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/apotheek/client/<uuid>/stoppen`: up to which day, and why. The care team owns what follows."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    typed = {name: request.POST.get(name, "").strip()[:1000] for name in ("last_day", "because")}
    day = date_of(typed["last_day"])
    if day is None:
        flaw = _("Vul de laatste dag in, zoals 31-12-2026.")
    else:
        flaw = _try(
            lambda: stop_client(
                client_id=client_id, partner_id=actor.organisation_id, last_day=day,
                today=local_day(now, ZoneInfo(card.zone)), because=typed["because"], by=actor.name, now=now,
            )
        )  # fmt: skip
    if flaw:
        return client.page(request, card, now, stop=typed, error=flaw)
    return _done(request, card, "stops")


def _try(act: Callable[[], None]) -> str:
    """Empty, or why not."""
    try:
        with transaction.atomic():
            act()
    except ServingRefused as refused:
        return serving_flaw(refused)
    return ""


def _done(request: ActingRequest, card: ClientCard, what: str) -> HttpResponse:
    acted(
        request, Act.CHANGE, "client", [card.id], clock.now(), organisation_id=card.organisation_id,
        detail=f"pharmacy {what}",
    )  # fmt: skip
    return HttpResponseRedirect(f"/apotheek/client/{card.id}#levering")
