"""What was ticked off is remembered, and may be taken back for a minute by who said it; the tick itself stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.outcomes import UNDO_WITHIN
from reik.kernel import wake
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array


class OutageRefused(ValueError):
    """This cannot be done with the lines; the message says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who takes lines: an account of those who work for these clients, and of which organisation."""

    account_id: UUID
    name: str
    organisation_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What was said of a line. `before`: what stood there, as JSON."""

    line_id: UUID
    organisation_id: UUID
    outcome: str
    how: str
    ended: bool
    before: str


_TICKS = Table(
    "alerting_outagetick",
    id="uuid", organisation_id="uuid", line_id="uuid", at="timestamptz", by="text", by_id="uuid", outcome="text",
    how="text", ended="bool", before="jsonb",
)  # fmt: skip


def remember(ticks: Sequence[Tick], by: str, by_id: UUID | None, now: datetime) -> None:
    """One statement, however many."""
    _TICKS.insert(
        (new_id(now), each.organisation_id, each.line_id, now, by, by_id, each.outcome, each.how, each.ended,
         each.before)
        for each in ticks
    )  # fmt: skip


# The last that was said of each line, where nothing happened to the line since. What called on goes on: an alert that
# "not reached" or "not well" opened is for a person to close.
UNDO = """
WITH mine AS (
    SELECT t.id, t.line_id, t.before FROM alerting_outagetick AS t JOIN alerting_outageline AS l ON l.id = t.line_id
        JOIN alerting_outage AS o ON o.id = l.outage_id
    WHERE t.line_id = ANY(%(lines)s::uuid[]) AND l.client_id = ANY(%(clients)s::uuid[]) AND t.undone_at IS NULL
        AND t.by_id = %(me)s AND t.at >= %(since)s AND o.closed_at IS NULL AND (l.outcome_at IS NOT NULL) = t.ended
        AND l.how = t.how AND l.outcome = CASE WHEN t.ended THEN t.outcome ELSE '' END
        AND NOT EXISTS (SELECT FROM alerting_outagetick AS y WHERE y.line_id = l.id AND y.id > t.id
            AND y.undone_at IS NULL)
    ORDER BY l.id FOR NO KEY UPDATE OF l, t
), undone AS (UPDATE alerting_outagetick AS t SET undone_at = %(now)s FROM mine WHERE t.id = mine.id)
UPDATE alerting_outageline AS l SET outcome = '', outcome_at = NULL, how = mine.before->>'how',
    note = mine.before->>'note', outcome_by = mine.before->>'outcome_by'
FROM mine WHERE l.id = mine.line_id RETURNING l.id, l.organisation_id
"""
# What its dispenser has told meanwhile is the outcome after all: nobody else would say so of the line.
KNOWN = """
UPDATE alerting_outageline AS l SET outcome = m.outcome, outcome_at = %(now)s, how = n.how, outcome_by = n.how
FROM dispensing_moment AS m,
    LATERAL (SELECT CASE WHEN coalesce(m.closed_at, m.last_out_at) IS NULL THEN 'reik' ELSE 'device' END) AS n(how)
WHERE l.id = ANY(%(lines)s::uuid[]) AND m.id = l.moment_id AND m.outcome IS NOT NULL AND m.outcome <> 'unknown'
    AND l.outcome_at IS NULL
"""


@transaction.atomic
def undo(
    line_ids: Collection[UUID], person: Person, client_ids: Collection[UUID], now: datetime
) -> list[UUID]:
    """Take back what this person said of these lines within the last minute; gives the lines that are open again.

    An outage stays open for that minute (`ending`). Raises OutageRefused when it is too late for all of them.
    """
    values: dict[str, Any] = {
        "lines": array("uuid", line_ids), "clients": array("uuid", client_ids), "me": person.account_id,
        "since": now - UNDO_WITHIN, "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(UNDO, values)
        rows = cursor.fetchall()
        if not rows:
            raise OutageRefused(
                "This can be taken back for a minute, by who said it: open the client's page and note it there."
            )
        cursor.execute(KNOWN, {"now": now, "lines": array("uuid", (row[0] for row in rows))})
    wake.note({row[1] for row in rows})
    return [row[0] for row in rows]
