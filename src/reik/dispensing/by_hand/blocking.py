"""Blocking a moment's sachets in a dispenser, and knowing whether they are still blocked (R34; device contract, 5)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.dispensing.commands.giving import LONGEST, give
from reik.kernel.rows import array
from reik_dispenser.capabilities import Capabilities
from reik_dispenser.messages import CommandType
from reik_dispenser.wire import write_at

HOLD, PAUSE, PAST = "hold", "pause", "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Where the device's plan says that a moment's sachets lie: numbers on one roll, in order of hand-over."""

    roll: str
    sachets: tuple[int, ...]

    def of(self, places: int) -> list[int]:
        """The numbers at these places (a mask)."""
        return [number for k, number in enumerate(self.sachets) if places >> k & 1]


def lying(dispenser_id: UUID, key: str) -> Lying | None:
    """By the newest plan with this moment that went, or will go, to the device; None: none ever did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m->>'roll', (m->'sachets')::text FROM dispensing_devicecommand AS c"
            " CROSS JOIN LATERAL jsonb_array_elements(c.data->'moments') AS m"
            " WHERE c.dispenser_id = %s AND c.type = 'set_plan' AND m->>'moment' = %s"
            " AND c.state NOT IN ('replaced', 'expired', 'refused')"
            " ORDER BY (c.state = 'confirmed') DESC, c.given_at DESC, c.id DESC LIMIT 1",
            [dispenser_id, key],
        )
        row = cursor.fetchone()
    return Lying(roll=row[0], sachets=tuple(json.loads(row[1]))) if row else None


def can_hold_single(dispenser_id: UUID) -> bool:
    """Whether this dispenser says that it holds single sachets; what is not known is not assumed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT started->'capabilities' FROM dispensing_dispenser WHERE id = %s", [dispenser_id]
        )
        said = cursor.fetchone()[0]
    data = json.loads(said) if isinstance(said, str) else said
    return Capabilities.from_data(data or {}).can_hold_single_sachets is True


def hold(
    *, organisation_id: UUID, dispenser_id: UUID, where: Lying, places: int, by: str, now: datetime
) -> UUID:
    """Have the sachets at these places held."""
    return give(
        organisation_id=organisation_id, dispenser_id=dispenser_id, type=CommandType.HOLD_SACHETS,
        data={"roll": where.roll, "sachets": where.of(places)}, by=by, now=now,
    )  # fmt: skip


def pause(
    *, organisation_id: UUID, dispenser_id: UUID, until: datetime | None, by: str, now: datetime
) -> UUID:
    """Have nothing handed out at all; the device goes on withholding after `until`, and says that it is over."""
    ends = min(until or now + LONGEST, now + LONGEST)
    return give(
        organisation_id=organisation_id, dispenser_id=dispenser_id, type=CommandType.PAUSE,
        data={"until": write_at(max(ends, now + timedelta(minutes=1))), "by": by}, by=by, now=now,
    )  # fmt: skip


ALIVE = """
c.dispenser_id = %(dispenser)s AND c.id <> %(own)s AND c.state NOT IN ('refused', 'expired', 'replaced')
    AND c.data->>'roll' = %(roll)s
    AND EXISTS (SELECT FROM jsonb_array_elements_text(c.data->'sachets') AS s WHERE s::int = ANY(%(sachets)s::int[]))
"""
RELEASED = f"""
SELECT EXISTS (SELECT FROM dispensing_devicecommand AS c WHERE c.type = 'release_sachets' AND {ALIVE}
    AND (c.given_at, c.id) > (%(since)s, %(own)s))
"""  # noqa: S608 - a condition of this module
HELD = f"""
SELECT EXISTS (SELECT FROM dispensing_devicecommand AS c WHERE c.type = 'hold_sachets' AND {ALIVE}
    AND NOT EXISTS (SELECT FROM dispensing_devicecommand AS r WHERE r.type = 'release_sachets'
        AND r.dispenser_id = c.dispenser_id AND r.data->>'roll' = c.data->>'roll'
        AND r.state NOT IN ('refused', 'expired', 'replaced') AND (r.given_at, r.id) > (c.given_at, c.id)
        AND (r.data->'sachets') @> (c.data->'sachets')))
"""  # noqa: S608 - a condition of this module


def released_since(
    *, dispenser_id: UUID, roll: str, sachets: Sequence[int], command_id: UUID, given_at: datetime
) -> bool:
    """Whether someone asked to release one of these sachets after this hold."""
    return _is_there(RELEASED, dispenser_id, roll, sachets, command_id, given_at)


def held_by_another(*, dispenser_id: UUID, roll: str, sachets: Sequence[int], command_id: UUID) -> bool:
    """Whether these sachets are held for another reason too: then they are not for us to release."""
    return _is_there(HELD, dispenser_id, roll, sachets, command_id, None)


def _is_there(
    query: str,
    dispenser_id: UUID,
    roll: str,
    sachets: Sequence[int],
    command_id: UUID,
    since: datetime | None,
) -> bool:
    values: dict[str, Any] = {
        "dispenser": dispenser_id, "own": command_id, "roll": roll, "sachets": array("int", sachets), "since": since,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return bool(cursor.fetchone()[0])


PROVEN = """
SELECT d.beat_at > %s AND d.beat_data->>'state' = 'paused' AND d.upto >= d.beat_last_seq AND d.beat_epoch = d.epoch
    AND d.epoch = %s FROM dispensing_dispenser AS d WHERE d.id = %s
"""


def pause_is_proven(dispenser_id: UUID, answered_at: datetime, epoch: int) -> bool:
    """Whether the device, after its answer, said that it is paused, and Reik holds all that it said before.

    A pause lets a sachet that was under the knife come out; only then is it known that none was.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROVEN, [answered_at, epoch, dispenser_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def went_elsewhere(dispenser_id: UUID, roll: str, sachets: Sequence[int]) -> bool:
    """Whether the device said of one of these that it kept it back, or that it was removed: it may lie anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM dispensing_deviceevent AS e WHERE e.dispenser_id = %s"
            " AND e.type IN ('sachet_retained', 'sachet_removed') AND e.data->>'roll' = %s"
            " AND e.data->'sachet' = ANY(ARRAY(SELECT to_jsonb(n) FROM unnest(%s::int[]) AS n)))",
            [dispenser_id, roll, array("int", sachets)],
        )
        return bool(cursor.fetchone()[0])


# Whatever else wants the device to hand out nothing: an absence, or a change for which it is, or was to be, paused.
OTHERS = """
SELECT d.id FROM dispensing_dispenser AS d WHERE d.id = ANY(%(dispensers)s::uuid[]) AND (
    EXISTS (SELECT FROM dispensing_absence AS a WHERE a.dispenser_id = d.id
        AND a.state IN ('away', 'stopped', 'back', 'resuming') AND a.id <> ALL(%(but)s::uuid[]))
    OR EXISTS (SELECT FROM dispensing_handgiving AS g WHERE g.dispenser_id = d.id AND g.blocks_by = 'pause'
        AND g.lifted_at IS NULL AND g.id <> ALL(%(but)s::uuid[]))
    OR EXISTS (SELECT FROM medication_change AS c WHERE c.client_id = d.client_id
        AND (c.device_state IN ('pausing', 'paused')
            OR c.device_state = 'failed' AND c.pause_at IS NOT NULL AND c.ended_at IS NULL)))
"""


def paused_by_others(dispenser_ids: Collection[UUID], but: Collection[UUID]) -> set[UUID]:
    """The dispensers that must stay paused for a reason that is not among the rows `but`."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, {"dispensers": array("uuid", dispenser_ids), "but": array("uuid", but)})
        return {row[0] for row in cursor.fetchall()}
