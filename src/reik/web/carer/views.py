"""The informal carer's phone page: what is asked of her, her client's day and week, and who sees what (R59).

She sees her client only with her client's consent; without it the page says so and shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries
from reik.alerting.operations import AlertRefused, ClaimUsed
from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import moments_between
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.carer import asking, days
from reik.web.carer.asking import Ask
from reik.web.carer.names import called, dialled
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import outcome_words
from reik.web.work import tasks

ROLE = "informal_carer"
room = room_for(ROLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What she said within the last minute, and how to take it back."""

    alert: AlertSeen
    word: str
    follows: str
    until: datetime


@room
@require_safe
@never_cache
def today(request: ActingRequest) -> HttpResponse:
    """`/naaste`: the ask on top when there is one, and the day below."""
    return _page(request, clock.now())


@room
@require_safe
@never_cache
def now_fragment(request: ActingRequest) -> HttpResponse:
    """What changes on `/naaste`, for its live refresh."""
    now = clock.now()
    card, _others = _client(request)
    return _nobody(request) if card is None else render(request, "carer/now.html", _today(request, card, now))


@room
@require_safe
@never_cache
def week(request: ActingRequest) -> HttpResponse:
    """`/naaste/week`: today and the six days before."""
    now = clock.now()
    card, others = _client(request)
    if card is None:
        return _nobody(request)
    zone = ZoneInfo(card.zone)
    day = now.astimezone(zone).date()
    since, until = days.bounds(day - timedelta(days=6), zone)[0], days.bounds(day, zone)[1]
    moments = moments_between([card.id], since, until)[card.id]
    viewed(request, "carer week", {card.organisation_id: [card.id]}, now)
    shown = days.week_of(moments, day, now, zone)
    return render(request, "carer/week.html", {**_frame(card, others, "week"), "week": shown, "now": now})


@room
@require_safe
@never_cache
def who_sees_what(request: ActingRequest) -> HttpResponse:
    """`/naaste/wie`: who sees what of her client, in plain words, and that consent can be taken back."""
    now = clock.now()
    card, others = _client(request)
    if card is None:
        return _nobody(request)
    arrangement = queries.arrangement_of(card.id)
    viewed(request, "carer who", {card.organisation_id: [card.id]}, now)
    return render(
        request,
        "carer/who.html",
        {**_frame(card, others, "wie"), "steps": arrangement.steps if arrangement else ()},
    )


@room
@require_POST
def accept(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Ik regel het": the chain waits for her, until her promise ends."""
    return _act(request, alert_id, "accepted")


@room
@require_POST
def give_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Het lukt mij toch niet": the next one is called at once."""
    return _act(request, alert_id, "released")


@room
@require_POST
def handle(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """How it ended, in one tap; it can be taken back for a minute."""
    return _act(request, alert_id, "handled", request.POST.get("uitkomst", ""))


@room
@require_POST
def undo(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Take back what she said."""
    return _act(request, alert_id, "undone")


@room
@require_POST
def act_on_task(request: ActingRequest, task_id: UUID, what: str) -> HttpResponse:
    """ "Ik doe dit" and "Klaar" of what she is asked to do."""
    now = clock.now()
    done = tasks.act_on(request, task_id, what, cards(actor_of(request)), now)
    if isinstance(done, tasks.Flaw):
        return _page(request, now, notice=done.text, status=done.status, client_id=done.client_id, flaw=done)
    return HttpResponseRedirect("/naaste?" + urlencode({"wie": done.client_id}))


def _act(request: ActingRequest, alert_id: UUID, what: str, outcome: str = "") -> HttpResponse:
    now = clock.now()
    actor = actor_of(request)
    found = queries.alert(alert_id, list(cards(actor)))
    if found is None:
        raise Http404
    try:
        do(actor, found, what, outcome, now)
    except AlertRefused as refusal:
        acted(
            request, Act.REFUSED, "alert", [alert_id], now,
            organisation_id=found.organisation_id, detail=what, outcome="refused",
        )  # fmt: skip
        too_late = _("Dat kon niet meer: er is intussen iets veranderd. Dit is hoe het nu is.")
        if isinstance(refusal, ClaimUsed):
            too_late = _("U had deze melding al een keer. U kunt wel zeggen hoe het ging.")
        return _page(request, now, notice=too_late, status=409, client_id=found.client_id)
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=found.organisation_id, detail=what)
    return HttpResponseRedirect("/naaste?" + urlencode({"wie": found.client_id}))


def do(actor: Actor, alert: AlertSeen, what: str, outcome: str, now: datetime) -> None:
    """Carry out one act of a carer on an alert that she may see. Raises AlertRefused."""
    if what == "accepted":
        operations.accept_alert(alert_id=alert.id, by=actor.name, now=now, role=ROLE)
    elif what == "released":
        operations.release_alert(alert_id=alert.id, by=actor.name, now=now)
    elif what == "undone":
        operations.undo_handling(alert_id=alert.id, by=actor.name, now=now)
    else:
        operations.handle_alert(
            alert_id=alert.id,
            by=actor.name,
            outcome=outcome,
            cause="told_by_carer",
            remote=True,
            now=now,
            role=ROLE,
        )


def _client(request: ActingRequest) -> tuple[ClientCard | None, list[ClientCard]]:
    """Whom the page is about (`?wie=`, else the first), and the others; None without anybody's consent."""
    mine = list(cards(actor_of(request)).values())
    wanted = request.GET.get("wie", "")
    chosen = next(
        (each for each in mine if str(each.id) == wanted), None if wanted else next(iter(mine), None)
    )
    if chosen is None and wanted and mine:
        raise Http404
    return chosen, mine


def _page(
    request: ActingRequest,
    now: datetime,
    *,
    notice: str = "",
    status: int = 200,
    client_id: UUID | None = None,
    flaw: tasks.Flaw | None = None,
) -> HttpResponse:
    card, others = _client(request)
    if client_id is not None:
        card = next((each for each in others if each.id == client_id), card)
    if card is None:
        return _nobody(request)
    values = {**_frame(card, others, "vandaag"), **_today(request, card, now), "notice": notice}
    values |= {
        "tasks": tasks.rows_of({card.id: card}, actor_of(request), now), "back": "/naaste",
        "error_at": str(flaw.task_id) if flaw else "", "because": flaw.note if flaw else "",
    }  # fmt: skip
    return render(request, "carer/today.html", values, status=status)


def _nobody(request: ActingRequest) -> HttpResponse:
    """Nobody who consents (any more): looks like nothing there, and says what to do."""
    return render(request, "carer/nobody.html", status=404)


def _frame(card: ClientCard, others: list[ClientCard], tab: str) -> dict[str, object]:
    named = [(each, called(each)) for each in others]
    return {"card": card, "called": called(card), "phone": dialled(card.phone), "others": named, "tab": tab}


def _today(request: ActingRequest, card: ClientCard, now: datetime) -> dict[str, object]:
    viewed(request, "carer", {card.organisation_id: [card.id]}, now)
    return today_of(actor_of(request), card, now)


def today_of(actor: Actor, card: ClientCard, now: datetime) -> dict[str, Any]:
    """What the live part of her page shows: alerts, what she just said, and the day."""
    alerts = sorted(queries.open_alerts([card.id]), key=lambda each: each.moment is None)
    asks = [_ask(actor, each, card, now) for each in alerts]
    moments = moments_between(
        [card.id], *days.bounds(now.astimezone(ZoneInfo(card.zone)).date(), ZoneInfo(card.zone))
    )
    lines = days.lines_of(moments[card.id], now)
    loud = [each for each in asks if each.kind in ("asked", "mine")]
    return {
        "card": card, "called": called(card), "phone": dialled(card.phone), "now": now, "lines": lines,
        "loud": loud, "quiet": [each for each in asks if each not in loud], "said": _said(actor, card, now),
        "how": days.how_it_is(lines, now),
    }  # fmt: skip


def _ask(actor: Actor, alert: AlertSeen, card: ClientCard, now: datetime) -> Ask:
    return asking.ask_of(
        alert, queries.steps_of(alert.id), queries.remarks_of([alert.id]), queries.arrangement_of(card.id),
        me=actor.name, called=called(card), now=now,
    )  # fmt: skip


def _said(actor: Actor, card: ClientCard, now: datetime) -> Said | None:
    """What she herself said of an alert within the last minute."""
    lately = timedelta(seconds=asking.UNDO_S)
    for each in queries.alerts_of(card.id, now - timedelta(days=2), now + timedelta(seconds=1)):
        mine = each.handled_by == actor.name and each.state != "accepted"
        mine = mine and each.closed_as in ("", each.handled_as)  # not what the dispenser settled since
        if mine and each.handled_at is not None and now - each.handled_at < lately:
            return Said(
                alert=each, word=outcome_words(each.handled_as), follows=_follows(each),
                until=each.handled_at + lately,
            )  # fmt: skip
    return None


def _follows(alert: AlertSeen) -> str:
    if alert.state == "closed":
        return _("De melding is gesloten.")
    if alert.state == "watched" and alert.watched_until is not None:
        return _("Wij letten tot %(time)s op de dispenser.") % {
            "time": asking.clock_time(alert.watched_until)
        }
    if alert.current is not None:
        return _("%(who)s heeft bericht gekregen.") % {"who": alert.current.responder}
    return _("Wij gaan verder met de volgende.")
