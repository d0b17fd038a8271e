"""What "ik regel het" would mean now: until when somebody would have the alert, said before she takes it (R47)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from reik.alerting.claims.bounds import NoClaim, claimed_until
from reik.alerting.claims.standing import standing
from reik.alerting.outcomes import Role


def offered_until(alert_id: UUID, role: str, now: datetime) -> datetime | None:
    """When a claim that begins now would end; None where the last step is about to be called anyway.

    Whether she had it before is the alert's own to say (`AlertSeen.had_by`). Nothing is promised: taking it decides.
    """
    found = standing([alert_id]).get(alert_id)
    if found is None:
        return None
    try:
        return claimed_until(found.route, Role(role), now)
    except NoClaim:
        return None
