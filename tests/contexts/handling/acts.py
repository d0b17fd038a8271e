"""What people and `reik watch` do with an alert."""

from __future__ import annotations

from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.alerting.models import Alert, Remark, Step
from reik.alerting.operations import accept_alert, handle_alert, take_ended_promises

State = Step.State


@transaction.atomic
def take(now):
    return take_due_steps(now=now)


@transaction.atomic
def resume(now):
    return take_ended_promises(now=now)


def watch(now):
    """What `reik watch` does with alerts."""
    resume(now)
    while take(now):
        pass


def handle(alert, outcome, now, *, by="Jo", role="operator", cause="slept", remote=True, **more):
    return handle_alert(
        alert_id=alert.id, by=by, role=role, outcome=outcome, cause=cause, remote=remote, now=now, **more
    )


def accept(alert, now, by="Jo", **more):
    accept_alert(alert_id=alert.id, by=by, now=now, **more)


def steps(alert):
    """(responder, round, state) of what is still to come or was called."""
    found = (
        Step.objects.filter(alert_id=alert.id).exclude(state=State.CANCELLED).order_by("round", "position")
    )
    return [(s.responder, s.round, State(s.state).name) for s in found]


def history(alert):
    return list(
        Remark.objects.exclude(kind="opened")
        .filter(alert_id=alert.id)
        .order_by("at", "id")
        .values_list("kind", flat=True)
    )


def fresh(alert):
    return Alert.objects.get(id=alert.id)
