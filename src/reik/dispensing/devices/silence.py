"""Dispensers that say nothing, outside a moment's window too (R37): shown at once, announced before the next moment.

Silence is never a miss: it says that Reik cannot know. A link without heartbeats proves nothing by silence (R80).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.dispensing.devices.facts import DispenserSilent
from reik.kernel import facts

SILENT_AFTER = timedelta(minutes=15)
"""Three heartbeats of five minutes. A type that beats less often is waited for in proportion."""
BEFORE_MOMENT = timedelta(hours=2)
BEFORE_CRITICAL = timedelta(hours=4)
BEHIND = timedelta(seconds=60)
"""Where Reik has not read this far back, silence is Reik's own."""

# Whoever was never heard is waited for since she was enrolled.
SILENT = """
d.client_id IS NOT NULL AND d.reports = 'every_moment'
    AND coalesce((CASE WHEN jsonb_typeof(d.started->'capabilities'->'heartbeat_minutes') = 'number'
        THEN d.started->'capabilities'->'heartbeat_minutes' END)::float8, 5) > 0
    AND coalesce(d.heard_at, d.created_at) < %(now)s - make_interval(secs => %(silent_after)s * greatest(1,
        coalesce((CASE WHEN jsonb_typeof(d.started->'capabilities'->'heartbeat_minutes') = 'number'
            THEN d.started->'capabilities'->'heartbeat_minutes' END)::float8, 5) / 5))
"""
NEXT = """
LEFT JOIN LATERAL (SELECT due_at, criticality FROM dispensing_moment AS m
    WHERE m.client_id = d.client_id AND m.dispenser_id = d.id AND m.outcome IS NULL AND m.deadline_at > %(now)s
        AND m.due_at > %(now)s - interval '1 day'
    ORDER BY m.due_at LIMIT 1) AS n ON true
"""


class Listening:
    """Since when Reik listens without a break, for each share of the device stream.

    After a stop of Reik or of its link no dispenser has been heard for a while: that is Reik's silence, not theirs,
    until each of them has had the time to speak (N4).
    """

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}

    def heard_through(
        self,
        received_through: Sequence[datetime | None],
        now: datetime,
        silent_after: timedelta = SILENT_AFTER,
    ) -> list[datetime | None]:
        """`received_through`, with None for each share that has not been listened to for `silent_after` yet.

        To be asked again and again, at least every minute.
        """
        for share, read in enumerate(received_through):
            if read is None or now - read > BEHIND:
                self._since.pop(share, None)
            else:
                self._since.setdefault(share, now)
        return [
            read if share in self._since and now - self._since[share] >= silent_after else None
            for share, read in enumerate(received_through)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A dispenser that is silent now. `since`: when it was last heard (or enrolled, if never: `never` is True)."""

    dispenser_id: UUID
    organisation_id: UUID
    client_id: UUID
    since: datetime
    never: bool
    next_due_at: datetime | None
    announced_at: datetime | None


def silent_dispensers(
    organisation_ids: Sequence[UUID],
    now: datetime,
    *,
    silent_after: timedelta = SILENT_AFTER,
    most: int = 500,
) -> list[Silent]:
    """Dispensers of these organisations that are silent now, those whose next moment is nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.organisation_id, d.client_id, coalesce(d.heard_at, d.created_at), d.heard_at IS NULL,"  # noqa: S608 - text of this module
            f" n.due_at, d.silent_at FROM dispensing_dispenser AS d {NEXT}"
            f" WHERE d.organisation_id = ANY(%(organisations)s) AND {SILENT}"
            " ORDER BY n.due_at NULLS LAST, d.id LIMIT %(most)s",
            {
                "organisations": list(organisation_ids), "now": now, "most": most,
                "silent_after": silent_after.total_seconds(),
            },
        )  # fmt: skip
        return [
            Silent(
                dispenser_id=row[0], organisation_id=row[1], client_id=row[2], since=row[3], never=row[4],
                next_due_at=row[5], announced_at=row[6],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


CLAIM = f"""
UPDATE dispensing_dispenser AS d SET silent_at = %(now)s
FROM (SELECT d.id, n.due_at, n.criticality FROM dispensing_dispenser AS d {NEXT}
    WHERE d.silent_at IS NULL AND {SILENT}
        AND n.due_at <= %(now)s + make_interval(secs => CASE WHEN n.criticality = 0
            THEN %(before_critical)s ELSE %(before)s END)
        AND (%(through)s::timestamptz[])[d.partition + 1] >= %(now)s - make_interval(secs => %(behind)s)
    ORDER BY d.id LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED) AS s
WHERE d.id = s.id
RETURNING d.id, d.organisation_id, d.client_id, coalesce(d.heard_at, d.created_at), s.due_at, s.criticality
"""  # noqa: S608 - text of this module


def announce_silent(
    *,
    received_through: Sequence[datetime | None],
    now: datetime,
    silent_after: timedelta = SILENT_AFTER,
    before: timedelta = BEFORE_MOMENT,
    before_critical: timedelta = BEFORE_CRITICAL,
    most: int = 500,
) -> int:
    """Announce, once, up to `most` silent dispensers whose next moment is near; gives how many.

    Call inside a transaction. `received_through`: how far each share of the device stream has been read; where
    Reik itself is behind nothing is announced. `silent_after` and the others are shorter in a demo that runs fast.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "now": now, "through": list(received_through), "silent_after": silent_after.total_seconds(),
                "before": before.total_seconds(), "before_critical": before_critical.total_seconds(),
                "behind": BEHIND.total_seconds(), "most": most,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    facts.publish(
        [
            DispenserSilent(
                dispenser_id=row[0], organisation_id=row[1], client_id=row[2], at=row[3], next_due_at=row[4],
                criticality=row[5],
            )
            for row in sorted(rows)
        ],
        now,
    )  # fmt: skip
    return len(rows)
