"""What the pharmacy's agreements put into the roll, day by day, and what only people can read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.contents import Slot, slot_of
from reik.medication.agreed.plan import Item, Moment, lists_to_json
from reik.medication.agreed.planning import plan
from reik.medication.times.schedule import WINDOW_MIN, AgreedDose, PlannedDose, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedPlan:
    """`packed`: what is in the roll (packable items only). The three lists are JSON values of the plan contract."""

    packed: tuple[AgreedDose, ...] = ()
    as_needed: Sequence[Any] = ()
    unplannable: Sequence[Any] = ()
    stopped: Sequence[Any] = ()


def agreed_plan(agreements: Sequence[object], first: date, until: date, zone: ZoneInfo) -> AgreedPlan:
    """The plan of these agreements (as JSON values) for the local days from `first` until `until`, exclusive."""
    if not agreements:
        return AgreedPlan()
    made = plan(msgspec.convert(agreements, list[Agreement]), first, (until - first).days)
    lists = lists_to_json(made)
    return AgreedPlan(
        packed=_packed(made.moments, zone),
        as_needed=lists["as_needed"],
        unplannable=lists["unplannable"],
        stopped=lists["stopped"],
    )


def _packed(moments: Iterable[Moment], zone: ZoneInfo) -> tuple[AgreedDose, ...]:
    doses: dict[Slot, tuple[datetime, int]] = {}
    for moment in moments:
        units = sum(_units(item) for item in moment.items if item.packable)
        if units:
            slot = slot_of(moment, zone)
            due_at, known = doses.get(slot, (moment.at, 0))
            doses[slot] = (min(due_at, moment.at), known + units)
    return tuple(
        AgreedDose(day=day, at=at, due_at=due_at, units=units)
        for (day, at), (due_at, units) in sorted(doses.items(), key=lambda each: each[1][0])
    )


def _units(item: Item) -> int:
    """Pieces of one item that could each have a sachet of their own; an explicit "give nothing" has none."""
    return 1 if item.dose is None else max(0, ceil(item.dose))


def to_doses(packed: Sequence[AgreedDose]) -> list[PlannedDose]:
    """Moments where only agreements are known: one sachet each until the roll says otherwise, usual window (R27)."""
    return [
        PlannedDose(
            key=key_of(each.day, each.at), day=each.day, at=each.at, due_at=each.due_at, sachets=1,
            window_min=WINDOW_MIN, late_min=WINDOW_MIN, criticality=1,
        )
        for each in packed
    ]  # fmt: skip
