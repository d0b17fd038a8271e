"""An outage opens: found by silence that jumps, by moments that nobody spoke of, or because Reik itself is behind."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.outages import jump
from reik.alerting.outages.jump import Cell, Jump
from reik.alerting.outages.members import BEHIND_SCOPE, MEMBER, OF_SCOPE, silence
from reik.dispensing.devices.silence import BEHIND, SILENT
from reik.kernel.ids import new_id
from reik.kernel.rows import array

RULE = jump.rule_of(os.environ.get("REIK_OUTAGE_LEAST"), os.environ.get("REIK_OUTAGE_SHARE"))
LONG_AGO = timedelta(days=1)
ASKED_WITHIN = timedelta(minutes=6)

# Who is in an outage already is no part of another. Whoever was never heard, or not for a day, is silent as usual.
COUNTS = f"""
SELECT d.region, d.network, d.supplier, coalesce(d.started->>'model', ''),
    CASE WHEN {SILENT} THEN CASE WHEN d.heard_at > %(now)s - %(long_ago)s * interval '1 s'
        THEN floor(extract(epoch FROM d.heard_at) / 60)::bigint ELSE 0 END END, count(*)
FROM dispensing_dispenser AS d
WHERE d.client_id IS NOT NULL AND d.reports = 'every_moment'
    AND (%(heard)s::timestamptz[])[d.partition + 1] >= %(now)s - %(behind)s * interval '1 s'
    AND NOT EXISTS (SELECT FROM alerting_outage AS o WHERE o.recovered_at IS NULL AND {MEMBER})
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - text of this package


def look(heard: Sequence[datetime | None], now: datetime, quiet_after: timedelta) -> list[UUID]:
    """Open the outages that silence tells of; gives their ids. Inside a transaction.

    `heard`: how far each share of the device stream has been read, None where it was not listened to long enough.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS,
            {
                **silence(now, quiet_after), "heard": list(heard), "behind": BEHIND.total_seconds(),
                "long_ago": LONG_AGO.total_seconds(),
            },
        )  # fmt: skip
        cells = [_cell(row) for row in cursor.fetchall()]
    return _open_each(jump.find(cells, RULE), now)


# The dispensers that ought to have spoken of a moment in the last minutes, and whether they did.
ASKED = f"""
SELECT region, network, supplier, model, CASE WHEN unheard THEN %(minute)s::bigint END, count(*) FROM (
    SELECT d.id, d.region, d.network, d.supplier, coalesce(d.started->>'model', '') AS model,
        bool_or(m.outcome = 'unknown' AND m.verdict_reason = 'device_silent'
            AND coalesce(d.heard_at, d.created_at) < m.deadline_at) AS unheard
    FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id
    WHERE m.organisation_id = ANY(%(organisations)s::uuid[]) AND m.due_at > %(now)s - interval '12 hours'
        AND m.due_at <= %(now)s AND m.deadline_at > %(now)s - %(within)s * interval '1 s' AND m.deadline_at <= %(now)s
        AND m.outcome IS NOT NULL AND d.reports = 'every_moment' AND d.heard_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM alerting_outage AS o WHERE o.recovered_at IS NULL AND {MEMBER})
    GROUP BY d.id
) AS asked GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - text of this package


def open_asked(organisation_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Open the outages that moments without a word tell of, before their dispensers are silent long enough."""
    values: dict[str, Any] = {
        "organisations": array("uuid", organisation_ids), "now": now, "within": ASKED_WITHIN.total_seconds(),
        "minute": int(now.timestamp() // 60),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ASKED, values)
        cells = [_cell(row) for row in cursor.fetchall()]
    return _open_each(jump.find(cells, jump.ASKED), now)


def _cell(row: Sequence[object]) -> Cell:
    region, network, supplier, model, since, count = row
    return Cell(
        region=str(region), network=str(network), supplier=str(supplier), model=str(model),
        since=None if since is None else int(str(since)), count=int(str(count)),
    )  # fmt: skip


OPEN = """
INSERT INTO alerting_outage (id, scope, value, began_at, opened_at, silent, known, messages, untold)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 0) ON CONFLICT (scope, value) WHERE closed_at IS NULL DO NOTHING
"""
HELD = "SELECT id FROM alerting_outage WHERE scope = %s AND value = %s AND closed_at IS NULL FOR SHARE"


def _open_each(found: Sequence[Jump], now: datetime) -> list[UUID]:
    """One per scope and value, also when two watchers find it at the same time; in one order for both."""
    return [
        _insert(
            (each.scope, each.value), min(datetime.fromtimestamp(each.since * 60, UTC), now), each.silent, each.known,
            now,
        )
        for each in sorted(found, key=lambda each: (each.scope, each.value))
    ]  # fmt: skip


def _insert(scope: tuple[str, str], began_at: datetime, silent: int, known: int, now: datetime) -> UUID:
    """The open outage of this scope, which stays open until this transaction ends."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(OPEN, [new_id(now), *scope, began_at, now, silent, known])
            cursor.execute(HELD, scope)
            row = cursor.fetchone()
        if row is not None:  # None: the one that was there closed at this instant
            return UUID(str(row[0]))


def platform(moments: int, now: datetime, *, least: int) -> UUID | None:
    """The outage of Reik itself, opened for at least so many moments at once (rule 4); None: they are too few."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, BEHIND_SCOPE)
        row = cursor.fetchone()
    if row is None and moments < least:
        return None
    return UUID(str(row[0])) if row else _insert(BEHIND_SCOPE, now, moments, moments, now)


# An open outage most of which lies inside a wider one is part of that.
PARTS = f"""
SELECT o.id, w.id FROM alerting_outage AS o JOIN alerting_outage AS w ON w.id <> o.id AND w.known > o.known
CROSS JOIN LATERAL (SELECT count(*) AS silent, count(*) FILTER (WHERE {OF_SCOPE.replace("o.", "w.")}) AS inside
    FROM dispensing_dispenser AS d WHERE {OF_SCOPE} AND {SILENT} AND d.heard_at >= o.began_at) AS s
WHERE o.closed_at IS NULL AND w.closed_at IS NULL AND o.value <> '' AND (o.scope, o.value) <> (%(scope)s, %(value)s)
    AND (w.scope, w.value) <> (%(scope)s, %(value)s) AND s.silent > 0 AND s.inside >= s.silent * %(explains)s
ORDER BY o.id, w.known DESC, w.id
"""  # noqa: S608 - text of this package


def merge(now: datetime, quiet_after: timedelta) -> int:
    """Outages that lie in a wider one become part of it, with their lines and the messages that were sent."""
    values = {
        **silence(now, quiet_after), "scope": BEHIND_SCOPE[0], "value": BEHIND_SCOPE[1],
        "explains": RULE.explains,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alerting_outage WHERE closed_at IS NULL")
        if cursor.fetchone()[0] < 2:
            return 0
        cursor.execute("SELECT id FROM alerting_outage WHERE closed_at IS NULL ORDER BY id FOR NO KEY UPDATE")
        cursor.execute(PARTS, values)
        into = dict(reversed(cursor.fetchall()))
    for part, wider in into.items():
        if wider not in into:  # what is part itself goes along the next time
            _become_part(part, wider, now)
    return len(into)


def _become_part(part: UUID, wider: UUID, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerting_outageline SET outage_id = %s WHERE outage_id = %s", [wider, part])
        cursor.execute(
            "UPDATE alerting_outage AS w SET messages = least(w.messages + p.messages, 32000),"
            " began_at = least(w.began_at, p.began_at) FROM alerting_outage AS p WHERE p.id = %s AND w.id = %s",
            [part, wider],
        )
        cursor.execute("UPDATE alerting_outagenote SET next_at = NULL WHERE outage_id = %s", [part])
        cursor.execute(
            "UPDATE alerting_outage SET closed_at = %s, recovered_at = %s, merged_into = %s WHERE id = %s",
            [now, now, wider, part],
        )
