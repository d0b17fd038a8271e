"""`/team/melding/<id>`: one alert for the team: accept, say how it went, and replay what happened (N16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries
from reik.alerting.operations import AlertRefused
from reik.alerting.outcomes import UNDO_WITHIN
from reik.alerting.queries import AlertSeen
from reik.alerting.replay import arrangement_id_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards, carers_of, visible_to
from reik.web.acting import ActingRequest
from reik.web.client.state import alert_mark, alert_words, latest_words
from reik.web.client.whose import who_has_it
from reik.web.failures import not_found
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.team import replay
from reik.web.team.said import Form, choices
from reik.web.team.views import ROLES
from reik.web.words import handling_causes, outcome_words, reason_words

room = room_for(*ROLES)
TEAM = "team"
PARTS = {"stand": "team/alert_live.html", "loop": "team/alert_loop.html"}
"""What fetches itself again: how it is, and what happened. The form between them keeps what is typed."""


@room
@require_safe
@never_cache
def show(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """The page; its parts fetch themselves when something changes (`?deel=`)."""
    now = clock.now()
    found = _find(request, alert_id)
    if found is None:
        return _refused(request, alert_id, now)
    alert, card = found
    wanted = request.GET.get("deel", "") if request.headers.get("HX-Request") == "true" else ""
    return _page(request, alert, card, Form(), now, part=wanted if wanted in PARTS else "")


@room
@require_POST
def accept(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Ik pak het op": the route waits for her, until her promise ends."""

    def act(by: str, now: datetime) -> None:
        operations.accept_alert(alert_id=alert_id, by=by, now=now, role=TEAM)

    return _act(request, alert_id, "accepted", act)


@room
@require_POST
def give_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Het lukt mij niet": the next one of the route is asked at once."""

    def act(by: str, now: datetime) -> None:
        operations.release_alert(alert_id=alert_id, by=by, now=now)

    return _act(request, alert_id, "released", act)


@room
@require_POST
def undo(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Take back what was said within the last minute."""

    def act(by: str, now: datetime) -> None:
        operations.undo_handling(alert_id=alert_id, by=by, now=now)

    return _act(request, alert_id, "undone", act)


@room
@require_POST
def handle(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Say how it went (R49); what lacks is said beside its field, and nothing typed is lost."""
    now = clock.now()
    found = _find(request, alert_id)
    if found is None:
        return _refused(request, alert_id, now)
    form = Form.read(request.POST)
    if form.errors:
        return _page(request, *found, form, now, status=422)

    def act(by: str, now: datetime) -> None:
        operations.handle_alert(
            alert_id=alert_id, by=by, outcome=form.outcome, cause=form.cause, remote=form.how == "phone", now=now,
            role=TEAM, note=form.note,
        )  # fmt: skip

    return _act(request, alert_id, f"handled as {form.outcome}", act)


def _act(
    request: ActingRequest, alert_id: UUID, detail: str, act: Callable[[str, datetime], None]
) -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    found = _find(request, alert_id)
    if found is None:
        return _refused(request, alert_id, now)
    alert, card = found
    try:
        act(actor.name, now)
    except AlertRefused:
        # The alert changed under her hands: the page as it is now says what can still be done.
        acted(
            request, Act.CHANGE, "alert", [alert_id], now, organisation_id=card.organisation_id, detail=detail,
            outcome="refused",
        )  # fmt: skip
        again = queries.alert(alert_id, [card.id]) or alert
        return _page(request, again, card, Form(), now, refused=True, status=409)
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=card.organisation_id, detail=detail)
    return HttpResponseRedirect(f"/team/melding/{alert_id}")


def _find(request: ActingRequest, alert_id: UUID) -> tuple[AlertSeen, ClientCard] | None:
    actor = actor_of(request)
    alert = queries.alert(alert_id, list(visible_to(actor).values_list("id", flat=True)))
    if alert is None:
        return None
    return alert, cards(actor, [alert.client_id])[alert.client_id]


def _refused(request: ActingRequest, alert_id: UUID, now: datetime) -> HttpResponse:
    actor = actor_of(request)
    acted(
        request, Act.REFUSED, "alert", [alert_id], now, organisation_id=actor.organisation_id, detail="team alert",
        outcome="not found",
    )  # fmt: skip
    return not_found(request)


def _page(
    request: ActingRequest,
    alert: AlertSeen,
    card: ClientCard,
    form: Form,
    now: datetime,
    *,
    refused: bool = False,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    zone, by = ZoneInfo(card.zone), actor_of(request).name
    viewed(request, f"team alert {alert.id}", {card.organisation_id: [card.id]}, now)
    steps, by_which = queries.steps_of(alert.id), arrangement_id_of(alert.id)
    page = {
        "alert": alert, "card": card, "form": form, "refused": refused, "now": now,
        "mark": alert_mark(alert), "about": alert_words(alert, now, zone), "why": reason_words(alert.reason),
        "latest": latest_words(alert.moment, now, zone) if alert.moment else "",
        "whose": who_has_it(alert, by, zone), "mine": alert.state == "accepted" and alert.accepted_by == by,
        "undo_until": _undo_until(alert, by, now),
        "closed_as": outcome_words(alert.closed_as),
        "because": dict(handling_causes()).get(alert.closed_cause, ""), "choices": choices(alert),
        "causes": handling_causes(),
        "asked": replay.asked_of(steps, alert),
        "lines": replay.lines_of(alert, steps, queries.remarks_of([alert.id]), zone),
        "arrangement": queries.arrangement_of(card.id, by_which) if by_which else None,
        "carers": carers_of([card.id]).get(card.id, []),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, PARTS.get(part, "team/alert.html"), page, status=status)


def _undo_until(alert: AlertSeen, by: str, now: datetime) -> datetime | None:
    """Until when she may take back what she said; None when there is nothing to take back."""
    if alert.handled_at is None or alert.handled_by != by or now >= alert.handled_at + UNDO_WITHIN:
        return None
    return alert.handled_at + UNDO_WITHIN
