"""Whether somebody drives: the centre decides where that was left to it, else it asks the care team (R50)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reik.alerting import operations
from reik.alerting.operations import VisitRefused
from reik.kernel import clock
from reik.web.acting import ActingRequest
from reik.web.operator.acts import NOTE_MOST, do
from reik.web.operator.views import only_operators, show
from reik.web.rooms import who_of_request

DECIDE, TAKE_BACK, ASK = "centrale", "terug", "team"


@require_POST
@only_operators
def visit(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """She decides on a visit, takes that back, or asks the care team to decide or to go."""
    now, by = clock.now(), who_of_request(request)
    what = request.POST.get("besluit", "")
    note = request.POST.get("notitie", "").replace("\x00", "").strip()[:NOTE_MOST]
    said = {DECIDE: "visit decided", TAKE_BACK: "visit taken back", ASK: "team asked for a visit"}
    if what not in said:
        return show(request, alert_id, now, fault=_("Kies wat er met het bezoek moet gebeuren."))

    def act() -> None:
        if what == DECIDE:
            operations.decide_visit(alert_id=alert_id, by=by, now=now)
        elif what == TAKE_BACK:
            operations.take_back_visit(alert_id=alert_id, by=by, now=now)
        else:
            operations.ask_visit(alert_id=alert_id, by=by, note=note, now=now)

    return do(request, alert_id, now, said[what], act, (VisitRefused,), why_not)


def why_not(refusal: Exception) -> str:
    """What she can do instead; empty where the alert only changed meanwhile."""
    return {
        "not_left": _(
            "Het besluit over een bezoek is niet aan de zorgcentrale overgelaten. Vraag het wijkteam."
        ),
        "not_yours": _("Neem eerst de melding: wie tot een bezoek besluit, zorgt dat er iemand gaat."),
        "none": _("Er is niet tot een bezoek besloten: er is niets terug te nemen."),
    }.get(getattr(refusal, "why", ""), "")
