"""Several `reik send` judge a gateway by what all of them saw: each writes its own down and reads the others' (R56)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.tally import LOOKED_BACK_S, Tally, together

Way = tuple[str, str]
"""A channel and one of its gateways."""

WRITE = """
INSERT INTO kernel_gatewaytally (channel, gateway, sender, written_at, heard_at, silent_since, due, missed, lost)
SELECT n.channel, n.gateway, %(sender)s, %(now)s, n.heard_at, n.silent_since, n.due, n.missed, n.lost
FROM unnest(%(channels)s::text[], %(gateways)s::text[], %(heard)s::timestamptz[], %(silent)s::timestamptz[],
    %(due)s::int[], %(missed)s::int[], %(lost)s::int[])
    AS n(channel, gateway, heard_at, silent_since, due, missed, lost)
ON CONFLICT (channel, gateway, sender) DO UPDATE SET written_at = excluded.written_at, heard_at = excluded.heard_at,
    silent_since = excluded.silent_since, due = excluded.due, missed = excluded.missed, lost = excluded.lost
"""
OF_OTHERS = """
SELECT channel, gateway, written_at, heard_at, silent_since, due, missed, lost
FROM kernel_gatewaytally WHERE sender <> %(sender)s
"""
FORGET = "DELETE FROM kernel_gatewaytally WHERE written_at < %(since)s"


@transaction.atomic
def exchange(mine: Mapping[Way, Tally], sender: UUID, now: datetime) -> dict[Way, Tally]:
    """Write this sender's tallies (times in seconds since 1970); gives what all others saw together, by gateway."""
    seen: dict[Way, list[tuple[Tally, float]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"since": now - timedelta(seconds=LOOKED_BACK_S)})
        if mine:
            cursor.execute(WRITE, {"sender": sender, "now": now, **_columns(mine)})
        cursor.execute(OF_OTHERS, {"sender": sender})
        for channel, gateway, written, heard, silent, due, missed, lost in cursor.fetchall():
            tally = Tally(
                heard_at=_seconds(heard), silent_since=_seconds(silent), due=due, missed=missed, lost=lost
            )
            seen[channel, gateway].append((tally, written.timestamp()))
    return {way: together(each, now.timestamp()) for way, each in seen.items()}


def _columns(mine: Mapping[Way, Tally]) -> dict[str, list[object]]:
    ways, tallies = list(mine), list(mine.values())
    return {
        "channels": [each[0] for each in ways], "gateways": [each[1] for each in ways],
        "heard": [_instant(each.heard_at) for each in tallies],
        "silent": [_instant(each.silent_since) for each in tallies],
        "due": [each.due for each in tallies], "missed": [each.missed for each in tallies],
        "lost": [each.lost for each in tallies],
    }  # fmt: skip


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
