"""What a dispenser says of itself, and what stands of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from reik.alerting.models import Alert, Step
from reik.alerting.operations import handle_alert
from reik.dispensing.devices import silence
from reik.dispensing.facts import CommandAnswered
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.facts import RollLoaded
from tests.cast import tell

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
State = Step.State


@transaction.atomic
def publish(*told, now):
    facts.publish(told, now)


def say(voice, type, at, **data):
    event = voice.event(type, at, **data)
    tell(voice, event, at=at)
    return event


def fault(voice, code, at):
    return say(voice, "fault", at, code=code)


def clear(voice, event, at):
    return say(voice, "fault_cleared", at, fault={"epoch": event.epoch, "seq": event.seq})


def handle(alert, outcome, now, role="team"):
    handle_alert(
        alert_id=alert.id, by="Jo", role=role, outcome=outcome, cause="looked", remote=False, now=now
    )


def standing():
    """(cause, subject, state) of all alerts about dispensers, oldest first."""
    found = Alert.objects.filter(moment=None).order_by("opened_at", "cause")
    return [(each.cause, each.subject, each.state) for each in found]


def route(alert):
    found = Step.objects.filter(alert_id=alert.id).order_by("round", "position")
    return [(each.responder, State(each.state).name) for each in found]


def replace_seq(voice, event):
    return voice.event(event.type, event.at, **event.data)


def loaded(voice, now):
    return RollLoaded(
        organisation_id=voice.organisation_id, client_id=voice.client_id, roll_id=new_id(now), number="R-1",
        first=1, last=7, count=7, by="nurse", how="device", at=now,
    )  # fmt: skip


def answered(voice, type, state, now):
    return CommandAnswered(
        command_id=new_id(now), organisation_id=voice.organisation_id, dispenser_id=voice.id, type=type,
        state=state, reason="", data={},
    )  # fmt: skip


@transaction.atomic
def announce(now, *, behind=(), read_through=None, **more):
    through = [None if each in behind else read_through or now for each in range(16)]
    return silence.announce_silent(received_through=through, now=now, **more)
