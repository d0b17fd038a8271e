"""What the tests of an alert with a person do again and again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from reik.alerting import queries
from reik.alerting.calls import take_due_steps
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Step
from reik.alerting.operations import (
    accept_alert,
    handle_alert,
    take_ended_promises,
)
from reik.dispensing.moments.planned import plan_moments
from reik.kernel import facts
from reik.kernel.outbox import MessageSent
from tests.cast import WINDOW, planned, tell

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
State = Step.State


def misses(voice, key, due, criticality=1):
    """A moment that nobody took out: its alert."""
    (id,) = plan_moments([planned(voice, key, due, criticality=criticality)], due)
    tell(voice, voice.closed(key, "not_taken_out", due + WINDOW), at=due + WINDOW)
    return Alert.objects.get(moment_id=id)


@transaction.atomic
def watch(now):
    take_ended_promises(now=now)
    while take_due_steps(now=now):
        pass


def accept(alert, now, by="Jo", **more):
    accept_alert(alert_id=alert.id, by=by, now=now, **more)


def handle(alert, outcome, now, *, by="Jo", role="operator", cause="asleep", remote=True, **more):
    return handle_alert(
        alert_id=alert.id, by=by, role=role, outcome=outcome, cause=cause, remote=remote, now=now, **more
    )


def key_on_phone(alert, now, position=1):
    step = Step.objects.filter(alert_id=alert.id, position=position, taken_at__isnull=False).latest(
        "taken_at"
    )
    with transaction.atomic():
        facts.publish([MessageSent(message_id=step.id, accepted_by="1")], now)


def phone(alert, position=1):
    """Whoever answers there: nobody with an account."""
    step = Step.objects.filter(alert_id=alert.id, position=position).earliest("round")
    return Who(step.destination_id, step.responder)


def fresh(alert):
    return Alert.objects.get(id=alert.id)


def seen(alert):
    return queries.alert(alert.id, [alert.client_id])


def kinds(alert):
    return [each.kind for each in queries.remarks_of([alert.id]) if each.kind != "opened"]


def waiting(alert):
    """(responder, due) of the planned steps."""
    rows = Step.objects.filter(alert_id=alert.id, state=State.PLANNED).order_by("due_at")
    return [(each.responder, each.due_at) for each in rows]
