"""Notes: what somebody wants the others to know of an alert, beside how it was handled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.history import remark
from reik.alerting.models import Alert

LONGEST = 500
KIND = "note"


class NoteRefused(ValueError):
    """This note cannot be kept; the message says what to change."""


@transaction.atomic
def add_note(alert_id: UUID, *, by: str, text: str, now: datetime) -> None:
    """A line in the alert's history, of a closed one too; nothing else changes. Raises NoteRefused for an empty one."""
    said = text.replace("\x00", "").strip()[:LONGEST]
    if not said:
        raise NoteRefused("Write the note first.")
    organisation = Alert.objects.values_list("organisation_id", flat=True).get(id=alert_id)
    remark([(alert_id, organisation, KIND, by, said)], now)
