"""Writes of forewarnings: opened or renewed set-wise, told until acknowledged, ended when what they warn of is over."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import outbox, wake
from reik.kernel.ids import new_id
from reik.kernel.operations import compact
from reik.kernel.outbox import Message
from reik.kernel.rows import Table

ROSTER_GAP, NOBODY_REACHABLE, ROUTE_UNTESTED = "roster_gap", "nobody_reachable", "route_untested"
GATEWAY_DOWN = "gateway_down"
REPEATED_EVERY = timedelta(minutes=15)
AFTER_ALERTS = 1
"""The priority of its message: behind every alert, before every report."""


class ForewarningRefused(ValueError):
    """This cannot be done with this forewarning; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What somebody must hear: from `since` on it would leave somebody unheard. No name or health in `detail` (R55).

    `destination_id`: who hears it; None where the organisation has said nobody, and then only screens show it.
    """

    organisation_id: UUID
    kind: str
    subject: str
    since: datetime
    until: datetime | None = None
    destination_id: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


_ROWS = Table(
    "alerting_forewarning",
    id="uuid", organisation_id="uuid", kind="text", subject="text", detail="jsonb", since="timestamptz",
    until="timestamptz", destination_id="uuid", opened_at="timestamptz", next_at="timestamptz",
    acknowledged_by="text",
)  # fmt: skip

# What is known already keeps who has it; where it goes, and what it says, is as of now.
KNOWN = """
ON CONFLICT (organisation_id, kind, subject) WHERE closed_at IS NULL DO UPDATE SET detail = excluded.detail,
    since = excluded.since, until = excluded.until, destination_id = excluded.destination_id,
    next_at = CASE WHEN excluded.destination_id IS NULL OR alerting_forewarning.acknowledged_at IS NOT NULL THEN NULL
        ELSE coalesce(alerting_forewarning.next_at, excluded.next_at) END
RETURNING organisation_id, (xmax = 0)
"""


def forewarn(rows: Sequence[Warned], now: datetime) -> None:
    """Open these forewarnings, or renew what is open of the same kind and subject. One statement."""
    last = {(each.organisation_id, each.kind, each.subject): each for each in rows}
    found = _ROWS.insert(
        [
            (new_id(now), each.organisation_id, each.kind, each.subject, json.dumps(dict(each.detail)), each.since,
             each.until, each.destination_id, now, now if each.destination_id else None, "")
            for _, each in sorted(last.items(), key=lambda one: (str(one[0][0]), *one[0][1:]))
        ],
        then=KNOWN,
    )  # fmt: skip
    wake.note({organisation_id for organisation_id, opened in found if opened})


def renew(kinds: Collection[str], rows: Sequence[Warned], now: datetime) -> None:
    """These are all there are of these kinds, of all organisations: what is open besides them ends."""
    forewarn(rows, now)
    keep = sorted({(str(each.organisation_id), each.kind, each.subject) for each in rows})
    _end(
        "kind = ANY(%(kinds)s) AND (organisation_id::text, kind, subject) NOT IN ("
        "SELECT * FROM unnest(%(organisations)s::text[], %(each)s::text[], %(subjects)s::text[]))",
        {
            "kinds": sorted(kinds), "organisations": [each[0] for each in keep], "each": [each[1] for each in keep],
            "subjects": [each[2] for each in keep],
        },
        now,
    )  # fmt: skip


def end_forewarnings(organisation_id: UUID, kind: str, subjects: Collection[str], now: datetime) -> None:
    """What these warned of is over; what still waits to be sent about them is taken back."""
    which = "organisation_id = %(organisation)s AND kind = %(kind)s AND subject = ANY(%(subjects)s)"
    _end(which, {"organisation": organisation_id, "kind": kind, "subjects": sorted(subjects)}, now)


END = """
UPDATE alerting_forewarning SET closed_at = %(now)s WHERE closed_at IS NULL AND {which} RETURNING id, organisation_id
"""


@transaction.atomic
def _end(which: str, values: Mapping[str, Any], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(END.format(which=which), {**values, "now": now})
        rows = cursor.fetchall()
    outbox.withdraw([row[0] for row in rows], now)
    wake.note({row[1] for row in rows})


@transaction.atomic
def acknowledge(forewarning_id: UUID, *, by: str, now: datetime) -> None:
    """A person sees to it: it is told no more. Raises ForewarningRefused when it is over, or somebody else has it."""
    if not by.strip():
        raise ForewarningRefused("Say who sees to it.")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_forewarning SET acknowledged_at = %s, acknowledged_by = %s, next_at = NULL"
            " WHERE id = %s AND closed_at IS NULL AND acknowledged_at IS NULL RETURNING organisation_id",
            [now, by.strip(), forewarning_id],
        )
        rows = cursor.fetchall()
    if not rows:
        raise ForewarningRefused("This is over, or somebody else sees to it: look at the list again.")
    outbox.withdraw([forewarning_id], now)
    wake.note({row[0] for row in rows})


DUE = """
UPDATE alerting_forewarning AS f SET told_at = %(now)s, next_at = %(next)s
WHERE f.id IN (SELECT id FROM alerting_forewarning WHERE closed_at IS NULL AND acknowledged_at IS NULL
    AND next_at <= %(now)s ORDER BY next_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING f.id, f.organisation_id, f.kind, f.since, f.destination_id
"""


@transaction.atomic
def tell_due(now: datetime, most: int = 500) -> int:
    """Tell what is due to be told (again); gives how many. For `reik watch`."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now, "next": now + REPEATED_EVERY, "most": most})
        rows = cursor.fetchall()
    outbox.put([_message(row, now) for row in rows], now)
    return len(rows)


def _message(row: tuple[Any, ...], now: datetime) -> Message:
    id, organisation_id, kind, since, destination_id = row
    data = {
        "forewarning": str(id),
        "organisation": str(organisation_id),
        "kind": kind,
        "since": since.isoformat(),
    }
    body = compact({"type": "forewarning", "timestamp": now.isoformat(), "data": data})
    return Message(
        id=new_id(now), organisation_id=organisation_id, destination_id=destination_id, about=id, body=body,
        priority=AFTER_ALERTS, gives_up_after=REPEATED_EVERY,
    )  # fmt: skip


def alone(lock: int) -> bool:
    """Whether nobody else looks at the same now; held until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        return bool(cursor.fetchone()[0])
