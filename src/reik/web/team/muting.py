"""What is muted round an alert, and for how long it can be."""

from __future__ import annotations

from datetime import datetime, timedelta

from reik.alerting import queries
from reik.alerting.claims.seen import MuteSeen
from reik.alerting.queries import AlertSeen

HOURS = (1, 2, 4, 8, 12, 24)


def running(alert: AlertSeen, now: datetime) -> MuteSeen | None:
    """What is muted of this client and cause."""
    found = queries.mutes_of([alert.client_id], now)
    return next((each for each in found if each.cause == alert.cause), None)


def choices(now: datetime) -> list[tuple[int, datetime]]:
    """For how many hours, and until when that is."""
    return [(each, now + timedelta(hours=each)) for each in HOURS]
