"""What must never be of an alert, looked for by the guard: nobody comes back to it, or too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from reik.kernel.queries import Breach, breach


def alerts_without_next_step() -> Breach | None:
    """Alerts that nobody comes back to: open ones whose route has ended, promises and watches without an end."""
    return breach(
        "alert_without_step",
        "Call these clients' care teams now; their follow-up arrangement is missing or ends with nobody.",
        "SELECT a.id, count(*) OVER () FROM alerting_alert AS a WHERE a.closed_at IS NULL AND (a.state = 'open'"
        " AND NOT EXISTS (SELECT FROM alerting_step AS s WHERE s.alert_id = a.id AND s.state IN (0, 1))"
        " OR a.state = 'accepted' AND a.accepted_until IS NULL"
        " OR a.state = 'watched' AND a.watched_until IS NULL) ORDER BY a.opened_at",
        {},
    )


OVERDUE_AFTER = timedelta(seconds=90)


def follow_up_overdue(now: datetime) -> Breach | None:
    """Alerts whose next step, promise or watch was due 90 s ago: `reik watch` takes each within a second."""
    return breach(
        "follow_up_overdue",
        "Look whether `reik watch` runs and what its log says.",
        "SELECT id, count(*) OVER () FROM ("
        "SELECT id, accepted_until AS due FROM alerting_alert WHERE state = 'accepted' AND accepted_until < %(limit)s"
        " UNION SELECT id, watched_until FROM alerting_alert WHERE state = 'watched' AND watched_until < %(limit)s"
        " UNION SELECT s.alert_id, s.due_at FROM alerting_step AS s JOIN alerting_alert AS a ON a.id = s.alert_id"
        " WHERE s.state = 0 AND s.due_at < %(limit)s AND a.state = 'open') AS late ORDER BY due",
        {"limit": now - OVERDUE_AFTER},
    )
