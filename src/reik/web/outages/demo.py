"""In a demo only: take a network away from the virtual dispensers, so that an outage is seen live, and give it back."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from reik.dispensing.devices.shares import devices_on
from reik.interop.simulator.port import SimulatorAway, switch_network
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.outages.reading import ids
from reik.web.outages.views import room
from reik.web.rooms import actor_of
from reik.web.seen import acted

MOST = 100


@room
@require_POST
def switch(request: ActingRequest, act: str) -> HttpResponse:
    """`/storing/demo/<knip|herstel>`: `netwerk`, and at how many dispensers of the clients whom one sees."""
    actor, number = actor_of(request), request.POST.get("aantal", "")
    if not is_demo() or act not in ("knip", "herstel"):
        raise Http404
    cut = act == "knip"
    found = devices_on(request.POST.get("netwerk", ""), ids(actor))
    most = min(int(number), MOST) if cut and number.isascii() and number.isdigit() else MOST
    try:
        done = set(switch_network([device for device, _, _ in found[:most]], cut=cut))
    except SimulatorAway:
        return HttpResponseRedirect("/storing?alle&demo=weg")
    for organisation_id in {organisation for device, _, organisation in found if device in done}:
        whose = [id for device, id, of in found if device in done and of == organisation_id]
        acted(
            request, Act.CHANGE, "dispenser", whose, clock.now(), organisation_id=organisation_id,
            detail=f"demo network {'cut' if cut else 'mended'}",
        )  # fmt: skip
    return HttpResponseRedirect(f"/storing?alle&demo={act}-{len(done)}")
