"""The steps of an alert: taken, failed, and the messages that they put out."""

from __future__ import annotations

from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.alerting.models import Step
from reik.kernel import facts
from reik.kernel.models import OutboxMessage
from reik.kernel.outbox import MessageFailed

State = Step.State


@transaction.atomic
def take(now):
    return take_due_steps(now=now)


@transaction.atomic
def publish(*told, now):
    facts.publish(told, now)


def steps(alert, *states):
    found = Step.objects.filter(alert_id=alert.id).order_by("due_at", "position", "round")
    return [(s.responder, s.round, State(s.state).name) for s in found if not states or s.state in states]


def messages(state=0):
    return OutboxMessage.objects.filter(state=state)


def fail(*responders, now):
    """The newest message to each of these did not arrive at its first try."""
    found = [
        Step.objects.filter(responder=each, taken_at__isnull=False).latest("taken_at") for each in responders
    ]
    publish(*[MessageFailed(message_id=each.id, error="503") for each in found], now=now)
