"""The alerts of a period as one table with what is counted of them; each figure is a condition on its rows.

A figure and the list that it opens use the same condition, so that they cannot differ. Alerts that came of an outage
are counted apart, drills are no alerts at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.rows import array

SOON_S = 600
"""Seconds from its opening within which a press that closes an alert makes it one for nothing."""
SENT_WITHIN_S = 60
"""Reik's own deadline from when a step is due until its message has left for the channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Alerts that opened in [since, until) of these clients. `zone`: in which hours are read."""

    client_ids: Collection[UUID]
    since: datetime
    until: datetime
    zone: str = "Europe/Amsterdam"

    def values(self, **more: object) -> dict[str, object]:
        return {
            "clients": array("uuid", self.client_ids), "since": self.since, "until": self.until, "zone": self.zone,
            "soon": SOON_S, "sent_within": SENT_WITHIN_S, **more,
        }  # fmt: skip


# `wait_s`: how long the first step that was taken was agreed to wait; `passed_at`: when the route went on to another.
LIVED = """
WITH lived AS (
SELECT a.id, a.client_id, c.team_id, a.cause, a.opened_at, a.closed_at, a.closed_as, a.remote, a.answered_at,
    CASE WHEN a.closed_at IS NOT NULL AND a.handled_at IS NOT NULL AND a.closed_as = a.handled_as
        THEN a.handled_at END AS handled_at,
    a.outage_line IS NOT NULL AS of_outage, m.deadline_at, f.due_at AS first_due_at, f.taken_at AS sent_at,
    g.wait_s, s.passed_at, coalesce(s.centre, false) AS centre, coalesce(s.others, false) AS others,
    coalesce(p.broken, false) AS promise_broken
FROM alerting_alert AS a JOIN people_client AS c ON c.id = a.client_id
LEFT JOIN dispensing_moment AS m ON m.id = a.moment_id
LEFT JOIN LATERAL (SELECT position, due_at, taken_at FROM alerting_step
    WHERE alert_id = a.id AND taken_at IS NOT NULL ORDER BY taken_at, position, round LIMIT 1) AS f ON true
LEFT JOIN LATERAL (SELECT bool_or(action = 'phone_client') AS centre, bool_or(action <> 'phone_client') AS others,
        min(taken_at) FILTER (WHERE position > f.position) AS passed_at
    FROM alerting_step WHERE alert_id = a.id AND taken_at IS NOT NULL) AS s ON true
LEFT JOIN alerting_arrangementstep AS g
    ON g.arrangement_id = a.arrangement_id AND g.route = a.route AND g.position = f.position
LEFT JOIN LATERAL (SELECT bool_or(ended_as = 'ended') AS broken FROM alerting_claim WHERE alert_id = a.id) AS p ON true
WHERE a.client_id = ANY(%(clients)s::uuid[]) AND a.opened_at >= %(since)s AND a.opened_at < %(until)s)
"""

CONDITIONS: Mapping[str, str] = {
    "all": "NOT of_outage",
    "of_outage": "of_outage",
    "open": "NOT of_outage AND closed_at IS NULL",
    "by_itself": "NOT of_outage AND closed_at IS NOT NULL AND handled_at IS NULL",
    "by_person": "NOT of_outage AND handled_at IS NOT NULL",
    # Of all that the centre got and a person ended: it ended it, called nobody else, and nobody drove.
    "centre_got": "NOT of_outage AND centre AND handled_at IS NOT NULL",
    "centre_closed": "NOT of_outage AND centre AND handled_at IS NOT NULL AND NOT others AND remote IS NOT FALSE",
    "no_visit": "NOT of_outage AND handled_at IS NOT NULL AND remote IS NOT FALSE",
    "visit": "NOT of_outage AND handled_at IS NOT NULL AND remote IS FALSE",
    # Breaches of the organisation's own deadlines: the first step's wait, and the promise of who took it.
    "late_send": "NOT of_outage AND sent_at > first_due_at + %(sent_within)s * interval '1 s'",
    "late_accept": "NOT of_outage AND wait_s IS NOT NULL"
    " AND least(coalesce(answered_at, 'infinity'), coalesce(closed_at, 'infinity'), %(until)s)"
    " > sent_at + wait_s * interval '1 s'",
    "late_handle": "NOT of_outage AND promise_broken",
    # Nuisance: somebody was called for nothing.
    "late_press": "NOT of_outage AND closed_as = 'out_after_all' AND sent_at IS NOT NULL"
    " AND closed_at <= opened_at + %(soon)s * interval '1 s'",
    "false_notice": "NOT of_outage AND closed_as = 'false_notice'",
}
"""What is counted, by name."""

INTERVALS: Mapping[str, str] = {
    "detect": "extract(epoch FROM opened_at - deadline_at)",
    "send": "extract(epoch FROM sent_at - first_due_at)",
    "accept": "extract(epoch FROM answered_at - sent_at)",
    "handle": "extract(epoch FROM handled_at - answered_at)",
}
"""Seconds: end of the window to alert, due to sent, sent to taken by a person, taken to handled."""
