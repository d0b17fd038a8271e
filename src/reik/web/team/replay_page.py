"""`/team/melding/<id>/verloop`: one alert replayed on one page, and what people think of how it went (N16, R79)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries, replay
from reik.alerting.arrangements.seen import VersionSeen, version
from reik.alerting.claims.bounds import bounds_of
from reik.alerting.claims.seen import ClaimSeen
from reik.alerting.operations import AlertRefused
from reik.alerting.queries import AlertSeen
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.alert_words import (
    cause_said,
    channel_words,
    claim_end_words,
    claim_kind_words,
    minutes_words,
    role_words,
    visit_words,
)
from reik.web.client.state import alert_words
from reik.web.rooms import actor_of
from reik.web.seen import acted, viewed
from reik.web.team import replay as lines
from reik.web.team.alert_page import find, refused, room
from reik.web.why import why_words
from reik.web.words import outcome_words, step_state_words, step_words


@room
@require_safe
@never_cache
def show(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """The whole life of one alert."""
    now = clock.now()
    found = find(request, alert_id)
    if found is None:
        return refused(request, alert_id, now)
    return _page(request, *found, now)


@room
@require_POST
def evaluate(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """What somebody concludes, once it is over."""
    text = request.POST.get("tekst", "")
    return _say(
        request, alert_id, "evaluated",
        lambda by, now: operations.evaluate(alert_id=alert_id, by=by, text=text, now=now),
    )  # fmt: skip


@room
@require_POST
def ask(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """A complaint or a question about it."""
    text = request.POST.get("tekst", "")
    return _say(
        request, alert_id, "evaluation asked",
        lambda by, now: operations.ask_evaluation(alert_id=alert_id, by=by, text=text, now=now),
    )  # fmt: skip


def _say(
    request: ActingRequest, alert_id: UUID, detail: str, say: Callable[[str, datetime], None]
) -> HttpResponse:
    now = clock.now()
    found = find(request, alert_id)
    if found is None:
        return refused(request, alert_id, now)
    try:
        say(actor_of(request).name, now)
    except AlertRefused:
        return _page(request, *found, now, fault=_("Schrijf in een zin wat u vond of vraagt."), status=422)
    organisation = found[1].organisation_id
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=organisation, detail=detail)
    return HttpResponseRedirect(f"/team/melding/{alert_id}/verloop#terugkijken")


def _page(
    request: ActingRequest,
    alert: AlertSeen,
    card: ClientCard,
    now: datetime,
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = ZoneInfo(card.zone)
    viewed(request, f"replay of alert {alert.id}", {card.organisation_id: [card.id]}, now)
    page = {"alert": alert, "card": card, "now": now, "fault": fault, **told(alert, now, zone)}
    with timezone.override(zone):
        return render(request, "team/replay.html", page, status=status)


def told(alert: AlertSeen, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """Everything that the page tells of an alert."""
    steps, remarks = queries.steps_of(alert.id), queries.remarks_of([alert.id])
    own = queries.own_codes(alert.organisation_id, retired=True)
    by_which = replay.arrangement_id_of(alert.id)
    agreed = version(by_which) if by_which else None
    bounds, names = bounds_of(alert.priority), _states()
    return {
        "about": alert_words(alert, now, zone), "why": why_words(alert),
        "life": [(names[name], at) for name, at in replay.life_of(alert, steps, remarks)],
        "closed_as": outcome_words(alert.closed_as), "because": cause_said(alert.closed_cause, own),
        "visit_by": visit_words(alert.visit_by),
        "arrangement": agreed, "route_name": _route_name(agreed, alert.route),
        "one": minutes_words(bounds.claim), "team": minutes_words(bounds.team), "all": minutes_words(bounds.together),
        "moved": minutes_words(timedelta(seconds=alert.moved_s)) if alert.moved_s else "",
        "called": [_called(each) for each in replay.called_of(steps, remarks)],
        "claims": [_claim(each) for each in alert.claims],
        "lines": lines.lines_of(alert, steps, remarks, zone, replay.told_of(alert, now), own),
    }  # fmt: skip


def _states() -> dict[str, str]:
    return {
        "signalled": _("Gesignaleerd"), "delivered": _("Bezorgd"), "received": _("Ontvangen"),
        "accepted": _("Aangenomen"), "handled": _("Afgehandeld"), "evaluated": _("Geëvalueerd"),
    }  # fmt: skip


def _route_name(agreed: VersionSeen | None, number: int) -> str:
    """The name of one of its other routes; empty for the one that holds whenever no other does."""
    return (
        next((each.name for each in agreed.routes if number and each.number == number), "") if agreed else ""
    )


def _called(each: replay.Called) -> dict[str, object]:
    step = each.step
    return {
        "who": step_words(step.action, step.responder), "channel": channel_words(step.channel),
        "due": step.due_at, "sent": each.sent_at, "delivered": each.delivered_at, "received": each.received_at,
        "failed": each.failed_at, "state": step_state_words(step.state, step.reason),
    }  # fmt: skip


def _claim(each: ClaimSeen) -> dict[str, object]:
    return {
        "by": each.by, "role": role_words(each.role), "kind": claim_kind_words(each.kind), "at": each.at,
        "until": each.until, "long": minutes_words(each.until - each.at), "ended": each.ended_at,
        "how": claim_end_words(each.ended_as),
    }  # fmt: skip
