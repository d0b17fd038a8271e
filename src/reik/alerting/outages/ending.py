"""An outage recovers when its silent ones speak again, and closes when no line is without outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting.outages import jump
from reik.alerting.outages.members import BEHIND_SCOPE, OF_SCOPE, silence
from reik.alerting.outages.opening import RULE
from reik.alerting.outcomes import UNDO_WITHIN
from reik.dispensing.devices.silence import SILENT
from reik.kernel.rows import Columns, array

# Who was silent before it began is silent as usual. It may open before its dispensers are silent long enough.
RECOUNT = f"""
SELECT o.id, count(*) FILTER (WHERE {SILENT} AND d.heard_at >= o.began_at - interval '1 minute'), count(*),
    o.opened_at > %(now)s - 2 * %(silent_after)s * interval '1 s'
FROM alerting_outage AS o JOIN dispensing_dispenser AS d ON {OF_SCOPE}
    AND d.client_id IS NOT NULL AND d.reports = 'every_moment'
WHERE o.closed_at IS NULL GROUP BY o.id
"""  # noqa: S608 - text of this package
_COUNTED = Columns(id="uuid", silent="int", known="int", lasts="bool")
STORE = f"""
UPDATE alerting_outage AS o SET silent = greatest(o.silent, n.silent), known = n.known,
    recovered_at = CASE WHEN n.lasts THEN NULL ELSE coalesce(o.recovered_at, %s) END
FROM {_COUNTED.unnest} AS n({_COUNTED.names}) WHERE o.id = n.id
"""  # noqa: S608 - column names of this module


def recount(now: datetime, quiet_after: timedelta, *, behind: bool) -> None:
    """Note of each open outage how many are silent, and whether it has recovered. `behind`: Reik itself still is."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, silence(now, quiet_after))
        rows = [
            (id, silent, known, young or jump.still(silent, known, RULE))
            for id, silent, known, young in cursor.fetchall()
        ]
        if rows:
            cursor.execute(STORE, [now, *_COUNTED.values(rows)])
        cursor.execute(
            "UPDATE alerting_outage SET recovered_at = CASE WHEN %s THEN NULL ELSE coalesce(recovered_at, %s) END"
            " WHERE scope = %s AND value = %s AND closed_at IS NULL",
            [behind, now, *BEHIND_SCOPE],
        )


STAYS = UNDO_WITHIN + timedelta(seconds=10)
"""So long after a tick an outage is open still: who takes it back does so with another clock."""
CLOSE = """
UPDATE alerting_outage AS o SET closed_at = %s WHERE o.recovered_at IS NOT NULL AND o.closed_at IS NULL
    AND NOT EXISTS (SELECT FROM alerting_outageline AS l WHERE l.outage_id = o.id AND l.outcome_at IS NULL)
    AND NOT EXISTS (SELECT FROM alerting_outagetick AS t JOIN alerting_outageline AS l ON l.id = t.line_id
        WHERE t.undone_at IS NULL AND t.at > %s AND l.outage_id = o.id)
RETURNING o.id
"""


def close(now: datetime) -> list[UUID]:
    """Close what has recovered, has no line without outcome, and none that may be taken back; gives their ids.

    The caller holds the open outages: no line can be added meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [now, now - STAYS])
        closed = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "UPDATE alerting_outagenote SET next_at = NULL WHERE outage_id = ANY(%s::uuid[])",
            [array("uuid", closed)],
        )
    return closed
