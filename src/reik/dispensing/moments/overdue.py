"""Moments past their deadline about which the device has not spoken (architecture, rule 4).

Not out only when Reik has read everything the device could have said; unknown at the latest 60 s after the
deadline; on a deviations-only link *no notice received* (R80). Silence is never green.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from reik.dispensing.moments import rows as moments
from reik.dispensing.operations import settle

WATERMARK = timedelta(seconds=2)
PATIENCE = timedelta(seconds=60)
JOURNAL_LOST = timedelta(hours=24)
"""After a lost journal a moment that fell due less than this later may have been handed out before, unheard."""

# Why a silent moment is unknown: Reik has not read the stream that far; nothing was heard of the device since
# the deadline; its journal has a gap that Reik still misses, or was lost; or something it said of this very
# moment could not be understood.
CLAIM = f"""
SELECT {moments.COLUMNS}, c.verdict, c.reason
FROM dispensing_moment AS m
JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id
CROSS JOIN LATERAL (
    SELECT coalesce((%(through)s::timestamptz[])[d.partition + 1]
            >= m.deadline_at + make_interval(secs => %(watermark)s), false) AS read,
        coalesce(d.beat_at > m.deadline_at, false) AS beaten,
        d.upto >= d.beat_last_seq AND (d.beat_epoch = d.epoch OR d.epoch = 0) AS whole,
        coalesce(d.epoch_since > m.due_at - make_interval(secs => %(journal_lost)s), false) AS lost,
        EXISTS (SELECT FROM dispensing_mention AS s WHERE s.dispenser_id = d.id AND s.key = m.key) AS puzzling
) AS known
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN known.read AND d.reports = 'deviations_only' AND NOT known.puzzling THEN 'no_notice'
        WHEN known.read AND known.beaten AND known.whole AND NOT (known.lost OR known.puzzling) THEN 'not_out'
        WHEN m.deadline_at + make_interval(secs => %(patience)s) <= %(now)s THEN 'unknown'
    END AS verdict,
    CASE
        WHEN NOT known.read THEN 'reik_behind'
        WHEN known.puzzling THEN 'not_understood'
        WHEN d.reports = 'deviations_only' THEN 'no_notice'
        WHEN NOT known.beaten THEN 'device_silent'
        WHEN NOT known.whole THEN 'events_missing'
        WHEN known.lost THEN 'journal_lost'
        ELSE 'all_read'
    END AS reason
) AS c
WHERE m.outcome IS NULL AND m.deadline_at <= %(now)s AND c.verdict IS NOT NULL
ORDER BY m.deadline_at, m.id LIMIT %(most)s
FOR NO KEY UPDATE OF m SKIP LOCKED
"""  # noqa: S608 - only the column list is put in


def close_overdue(
    *,
    received_through: Sequence[datetime | None],
    now: datetime,
    most: int = 500,
    patience: timedelta = PATIENCE,
) -> int:
    """Conclude on up to `most` overdue moments and announce them; gives how many. Call inside a transaction.

    `received_through` tells for each partition of the device stream up to which instant it has been read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "through": list(received_through),
                "watermark": WATERMARK.total_seconds(),
                "patience": patience.total_seconds(),
                "journal_lost": JOURNAL_LOST.total_seconds(),
                "now": now,
                "most": most,
            },
        )
        rows = cursor.fetchall()
    claimed = []
    for row in rows:
        moment = moments.from_row(row[:-2])
        moment.tally.verdict, moment.tally.verdict_reason = row[-2], row[-1]
        claimed.append(moment)
    settle(claimed, now)
    return len(claimed)
