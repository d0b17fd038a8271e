"""Moments past their deadline about which the device has not spoken (architecture, rule 4).

Not out only when Reik has read everything the device could have said; unknown at the latest 60 s after the
deadline; on a deviations-only link *no notice received* (R80). Silence is never green.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from reik.dispensing import moments
from reik.dispensing.operations import settle

WATERMARK = timedelta(seconds=2)
PATIENCE = timedelta(seconds=60)

# Why a silent moment is unknown: Reik has not read the stream that far; or the device's journal has a gap
# that Reik still misses; or nothing was heard of the device since the deadline.
CLAIM = f"""
SELECT {moments.COLUMNS}, c.verdict, c.reason
FROM dispensing_moment AS m
JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id
CROSS JOIN LATERAL (
    SELECT coalesce((%(through)s::timestamptz[])[d.partition + 1] >= m.deadline_at + make_interval(secs => %(watermark)s), false) AS read,
        coalesce(d.beat_at > m.deadline_at, false) AS beaten,
        d.beat_last_seq = 0 OR (d.beat_epoch = d.epoch AND d.upto >= d.beat_last_seq) AS whole
) AS known
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN known.read AND d.reports = 'deviations_only' THEN 'no_notice'
        WHEN known.read AND known.beaten AND known.whole THEN 'not_out'
        WHEN m.deadline_at + make_interval(secs => %(patience)s) <= %(now)s THEN 'unknown'
    END AS verdict,
    CASE
        WHEN NOT known.read THEN 'reik_behind'
        WHEN d.reports = 'deviations_only' THEN 'no_notice'
        WHEN known.beaten AND known.whole THEN 'all_read'
        WHEN known.beaten THEN 'events_missing'
        ELSE 'device_silent'
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
