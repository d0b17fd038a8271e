"""Reads of alerting."""

from __future__ import annotations

from reik.kernel.queries import Breach, breach


def alerts_without_next_step() -> Breach | None:
    """Open alerts whose route has ended: nobody is being asked, and nobody will be."""
    return breach(
        "alert_without_step",
        "Call these clients' care teams now; their follow-up arrangement is missing or ends with nobody.",
        "SELECT a.id, count(*) OVER () FROM alerting_alert AS a WHERE a.closed_at IS NULL AND a.state = 'open'"
        " AND NOT EXISTS (SELECT FROM alerting_step AS s WHERE s.alert_id = a.id AND s.state IN (0, 1))"
        " ORDER BY a.opened_at",
        {},
    )
