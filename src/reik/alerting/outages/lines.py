"""The lines of an outage: one for each client with a moment due, with owner, deadline and outcome of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting.outages.due import NEAR, answer_by
from reik.alerting.outages.members import MEMBER, silence
from reik.dispensing.away.cover import EXPECTED
from reik.dispensing.devices.silence import SILENT
from reik.dispensing.outcomes import Outcome
from reik.kernel import wake
from reik.kernel.ids import new_id
from reik.kernel.operations import pace
from reik.kernel.rows import Table, array

HEARD_AGAIN, REPLANNED, PAUSED = "heard_again", "replanned", Outcome.PAUSED.value
AGAIN_ONES = f"('{HEARD_AGAIN}', '{PAUSED}')"
"""Outcomes after which a moment is a line once more: its dispenser fell silent again, an absence was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A moment that nobody hears of by itself now."""

    outage_id: UUID
    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID
    moment_id: UUID
    criticality: int
    due_at: datetime
    deadline_at: datetime  # of the moment
    latest_at: datetime


_LINES = Table(
    "alerting_outageline",
    id="uuid", organisation_id="uuid", outage_id="uuid", client_id="uuid", dispenser_id="uuid", moment_id="uuid",
    criticality="smallint", due_at="timestamptz", deadline_at="timestamptz", owner="text", owner_kind="text",
    listed_at="timestamptz", outcome="text", how="text", outcome_by="text", note="text",
)  # fmt: skip
AGAIN = f"""
ON CONFLICT (moment_id) DO UPDATE SET outcome = '', how = '', outcome_at = NULL, outcome_by = '',
    listed_at = excluded.listed_at, deadline_at = excluded.deadline_at, outage_id = excluded.outage_id
WHERE alerting_outageline.outcome IN {AGAIN_ONES} RETURNING moment_id
"""
OWNERS = """
SELECT c.id, coalesce(t.name, h.name) FROM people_client AS c JOIN kernel_organisation AS h ON h.id = c.organisation_id
LEFT JOIN people_team AS t ON t.id = c.team_id WHERE c.id = ANY(%s::uuid[])
"""


def add(new: Sequence[NewLine], now: datetime) -> int:
    """List these moments, each once; gives how many became a line. Three statements, however many."""
    if not new:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [array("uuid", {each.client_id for each in new})])
        owners = dict(cursor.fetchall())
    hurry = pace()
    # In one order for whoever lists at the same time.
    once = {each.moment_id: each for each in sorted(new, key=lambda each: each.moment_id)}
    listed = _LINES.insert(
        [_row(each, owners[each.client_id], now, hurry) for each in once.values()], then=AGAIN
    )
    wake.note({each.organisation_id for each in new})
    return len(listed)


def _row(new: NewLine, owner: str, now: datetime, hurry: float) -> tuple[object, ...]:
    by = answer_by(
        criticality=new.criticality, deadline_at=new.deadline_at, latest_at=new.latest_at, now=now, pace=hurry
    )
    return (
        new_id(now), new.organisation_id, new.outage_id, new.client_id, new.dispenser_id, new.moment_id,
        new.criticality, new.due_at, by, owner, "team", now, "", "", "", "",
    )  # fmt: skip


NEARING = f"""
SELECT DISTINCT ON (m.id) o.id, d.organisation_id, d.client_id, d.id, m.id, m.criticality, m.due_at, m.deadline_at,
    m.latest_at
FROM alerting_outage AS o JOIN dispensing_dispenser AS d ON {MEMBER} AND {SILENT}
JOIN dispensing_moment AS m ON m.client_id = d.client_id AND m.dispenser_id = d.id AND m.outcome IS NULL
    AND m.due_at > %(now)s - interval '1 day' AND m.due_at <= %(now)s + %(near)s * interval '1 s'
LEFT JOIN alerting_outageline AS l ON l.moment_id = m.id
WHERE o.closed_at IS NULL AND (l.id IS NULL OR l.outcome IN {AGAIN_ONES}) AND {EXPECTED}
ORDER BY m.id, o.opened_at, o.id
"""  # noqa: S608 - text of this package


def add_nearing(now: datetime, quiet_after: timedelta) -> int:
    """List every moment that is due within the hour at a dispenser that an open outage keeps silent; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(NEARING, {**silence(now, quiet_after), "near": NEAR.total_seconds()})
        rows = cursor.fetchall()
    return add(
        [
            NewLine(
                outage_id=r[0], organisation_id=r[1], client_id=r[2], dispenser_id=r[3], moment_id=r[4],
                criticality=r[5], due_at=r[6], deadline_at=r[7], latest_at=r[8],
            )
            for r in rows
        ],
        now,
    )  # fmt: skip


# Whose dispenser speaks again before the window ends is watched as ever; what was planned otherwise is no moment more,
# and of who is away, or died, nobody is asked.
END_BY_ITSELF = f"""
UPDATE alerting_outageline AS l SET outcome = n.outcome, outcome_at = %(now)s, outcome_by = 'reik',
    how = CASE n.outcome WHEN '{PAUSED}' THEN 'reik' ELSE 'device' END
FROM (SELECT l.id, CASE WHEN m.id IS NULL THEN '{REPLANNED}' WHEN {EXPECTED} THEN '{HEARD_AGAIN}' ELSE '{PAUSED}' END
    AS outcome
    FROM alerting_outageline AS l JOIN dispensing_dispenser AS d ON d.id = l.dispenser_id
    LEFT JOIN dispensing_moment AS m ON m.id = l.moment_id
    WHERE l.outcome_at IS NULL AND l.told_late_at IS NULL
        AND (m.id IS NULL OR m.outcome IS NULL AND (NOT {EXPECTED} OR m.deadline_at > %(now)s
            AND d.heard_at > l.listed_at))
    ORDER BY l.id FOR NO KEY UPDATE OF l SKIP LOCKED) AS n
WHERE l.id = n.id RETURNING l.organisation_id
"""  # noqa: S608 - text of this module


def end_by_itself(now: datetime) -> int:
    """End the lines of dispensers that speak again in time; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(END_BY_ITSELF, {"now": now})
        rows = cursor.fetchall()
    wake.note({row[0] for row in rows})
    return len(rows)
