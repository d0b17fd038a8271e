"""`/dispenser/<device>`: a simulated dispenser as it stands in a home. A press goes through the device's own core.

Only in a demo installation, for who may see the client.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.dispensing.queries import DispenserSeen, dispenser_named
from reik.interop.simulator.port import ACTS
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.dispenser.looking import act_on, away, digest, on_screen
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

room = room_for("operator", "nurse", "caregiver", "team_manager", "pharmacist", "informal_carer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A dispenser with the client beside whom it stands."""

    dispenser: DispenserSeen
    card: ClientCard


@room
@require_safe
@never_cache
def kiosk(request: ActingRequest, device: str) -> HttpResponse:
    """The whole device."""
    return render(request, "dispenser/kiosk.html", _seen(request, _place(request, device)))


@room
@require_safe
@never_cache
def screen(request: ActingRequest, device: str) -> HttpResponse:
    """What changed on it since `?stand=`; 204 when nothing did."""
    values = _seen(request, _place(request, device))
    if request.GET.get("stand") == values["digest"]:
        return HttpResponse(status=204)
    return render(request, "dispenser/live.html", values)


@room
@require_POST
def act(request: ActingRequest, device: str, act: str) -> HttpResponse:
    """A hand at the device: one of the port's acts."""
    place = _place(request, device)
    if act not in ACTS:
        raise Http404
    said = act_on(device, act)
    acted(
        request, Act.CHANGE, "dispenser", [place.dispenser.id], clock.now(),
        organisation_id=place.dispenser.organisation_id, detail=f"demo {act}", outcome="refused" if said else "ok",
    )  # fmt: skip
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(f"/dispenser/{device}")
    return render(request, "dispenser/live.html", {**_seen(request, place), "said": said})


def _place(request: ActingRequest, device: str) -> Place:
    found = dispenser_named(device) if is_demo() else None
    card = cards(actor_of(request), [found.client_id]).get(found.client_id) if found else None
    if found is None or card is None:
        raise Http404
    return Place(dispenser=found, card=card)


def _seen(request: ActingRequest, place: Place) -> dict[str, object]:
    now = clock.now()
    device = place.dispenser.device
    viewed(request, f"dispenser {device}", {place.card.organisation_id: [place.card.id]}, now)
    shown = on_screen(device, place.card, now)
    # The clock changes each minute, not each second, so that the page is not drawn anew for nothing.
    seen = digest(shown and replace(shown, clock=shown.clock.replace(second=0, microsecond=0)))
    return {
        "screen": shown, "device": device, "digest": seen, "away": "" if shown else away(),
        "door": f"/dispenser/{device}",
    }  # fmt: skip
