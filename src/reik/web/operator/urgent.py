"""The emergency path with one key, and muting: each shows first what it will do, and Enter does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reik.alerting import operations
from reik.alerting import queries as alerting
from reik.alerting.arrangements import seen as arrangements
from reik.alerting.claims.who import Who
from reik.alerting.outages.outages_seen import colleagues
from reik.alerting.queries import AlertSeen
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.operator import queue, reading
from reik.web.operator.acts import do
from reik.web.operator.views import only_operators, show
from reik.web.rooms import actor_of
from reik.web.seen import acted

CHOICES_MIN = (30, 60, 120, 240, 480, 720, 1440)


@require_http_methods(["GET", "POST"])
@never_cache
@only_operators
def at_emergency(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """What was agreed and who is called; with POST she is called now: one key, time-stamped (R49)."""
    if request.method == "POST":
        now, by = clock.now(), actor_of(request).name
        return do(
            request, alert_id, now, "emergency",
            lambda: operations.emergency(alert_id=alert_id, by=by, now=now),
        )  # fmt: skip
    alert, client = reading.find(actor_of(request), alert_id)
    agreed = arrangements.holding(client.id)
    words = agreed.emergency_words if agreed else ""
    who = (agreed.emergency_responder or _last(agreed.routes)) if agreed else ""
    return render(
        request, "operator/emergency.html",
        {"alert": alert, "client": client, "words": words, "who": who, "about": queue.about(alert, client)},
    )  # fmt: skip


def _last(routes: tuple[arrangements.RouteAgreed, ...]) -> str:
    """Who the last step calls, when nobody was agreed for an emergency."""
    return routes[0].steps[-1].responder if routes and routes[0].steps else ""


@require_http_methods(["GET", "POST"])
@never_cache
@only_operators
def at_mute(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """What a mute does, how long it may last, and what is muted now; with POST it is muted."""
    now = clock.now()
    return mute(request, alert_id, now) if request.method == "POST" else _muting(request, alert_id, now)


def _muting(request: ActingRequest, alert_id: UUID, now: datetime, *, fault: str = "") -> HttpResponse:
    alert, client = reading.find(actor_of(request), alert_id)
    context = {
        "alert": alert, "client": client, "about": queue.about(alert, client), "fault": fault, "now": now,
        "running": [each for each in alerting.mutes_of([client.id], now) if each.cause == alert.cause],
        "choices": [(minutes, _until(minutes, client, now)) for minutes in CHOICES_MIN],
        "given": request.POST, "me": actor_of(request).name, "colleagues": _colleagues(actor_of(request)),
    }  # fmt: skip
    return render(request, "operator/muting.html", context)


def _until(minutes: int, client: ClientCard, now: datetime) -> str:
    at = (now + timedelta(minutes=minutes)).astimezone(ZoneInfo(client.zone))
    return f"{at:%H:%M}"


def mute(request: ActingRequest, alert_id: UUID, now: datetime) -> HttpResponse:
    """Alerts of this cause of this client begin their route later; refused with what the bounds are."""
    actor = actor_of(request)
    alert, client = reading.find(actor, alert_id)
    try:
        _mute(request, alert, actor, now)
        outcome = "ok"
    except (operations.MuteRefused, ValueError):
        outcome = "refused"
    acted(
        request, Act.CHANGE, "client", [client.id], now, organisation_id=alert.organisation_id,
        detail=f"alert {alert_id} mute {alert.cause}", outcome=outcome,
    )  # fmt: skip
    if outcome == "ok":
        return _shown(request, alert_id, now)
    fault = _(
        "Zo kan het niet. Dempen duurt hooguit 24 uur, nooit over een tijdkritisch moment, en langer dan het"
        " volgende moment alleen met een tweede persoon. Vul in wie let op deze cliënt, en waarom."
    )
    answer = _muting(request, alert_id, now, fault=fault)
    answer["HX-Retarget"] = "#beside-in"
    return answer


def _colleagues(actor: Actor) -> list[tuple[UUID, str]]:
    """Who of the centre may be the second person: by her account, for two may have one name."""
    return list(colleagues(actor.account_id, actor.organisation_id, actor.role).items())


def _mute(request: ActingRequest, alert: AlertSeen, actor: Actor, now: datetime) -> None:
    said = {name: request.POST.get(name, "").replace("\x00", "")[:200] for name in ("eigenaar", "reden")}
    asked = request.POST.get("tweede", "")
    second = next((Who(id, name) for id, name in _colleagues(actor) if str(id) == asked), None)
    if asked and second is None:
        raise ValueError(asked)
    minutes = int(request.POST.get("minuten", ""))
    if minutes not in CHOICES_MIN:
        raise ValueError(minutes)
    operations.mute(
        client_id=alert.client_id, cause=alert.cause, until=now + timedelta(minutes=minutes),
        by=Who(actor.account_id, actor.name), owner=said["eigenaar"], reason=said["reden"], second=second or "",
        now=now,
    )  # fmt: skip


@require_POST
@only_operators
def unmute(request: ActingRequest, alert_id: UUID, mute_id: UUID) -> HttpResponse:
    """From now on alerts of this cause are followed up as ever."""
    now, by = clock.now(), actor_of(request).name
    _alert, client = reading.find(actor_of(request), alert_id)

    def act() -> None:
        if mute_id not in {each.id for each in alerting.mutes_of([client.id], now)}:
            raise operations.MuteRefused("not this client's")
        operations.unmute(mute_id=mute_id, by=by, now=now)

    return do(request, alert_id, now, "unmuted", act, (operations.MuteRefused,))


def _shown(request: ActingRequest, alert_id: UUID, now: datetime) -> HttpResponse:
    answer = show(request, alert_id, now)
    answer["HX-Trigger"] = "changed"
    return answer
