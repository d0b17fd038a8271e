"""`/team/melding/<id>`: one alert for the team: accept, say how it went, and replay what happened (N16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from reik.alerting.queries import AlertSeen, RemarkSeen, StepSeen
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards, carers_of, visible_to
from reik.web.acting import ActingRequest
from reik.web.client.state import alert_mark, alert_words, latest_words
from reik.web.failures import not_found
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.team.board import who_has_it
from reik.web.team.said import Form, causes, choices
from reik.web.team.views import ROLES
from reik.web.words import outcome_words, reason_words, remark_words, step_state_words, step_words

room = room_for(*ROLES)
TEAM = "team"


@room
@require_safe
@never_cache
def show(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """The page; its upper part fetches itself when something changes (`?deel=stand`)."""
    now = clock.now()
    found = _find(request, alert_id)
    if found is None:
        return _refused(request, alert_id, now)
    alert, card = found
    part = request.headers.get("HX-Request") == "true"
    return _page(request, alert, card, Form(), now, part=part)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A step as a sentence. `look`: done, now or empty; `icon` by who is asked."""

    sentence: str
    state: str
    at: datetime
    look: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """One line of the replay."""

    at: datetime
    sentence: str


def _page(
    request: ActingRequest,
    alert: AlertSeen,
    card: ClientCard,
    form: Form,
    now: datetime,
    *,
    refused: bool = False,
    part: bool = False,
    status: int = 200,
) -> HttpResponse:
    zone, by = ZoneInfo(card.zone), actor_of(request).name
    viewed(request, f"team alert {alert.id}", {card.organisation_id: [card.id]}, now)
    undo_until = alert.handled_at + UNDO_WITHIN if alert.handled_at and alert.handled_by == by else None
    page = {
        "alert": alert, "card": card, "form": form, "refused": refused, "now": now,
        "mark": alert_mark(alert), "about": alert_words(alert, now, zone), "why": reason_words(alert.reason),
        "latest": latest_words(alert.moment, now, zone) if alert.moment else "",
        "whose": who_has_it(alert, by, zone), "mine": alert.state == "accepted" and alert.accepted_by == by,
        "said": outcome_words(alert.handled_as) if alert.handled_as else "",
        "undo_until": undo_until if undo_until and undo_until > now else None,
        "closed_as": outcome_words(alert.closed_as), "choices": choices(alert), "causes": causes(),
        "steps": [_step(each, alert) for each in queries.steps_of(alert.id)],
        "lines": [_line(each) for each in queries.remarks_of([alert.id])],
        "carers": carers_of([card.id]).get(card.id, []),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "team/alert_live.html" if part else "team/alert.html", page, status=status)


_ICONS = {"phone_client": "headset", "ask_carer": "heart", "ask_team": "users"}


def _step(step: StepSeen, alert: AlertSeen) -> StepShown:
    look = "done" if step.taken_at else ""
    if alert.state == "open" and alert.current is not None and step == alert.current:
        look = "now"
    return StepShown(
        sentence=step_words(step.action, step.responder), state=step_state_words(step.state, step.reason),
        at=step.taken_at or step.ended_at or step.due_at, look=look, icon=_ICONS.get(step.action, "bell"),
    )  # fmt: skip


def _line(line: RemarkSeen) -> LineShown:
    return LineShown(at=line.at, sentence=remark_words(line.kind, line.by, line.text))
