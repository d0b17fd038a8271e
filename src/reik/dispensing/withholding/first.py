"""What a device must confirm that it withholds before its plan may permit it (N5, R44, rule 9).

A device that was just placed, or that lost its memory, knows of no hold and of no pause. Until it confirms them,
no moment that they are about is added to its plan: without a plan nothing is handed out. What is in its plan
already stays, for it was there when the hold was asked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.plans.for_device import DeviceMoment, Wanted
from reik.kernel.rows import array


@dataclass(slots=True)
class Unheld:
    """What one device has not confirmed: `all` when it must hand out nothing, else (roll, sachet)."""

    all: bool = False
    sachets: set[tuple[str, int]] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    """Names of moments to come of which another device of the client said something, or somebody gave the dose."""


UNHELD = """
SELECT c.dispenser_id, c.data->>'roll', c.data->>'sachets' FROM dispensing_devicecommand AS c
WHERE c.dispenser_id = ANY(%s::uuid[]) AND c.type = 'hold_sachets' AND c.state <> 'confirmed'
    AND (c.ended_at IS NULL
        OR EXISTS (SELECT FROM medication_change AS m WHERE m.command_id = c.id AND m.ended_at IS NULL
            AND m.device_state IN ('asked', 'failed', 'partly'))
        OR EXISTS (SELECT FROM dispensing_handgiving AS g WHERE g.held_command_id = c.id
            AND g.held_until IS NOT NULL))
"""
UNPAUSED = """
SELECT a.dispenser_id FROM dispensing_absence AS a JOIN dispensing_devicecommand AS c ON c.id = a.pause_id
WHERE a.dispenser_id = ANY(%s::uuid[]) AND a.state IN ('away', 'stopped', 'back', 'resuming')
    AND c.dispenser_id = a.dispenser_id AND c.state <> 'confirmed'
"""
ELSEWHERE = """
SELECT d.id, m.key FROM dispensing_dispenser AS d JOIN dispensing_moment AS m ON m.client_id = d.client_id
WHERE d.id = ANY(%s::uuid[]) AND m.dispenser_id <> d.id AND m.due_at > %s
"""


def unheld(dispenser_ids: Collection[UUID], now: datetime) -> dict[UUID, Unheld]:
    """Of these devices; their clients' moments at another device are those that are not planned anew."""
    found = {id: Unheld() for id in dispenser_ids}
    ids = array("uuid", sorted(dispenser_ids))
    with connection.cursor() as cursor:
        cursor.execute(UNHELD, [ids])
        for id, roll, sachets in cursor.fetchall():
            found[id].sachets |= {(str(roll), int(each)) for each in json.loads(sachets or "[]")}
        cursor.execute(UNPAUSED, [ids])
        for (id,) in cursor.fetchall():
            found[id].all = True
        cursor.execute(ELSEWHERE, [ids, now])
        for id, key in cursor.fetchall():
            found[id].elsewhere.add(key)
    return found


def permitted(wanted: Sequence[Wanted], unheld: Unheld, given: Sequence[DeviceMoment] | None) -> list[Wanted]:
    """`wanted` without what another device has; what is not withheld yet keeps no place, unless it was given."""
    known = {str(each["moment"]) for each in given or ()}
    return [
        each if each.dose.key in known or not _is_unheld(each, unheld) else replace(each, place=None)
        for each in wanted
        if each.dose.key not in unheld.elsewhere
    ]


def _is_unheld(wanted: Wanted, unheld: Unheld) -> bool:
    if wanted.place is None:
        return False
    lying = {(wanted.place.roll, number) for number in wanted.place.sequences}
    return unheld.all or not lying.isdisjoint(unheld.sachets)
