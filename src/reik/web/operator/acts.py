"""What an operator does with an alert: take it, give it back, say how it went, undo that within a minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reik.alerting import operations
from reik.alerting import queries as alerting
from reik.alerting.operations import AlertRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.operator import detail, reading
from reik.web.operator.views import PAGE, only_operators, show
from reik.web.rooms import actor_of, who_of_request
from reik.web.seen import acted

ROLE = "operator"
NOTE_MOST = 500


@require_POST
@only_operators
def take(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """The alert is hers: the chain waits for her, until her promise ends."""
    now, by = clock.now(), who_of_request(request)
    return do(
        request, alert_id, now, "accepted",
        lambda: operations.accept_alert(alert_id=alert_id, by=by, now=now, role=ROLE),
    )  # fmt: skip


@require_POST
@only_operators
def give_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Someone else has to: the next step is called at once."""
    now, by = clock.now(), who_of_request(request)
    return do(
        request, alert_id, now, "released",
        lambda: operations.release_alert(alert_id=alert_id, by=by, now=now),
    )  # fmt: skip


@require_POST
@only_operators
def handle(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """How it went (R49). What is missing is said at its field; nothing typed is lost."""
    now, by = clock.now(), who_of_request(request)
    outcome = request.POST.get("uitkomst", "")
    cause = request.POST.get("oorzaak", "") or "unknown"
    note = request.POST.get("notitie", "").replace("\x00", "").strip()[:NOTE_MOST]
    alert, _client = reading.find(actor_of(request), alert_id)
    own = alerting.own_codes(alert.organisation_id)
    if outcome not in {each.code for each in detail.choices_of(alert, detail.outcomes_among(own))}:
        return show(request, alert_id, now, fault=_("Kies eerst hoe het is afgelopen."))
    if cause not in dict(detail.causes_of(own)):
        return show(request, alert_id, now, fault=_("Kies een oorzaak uit de lijst."))
    return do(
        request, alert_id, now, f"handled: {outcome}",
        lambda: operations.handle_alert(
            alert_id=alert_id, by=by, outcome=outcome, cause=cause, remote=not alert.visit_by, note=note,
            now=now, role=ROLE,
        ),
    )  # fmt: skip


@require_POST
@only_operators
def undo(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    now, by = clock.now(), who_of_request(request)
    return do(
        request, alert_id, now, "undone",
        lambda: operations.undo_handling(alert_id=alert_id, by=by, now=now),
    )  # fmt: skip


def do(
    request: ActingRequest,
    alert_id: UUID,
    now: datetime,
    detail: str,
    act: Callable[[], object],
    refusals: tuple[type[Exception], ...] = (AlertRefused,),
    why_not: Callable[[Exception], str] = lambda _: "",
) -> HttpResponse:
    """One act on an alert that she may see, logged also when it is refused; then the alert as it is now."""
    alert, client = reading.find(actor_of(request), alert_id)
    refused, sentence = False, ""
    try:
        with transaction.atomic():
            act()
    except refusals as refusal:
        refused, sentence = (
            True,
            why_not(refusal),
        )  # the page says what the alert is now, in the reader's own language
    acted(
        request, Act.CHANGE, "client", [client.id], now, organisation_id=alert.organisation_id,
        detail=f"alert {alert_id} {detail}", outcome="refused" if refused else "ok",
    )  # fmt: skip
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(f"/{PAGE}?melding={alert_id}")
    answer = show(request, alert_id, now, refused=refused, sentence=sentence)
    answer["HX-Trigger"] = "changed"
    return answer
