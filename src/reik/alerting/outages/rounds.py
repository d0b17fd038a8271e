"""What `reik watch` does about outages once a minute. One watcher at a time; what is due each second is in `late`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from reik.alerting.outages import drawing_in, ending, late, lines, notes, opening
from reik.alerting.outages.members import QUIET_AFTER
from reik.dispensing.devices.silence import BEHIND

ONE_AT_A_TIME = 0x0E1A6E  # advisory lock


def look_around(
    *,
    heard: Sequence[datetime | None],
    received_through: Sequence[datetime | None],
    now: datetime,
    quiet_after: timedelta = QUIET_AFTER,
) -> None:
    """Open, fill, tell and close outages. Lines are written before alerts, as everywhere.

    `heard`: as `received_through`, None where Reik has not listened for `quiet_after` yet.
    """
    with transaction.atomic():
        if _mine():
            _see_to(heard, _is_behind(received_through, now), now, quiet_after)
    with transaction.atomic():
        drawing_in.announce_again(now)


def _mine() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return bool(cursor.fetchone()[0])


def _is_behind(received_through: Sequence[datetime | None], now: datetime) -> bool:
    return any(each is None or now - each > BEHIND for each in received_through)


def _see_to(heard: Sequence[datetime | None], behind: bool, now: datetime, quiet_after: timedelta) -> None:
    with connection.cursor() as cursor:  # who lists or closes waits for this round
        cursor.execute("SELECT id FROM alerting_outage WHERE closed_at IS NULL ORDER BY id FOR NO KEY UPDATE")
        open_before = bool(cursor.fetchall())
    if open_before:
        ending.recount(now, quiet_after, behind=behind)
    if opening.look(heard, now, quiet_after):
        ending.recount(now, quiet_after, behind=behind)  # with those that an outage inside it holds already
        opening.merge(now, quiet_after)
    elif not open_before:
        return
    lines.end_by_itself(now)
    late.follow_alerts(now)
    lines.add_nearing(now, quiet_after)
    notes.tell(now, quiet_after)
    drawing_in.draw_in(now)
    late.point_alerts()
    ending.close(now)
