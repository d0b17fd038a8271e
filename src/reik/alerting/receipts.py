"""What a responder's own phone says by itself: that a message arrived on it. Nobody has read it for that."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.history import remark
from reik.alerting.models import Remark, Step

RECEIVED = "received"


@transaction.atomic
def note_received(*, message_id: UUID, now: datetime) -> bool:
    """Note once in the history of its alert that a step's message arrived; says whether it was a step's message.

    It changes nothing of the route: only a person stops that.
    """
    step = Step.objects.select_for_update(no_key=True).filter(id=message_id).first()
    if step is None:
        return False
    which = f"{step.position}.{step.round}"
    if not Remark.objects.filter(alert_id=step.alert_id, kind=RECEIVED, text=which).exists():
        remark([(step.alert_id, step.organisation_id, RECEIVED, step.responder, which)], now)
    return True
