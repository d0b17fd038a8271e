"""The informal carer's phone page: what is asked of her, her client's day and week, and who sees what (R59).

She sees her client only with her client's consent; without it the page says so and shows nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import queries
from reik.alerting.operations import AlertRefused
from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import moments_between
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.carer import acts, days
from reik.web.carer.names import called, dialled
from reik.web.carer.today import today_of
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import outcome_words
from reik.web.work import tasks

room = room_for(acts.ROLE)


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
    if card is None:
        return _nobody(request)
    return render(
        request, "carer/now.html", _today(request, card, now, _uuid(request.GET.get("melding", "")))
    )


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
def no_call(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """She need not be rung any more."""
    return _act(request, alert_id, "no call")


@room
@require_safe
@never_cache
def one(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """`/naaste/melding/<id>`: what a notification opens. Her page with this alert on top, or how it ended."""
    now = clock.now()
    mine = cards(actor_of(request))
    found = queries.alert(alert_id, list(mine))
    if found is None:
        if not mine:
            return _nobody(request)
        raise Http404
    over = _over(found) if found.state == "closed" else ""
    return _page(request, now, notice=over, client_id=found.client_id, first=alert_id)


def _over(alert: AlertSeen) -> str:
    ended = outcome_words(alert.closed_as)
    return _("Deze melding is al voorbij: %(how)s. U hoeft niets te doen.") % {"how": ended}


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
        acts.do(actor, found, what, outcome, now)
    except AlertRefused as refusal:
        acted(
            request, Act.REFUSED, "alert", [alert_id], now,
            organisation_id=found.organisation_id, detail=what, outcome="refused",
        )  # fmt: skip
        if what == "handled":
            acts.keep_told(actor, found, outcome, now)
        said = acts.why_not(refusal, found, actor, what, outcome)
        return _page(request, now, notice=said, status=409, client_id=found.client_id)
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=found.organisation_id, detail=what)
    return HttpResponseRedirect("/naaste?" + urlencode({"wie": found.client_id}))


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
    first: UUID | None = None,
) -> HttpResponse:
    card, others = _client(request)
    if client_id is not None:
        card = next((each for each in others if each.id == client_id), card)
    if card is None:
        return _nobody(request)
    values = {**_frame(card, others, "vandaag"), **_today(request, card, now, first), "notice": notice}
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


def _today(request: ActingRequest, card: ClientCard, now: datetime, first: UUID | None) -> dict[str, object]:
    viewed(request, "carer", {card.organisation_id: [card.id]}, now)
    return today_of(actor_of(request), card, now, first=first)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
