"""One alert in somebody's hands: locked, and what is said when she cannot have it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from reik.alerting.models import Alert
from reik.alerting.outcomes import Role

NOBODYS: dict[str, Any] = {
    "accepted_at": None, "accepted_by": "", "accepted_key": None, "accepted_role": "", "accepted_until": None,
    "watched_until": None,
}  # fmt: skip


class AlertRefused(Exception):
    """The alert cannot be accepted or handled in this state; the message says what to do."""


class ClaimUsed(AlertRefused):
    """She has had this alert once and cannot have it again; she can still say how it went."""


def lock(alert_id: UUID) -> Alert:
    """The alert, with its moment, for the caller's transaction alone."""
    return (
        Alert.objects.select_related("moment").select_for_update(no_key=True, of=("self",)).get(id=alert_id)
    )


def role_of(role: str) -> Role:
    """Raise AlertRefused for a role that nobody has."""
    if role not in tuple(Role):
        raise AlertRefused(f"Say as whom: {', '.join(Role)}.")
    return Role(role)


def latest_of(alert: Alert) -> datetime | None:
    """The latest hand-out time of its moment."""
    return alert.moment.latest_at if alert.moment else None
