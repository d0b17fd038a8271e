"""`/team/melding/<id>`: one alert for the team: accept, say how it went, and replay what happened (N16)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries
from reik.alerting.claims.who import Who
from reik.alerting.operations import AlertRefused, ClaimUsed, MuteRefused, VisitRefused
from reik.alerting.outcomes import UNDO_WITHIN
from reik.alerting.queries import AlertSeen
from reik.alerting.replay import arrangement_id_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards, carers_of, visible_to
from reik.web.acting import ActingRequest
from reik.web.alert_words import cause_said, handling_causes, visit_words
from reik.web.client.state import alert_mark, alert_words, latest_words
from reik.web.client.whose import who_has_it
from reik.web.failures import not_found
from reik.web.rooms import actor_of, room_for, who, who_of_request
from reik.web.seen import acted, viewed
from reik.web.team import muting, replay, ringing
from reik.web.team.said import Form, choices
from reik.web.team.views import ROLES
from reik.web.why import why_words
from reik.web.words import outcome_words

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
    found = find(request, alert_id)
    if found is None:
        return refused(request, alert_id, now)
    alert, card = found
    by = who_of_request(request)
    if held_by_phone(alert) == by.key and operations.open_on_screen(alert_id=alert_id, by=by, now=now):
        alert = queries.alert(alert_id, [card.id]) or alert  # her key on the phone is a whole claim from now
    wanted = request.GET.get("deel", "") if request.headers.get("HX-Request") == "true" else ""
    return _page(request, alert, card, Form(), now, part=wanted if wanted in PARTS else "")


@room
@require_POST
def accept(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Ik pak het op": the route waits for her, until her promise ends."""

    def do(by: Who, now: datetime) -> None:
        operations.accept_alert(alert_id=alert_id, by=by, now=now, role=TEAM)

    return act(request, alert_id, "accepted", do)


@room
@require_POST
def give_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Het lukt mij niet": the next one of the route is asked at once."""

    def do(by: Who, now: datetime) -> None:
        operations.release_alert(alert_id=alert_id, by=by, now=now)

    return act(request, alert_id, "released", do)


@room
@require_POST
def undo(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Take back what was said within the last minute."""

    def do(by: Who, now: datetime) -> None:
        operations.undo_handling(alert_id=alert_id, by=by, now=now)

    return act(request, alert_id, "undone", do)


@room
@require_POST
def handle(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Say how it went (R49); what lacks is said beside its field, and nothing typed is lost."""
    now = clock.now()
    found = find(request, alert_id)
    if found is None:
        return refused(request, alert_id, now)
    form = Form.read(request.POST, queries.own_codes(found[1].organisation_id))
    if form.errors:
        return _page(request, *found, form, now, status=422)

    def do(by: Who, now: datetime) -> None:
        operations.handle_alert(
            alert_id=alert_id, by=by, outcome=form.outcome, cause=form.cause, remote=form.how == "phone", now=now,
            role=TEAM, note=form.note, visit_by=form.decided if form.how == "visit" else "",
        )  # fmt: skip

    return act(request, alert_id, f"handled as {form.outcome}", do)


def act(
    request: ActingRequest, alert_id: UUID, detail: str, do: Callable[[Who, datetime], None]
) -> HttpResponse:
    """One act on an alert that she may see, logged also when it is refused; then the page as it is now."""
    now, actor = clock.now(), actor_of(request)
    found = find(request, alert_id)
    if found is None:
        return refused(request, alert_id, now)
    alert, card = found
    try:
        do(who(actor), now)
    except (AlertRefused, MuteRefused) as refusal:
        # The alert changed under her hands: the page as it is now says what can still be done.
        sentence = why_not(refusal)
        acted(
            request, Act.CHANGE, "alert", [alert_id], now, organisation_id=card.organisation_id, detail=detail,
            outcome="refused",
        )  # fmt: skip
        again = queries.alert(alert_id, [card.id]) or alert
        return _page(request, again, card, Form(), now, too_late=True, sentence=sentence, status=409)
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=card.organisation_id, detail=detail)
    return HttpResponseRedirect(f"/team/melding/{alert_id}")


def find(request: ActingRequest, alert_id: UUID) -> tuple[AlertSeen, ClientCard] | None:
    """The alert with whom it is about, when she may see that client."""
    actor = actor_of(request)
    alert = queries.alert(alert_id, list(visible_to(actor).values_list("id", flat=True)))
    if alert is None:
        return None
    return alert, cards(actor, [alert.client_id])[alert.client_id]


def refused(request: ActingRequest, alert_id: UUID, now: datetime) -> HttpResponse:
    """As if it did not exist; that she asked is written down."""
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
    too_late: bool = False,
    sentence: str = "",
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    zone, by = ZoneInfo(card.zone), who_of_request(request)
    viewed(request, f"team alert {alert.id}", {card.organisation_id: [card.id]}, now)
    steps, by_which = queries.steps_of(alert.id), arrangement_id_of(alert.id)
    own, carers = queries.own_codes(card.organisation_id), carers_of([card.id]).get(card.id, [])
    page = {
        "alert": alert, "card": card, "form": form, "refused": too_late, "sentence": sentence, "now": now,
        "mark": alert_mark(alert), "about": alert_words(alert, now, zone), "why": why_words(alert),
        "latest": latest_words(alert.moment, now, zone) if alert.moment else "",
        "whose": who_has_it(alert, by, zone), "mine": alert.state == "accepted" and alert.held_by(by),
        "undo_until": _undo_until(alert, by, now), "me": by.name, "me_key": by.key,
        "closed_as": outcome_words(alert.closed_as), "had_it": alert.had_by(by),
        "by_phone": held_by_phone(alert) not in (None, by.key),
        "because": cause_said(alert.closed_cause, queries.own_codes(card.organisation_id, retired=True)),
        "choices": choices(alert, own), "causes": handling_causes(own),
        "centre_decides": alert.visit_by == "centre" or queries.left_to_centre(alert.id),
        "visit_by": visit_words(alert.visit_by), "muted": muting.running(alert, now), "muting": muting.choices(now),
        "asked": replay.asked_of(steps, alert),
        "lines": replay.lines_of(alert, steps, queries.remarks_of([alert.id]), zone),
        "arrangement": queries.arrangement_of(card.id, by_which, route=alert.route) if by_which else None,
        "carers": carers, "alert_door": f"/team/melding/{alert.id}", **ringing.around(alert, card, carers, by, now),
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, PARTS.get(part, "team/alert.html"), page, status=status)


def held_by_phone(alert: AlertSeen) -> UUID | None:
    """Whose key on a phone of the team's holds the alert now (`Who.key`); None for nobody's."""
    running = [
        each for each in alert.claims if each.kind == "phone" and each.role == TEAM and not each.ended_as
    ]
    return running[0].key if running and alert.state == "accepted" else None


def why_not(refusal: Exception) -> str:
    """What she can do instead; empty where only the alert changed meanwhile."""
    if isinstance(refusal, VisitRefused):
        return _("Het besluit over een bezoek is niet aan de zorgcentrale overgelaten: kies het wijkteam.")
    if isinstance(refusal, ClaimUsed):
        return _(
            "U had deze melding al een keer. Zeg hoe het ging zodra u het weet, of laat haar aan wie nu gebeld wordt."
        )
    if isinstance(refusal, MuteRefused):
        return _(
            "Zo kan het niet gedempt worden. Dempen eindigt binnen 24 uur, gaat nooit over een tijdkritisch moment"
            " heen, en gaat alleen voorbij het volgende moment als een tweede persoon het verlengt."
        )
    return ""


def _undo_until(alert: AlertSeen, by: Who, now: datetime) -> datetime | None:
    """Until when she may take back what she said; None when there is nothing to take back."""
    if alert.handled_at is None or not alert.said_by(by) or now >= alert.handled_at + UNDO_WITHIN:
        return None
    return alert.handled_at + UNDO_WITHIN
