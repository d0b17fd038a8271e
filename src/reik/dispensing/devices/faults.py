"""Faults, power and help: what devices say of themselves, announced whatever order the events came in (R38, R39)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection

from reik.dispensing.devices.facts import (
    DeviceFaulted,
    FaultCleared,
    HelpPressed,
    JournalFact,
    MainsLost,
    MainsRestored,
)
from reik.dispensing.rolls.loading import RollEvent
from reik.kernel.rows import Columns, array
from reik_dispenser.capabilities import Capabilities
from reik_dispenser.messages import EventType, FaultCode, or_other

TYPES = frozenset(
    {
        EventType.FAULT.value,
        EventType.FAULT_CLEARED.value,
        EventType.MAINS_LOST.value,
        EventType.MAINS_RESTORED.value,
        EventType.HELP_PRESSED.value,
    }
)

Said = tuple[UUID, int, int]
"""(dispenser id, epoch, seq)"""

_BEGUN = Columns(dispenser_id="uuid", epoch="bigint", seq="bigint", type="text")
# The ledger holds this batch too, so that an end which came before its beginning, or with it, is seen.
OVER = f"""
SELECT n.dispenser_id, n.epoch, n.seq FROM {_BEGUN.unnest} AS n({_BEGUN.names})
WHERE EXISTS (SELECT FROM dispensing_deviceevent AS e
    WHERE e.dispenser_id = n.dispenser_id AND (e.epoch, e.seq) > (n.epoch, n.seq) AND e.parked = ''
    AND (n.type = 'mains_lost' AND e.type = 'mains_restored'
        OR n.type = 'fault' AND e.type = 'fault_cleared'
            AND e.data @> jsonb_build_object('fault', jsonb_build_object('epoch', n.epoch, 'seq', n.seq))))
"""  # noqa: S608 - column names of this module


def told(events: Sequence[RollEvent]) -> list[JournalFact]:
    """The facts in fresh events of TYPES, whose ledger rows are written already."""
    begun = [each for each in events if each.type in (EventType.FAULT, EventType.MAINS_LOST)]
    over = _over(begun)
    hours = _battery_hours({each.dispenser_id for each in begun if each.type == EventType.MAINS_LOST})
    found = [_fact(each, hours) for each in events if (each.dispenser_id, each.epoch, each.seq) not in over]
    return [each for each in found if each is not None]


def _over(begun: Sequence[RollEvent]) -> set[Said]:
    if not begun:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            OVER, _BEGUN.values((each.dispenser_id, each.epoch, each.seq, each.type) for each in begun)
        )
        return set(cursor.fetchall())


def _battery_hours(dispenser_ids: Collection[UUID]) -> dict[UUID, float | None]:
    """What the types of these dispensers say of their batteries."""
    if not dispenser_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, started->'capabilities'->>'battery_hours' FROM dispensing_dispenser"
            " WHERE id = ANY(%s::uuid[]) AND jsonb_typeof(started->'capabilities'->'battery_hours') = 'number'",
            [array("uuid", dispenser_ids)],
        )
        return {
            row[0]: Capabilities.from_data({"battery_hours": float(row[1])}).battery_hours
            for row in cursor.fetchall()
        }


def _fact(event: RollEvent, hours: Mapping[UUID, float | None]) -> JournalFact | None:
    same = {
        "organisation_id": event.organisation_id, "dispenser_id": event.dispenser_id, "client_id": None,
        "at": event.at, "epoch": event.epoch, "seq": event.seq,
    }  # fmt: skip
    match event.type:
        case EventType.FAULT:
            return DeviceFaulted(**same, code=or_other(FaultCode, event.data.get("code")))  # type: ignore[arg-type]
        case EventType.FAULT_CLEARED:
            return _cleared(event, same)
        case EventType.MAINS_LOST:
            battery_pct = _number(event.data.get("battery_pct"))
            left = _left(event, battery_pct, hours.get(event.dispenser_id))
            return MainsLost(**same, battery_pct=battery_pct, left=left)  # type: ignore[arg-type]
        case EventType.MAINS_RESTORED:
            return MainsRestored(**same)  # type: ignore[arg-type]
        case _:
            return HelpPressed(**same)  # type: ignore[arg-type]


def _cleared(event: RollEvent, same: Mapping[str, object]) -> FaultCleared | None:
    fault = event.data.get("fault")
    if not isinstance(fault, Mapping):
        return None
    epoch, seq = fault.get("epoch"), fault.get("seq")
    if not (isinstance(epoch, int) and isinstance(seq, int)):
        return None
    return FaultCleared(**{**same, "epoch": epoch, "seq": seq})  # type: ignore[arg-type]


def _left(event: RollEvent, battery_pct: float | None, hours: float | None) -> timedelta | None:
    """What the device says is left, else what its type's battery lasts at this charge; None: nobody knows."""
    minutes = _number(event.data.get("minutes_left"))
    if minutes is not None:
        return timedelta(minutes=minutes)
    if battery_pct is None or hours is None:
        return None
    return timedelta(hours=hours) * (battery_pct / 100)


def _number(value: object) -> float | None:
    """A quantity that can be reckoned with, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(float(value), 1_000_000.0) if value >= 0 else None
