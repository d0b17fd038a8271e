"""`/clienten/<id>/wissel`: another dispenser in the place of a defective one (R44)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.devices.swapping import SwapRefused, swap
from reik.dispensing.queries import dispensers_of, moments_between
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.changes.seen import open_changes
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

LONGEST = 200
LOOKED_BACK = timedelta(hours=12)


def refused_words(refused: SwapRefused) -> str:
    """Why these devices cannot be swapped, and what to do."""
    return {
        "because": _("Vul in wat er mis is met de dispenser."),
        "none": _("Deze cliënt heeft nog geen dispenser."),
        "unknown": _("Dit apparaat is niet aangemeld. Kijk op het label, of laat het eerst aanmelden."),
        "same": _("Dit apparaat staat er al. Vul het label van het andere apparaat in."),
        "placed": _("Dit apparaat staat bij een andere cliënt. Neem het daar eerst in."),
        "roll": _("Er zit een rol in dit apparaat. Haal die er eerst uit."),
        "not_heard": _("Van dit apparaat is nog niets gehoord. Zet het aan en wacht een minuut."),
        "used": _("Dit apparaat gaf vandaag al uit voor later. Neem een ander apparaat."),
    }.get(refused.code, str(refused))  # fmt: skip


@room_for("nurse")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def swap_dispenser(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form with what a swap means; afterwards what is left to do by hand."""
    actor, now = actor_of(request), clock.now()
    card, error = client_of(actor, client_id), ""
    viewed(request, f"swap {client_id}", {card.organisation_id: [client_id]}, now)
    device, because = (request.POST.get(name, "").strip()[:LONGEST] for name in ("device", "because"))
    if request.method == "POST":
        try:
            with transaction.atomic():
                swap(client_id=client_id, device=device, by=actor.name, because=because, now=now)
        except SwapRefused as refused:
            error = refused_words(refused)
        else:
            acted(
                request, Act.CHANGE, "client", [client_id], now, organisation_id=card.organisation_id,
                detail=f"dispenser swapped: {device.upper()[:32]}",
            )  # fmt: skip
            return HttpResponseRedirect(f"{request.path}?klaar=1")
    home = dispensers_of([client_id]).get(client_id)
    recent = moments_between([client_id], now - LOOKED_BACK, now)[client_id]
    values = {
        "card": card, "home": home, "error": error, "device": device, "because": because, "address": request.path,
        "waiting": [each for each in recent if each.outcome is None], "changes": open_changes([client_id]),
        "done": request.GET.get("klaar") == "1" and home is not None,
    }  # fmt: skip
    return render(request, "moving/swap.html", values, status=422 if error else 200)
