"""Which moments fall in an absence: they end as paused, never as missed (R10). Set-wise.

A moment is covered from the beginning of an absence up to its end, the return, or as far as a person's word
reaches, whichever comes first. What came out, or was given by hand, goes before it (`twin.decide`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.moments import rows as moments
from reik.dispensing.operations import settle
from reik.kernel import facts
from reik.kernel.rows import array

COVERS = """
a.client_id = m.client_id AND a.state <> 'cancelled' AND m.due_at >= a.starts_at
    AND (a.until IS NULL OR m.due_at < a.until) AND (a.returned_at IS NULL OR m.due_at < a.returned_at)
"""

EXPECTED = "(m.away IS NULL OR m.out | m.by_hand <> 0)"
"""Of a moment m: nobody looks for one in an absence, or of who died; it ends as paused, unless something came out."""


def mark_planned(moment_ids: Sequence[UUID]) -> None:
    """Moments that are planned only now may fall in an absence that was reported before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispensing_moment AS m SET away = a.id FROM dispensing_absence AS a"  # noqa: S608
            f" WHERE m.id = ANY(%s::uuid[]) AND a.ended_at IS NULL AND {COVERS}",
            [array("uuid", moment_ids)],
        )


COVER = f"""
UPDATE dispensing_moment AS m SET away = n.absence
FROM (SELECT m.id,
        (SELECT a.id FROM dispensing_absence AS a WHERE {COVERS} ORDER BY a.starts_at DESC LIMIT 1) AS absence
    FROM dispensing_moment AS m WHERE m.client_id = ANY(%s::uuid[]) AND m.due_at >= %s ORDER BY m.id
    FOR NO KEY UPDATE OF m) AS n
WHERE m.id = n.id AND m.away IS DISTINCT FROM n.absence RETURNING m.dispenser_id, m.key
"""  # noqa: S608 - a condition of this module


def cover(client_ids: Collection[UUID], since: datetime, now: datetime) -> None:
    """Decide anew which moments of these clients, due from `since` on, fall in an absence; announce what changed.

    Call inside a transaction. Dispensers are locked before their moments.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dispensing_dispenser WHERE client_id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", client_ids)],
        )
        cursor.execute(COVER, [array("uuid", client_ids), since])
        changed = set(cursor.fetchall())
    if changed:
        locked = list(moments.lock(changed).values())
        settle(locked, now)
        facts.publish(moments.still_paused(locked), now)
