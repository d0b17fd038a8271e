"""Writes of alerting. Arrangements are agreed here; what people and devices do to alerts is given on from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from reik.alerting import policy
from reik.alerting.handling import AlertRefused, accept_alert, handle_alert, release_alert, undo_handling
from reik.alerting.history import remark
from reik.alerting.models import Arrangement, ArrangementStep
from reik.alerting.moment_alerts import follow_moments
from reik.alerting.outcomes import HANDLED_AS, Effect
from reik.alerting.policy import RouteStep
from reik.alerting.resuming import take_ended_promises
from reik.kernel.ids import new_id

__all__ = [
    "HANDLED_AS",
    "AlertRefused",
    "Effect",
    "accept_alert",
    "agree_arrangement",
    "follow_moments",
    "handle_alert",
    "release_alert",
    "remark",
    "take_ended_promises",
    "undo_handling",
]


@transaction.atomic
def agree_arrangement(
    *,
    organisation_id: UUID,
    client_id: UUID | None,
    route: Sequence[RouteStep],
    agreed_by: str,
    now: datetime,
    shortest: timedelta = policy.SHORTEST,
) -> Arrangement:
    """A new version of a client's (or, without client, the organisation's default) follow-up arrangement.

    `shortest`: the least wait of a step; only a demo that runs fast goes below a minute. Raises
    policy.ArrangementInvalid when the chain could end with nobody.
    """
    policy.check_route(route, shortest=shortest)
    whose = Q(client_id=client_id) if client_id else Q(client=None)
    newest = Arrangement.objects.filter(whose, organisation_id=organisation_id).order_by("-version").first()
    arrangement = Arrangement.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        client_id=client_id,
        version=newest.version + 1 if newest else 1,
        agreed_by=agreed_by,
        created_at=now,
    )
    ArrangementStep.objects.bulk_create(
        ArrangementStep(
            id=new_id(now),
            organisation_id=organisation_id,
            arrangement=arrangement,
            position=position,
            action=step.action,
            responder=step.responder,
            destination_id=step.destination_id,
            wait_s=round(step.wait.total_seconds()),
            repeat_s=round(step.repeat.total_seconds()) if step.repeat else None,
            hours_from=step.hours[0] if step.hours else None,
            hours_until=step.hours[1] if step.hours else None,
        )
        for position, step in enumerate(route, start=1)
    )
    return arrangement
