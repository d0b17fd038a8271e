"""Evaluated: after an alert is closed somebody looks back at how it went, or asks for that (R79)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.claims.locking import AlertRefused, lock
from reik.alerting.history import remark

EVALUATED, ASKED = "evaluated", "evaluation_asked"
LONGEST = 1000


@transaction.atomic
def evaluate(*, alert_id: UUID, by: str, text: str, now: datetime) -> None:
    """What somebody concludes of a closed alert, in a sentence. Raises AlertRefused while it is open."""
    alert = lock(alert_id)
    if alert.state != "closed":
        raise AlertRefused("This alert is not over: say how it went first.")
    remark([(alert_id, alert.organisation_id, EVALUATED, by, _sentence(text))], now)


@transaction.atomic
def ask_evaluation(*, alert_id: UUID, by: str, text: str, now: datetime) -> None:
    """A complaint or a question about an alert, open or closed: somebody must look back at it (R79)."""
    alert = lock(alert_id)
    remark([(alert_id, alert.organisation_id, ASKED, by, _sentence(text))], now)


def _sentence(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise AlertRefused("Write in a sentence what you found, or what you ask.")
    return said[:LONGEST]
