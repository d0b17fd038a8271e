"""What a team does beside handling an alert: the emergency key, and muting its cause for a while (R49)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from reik.alerting import operations, telling
from reik.alerting.claims.seen import MuteSeen
from reik.alerting.claims.who import Who
from reik.alerting.operations import MuteRefused
from reik.web.acting import ActingRequest
from reik.web.call_back import key_of
from reik.web.team.alert_page import act, find, room
from reik.web.team.muting import HOURS, running

LONGEST = 200


@room
@require_POST
def emergency(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """One key: whoever was agreed on for an emergency is called now."""

    def do(by: Who, now: datetime) -> None:
        operations.emergency(alert_id=alert_id, by=by.name, now=now)

    return act(request, alert_id, "emergency", do)


@room
@require_POST
def called_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Ik heb teruggebeld": who asked for it waits no more."""
    key = key_of(request.POST.get("wie", ""))

    def do(by: Who, now: datetime) -> None:
        telling.called_back(alert_id=alert_id, key=key, by=by.name, now=now)

    return act(request, alert_id, "called back", do)


@room
@require_POST
def mute(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """New alerts of this cause of this client wait for so many hours; who asks for it looks after it."""
    found = find(request, alert_id)
    reason = request.POST.get("reden", "").replace("\x00", "").strip()[:LONGEST]
    owner = request.POST.get("eigenaar", "").replace("\x00", "").strip()[:LONGEST]

    def do(by: Who, now: datetime) -> None:
        assert found is not None
        operations.mute(
            client_id=found[0].client_id, cause=found[0].cause, until=_until(request, now), by=by,
            owner=owner or by.name, reason=reason, now=now,
        )  # fmt: skip

    return act(request, alert_id, "muted", do)


@room
@require_POST
def lengthen(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """A second person, logged in as herself, lets it last beyond the next moment."""

    def do(by: Who, now: datetime) -> None:
        operations.lengthen_mute(
            mute_id=_running(request, alert_id, now).id, until=_until(request, now), second=by, now=now
        )

    return act(request, alert_id, "mute lengthened", do)


@room
@require_POST
def unmute(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """What waited begins now."""

    def do(by: Who, now: datetime) -> None:
        operations.unmute(mute_id=_running(request, alert_id, now).id, by=by.name, now=now)

    return act(request, alert_id, "unmuted", do)


def _until(request: ActingRequest, now: datetime) -> datetime:
    hours = request.POST.get("uren", "")
    if hours not in {str(each) for each in HOURS}:
        raise MuteRefused("Choose for how many hours.")
    return now + timedelta(hours=int(hours))


def _running(request: ActingRequest, alert_id: UUID, now: datetime) -> MuteSeen:
    found = find(request, alert_id)
    mute = running(found[0], now) if found else None
    if mute is None:
        raise MuteRefused("This mute has ended: open the list again.")
    return mute
