"""What the pharmacy's agreements put into the roll at each local day and time, as lines that can be compared. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

import msgspec

from reik.medication.agreements import Agreement
from reik.medication.plan import Item, decimal_text
from reik.medication.planning import plan


def contents_planned(
    agreements: Sequence[object], first: date, until: date, zone: ZoneInfo
) -> dict[tuple[date, time], list[str]]:
    """By local day (from `first` until `until`, exclusive) and time: "metoprolol 50 mg, 1 tablet", packable items."""
    if not agreements or until <= first:
        return {}
    found: dict[tuple[date, time], list[str]] = defaultdict(list)
    made = plan(msgspec.convert(agreements, list[Agreement]), first, (until - first).days)
    for moment in made.moments:
        wall = moment.at.astimezone(zone)
        for item in moment.items:
            if item.packable and item.dose != 0:
                found[wall.date(), _time(moment.slot, wall.time())].append(_line(item))
    return {slot: sorted(lines) for slot, lines in found.items()}


def _time(slot: str, wall: time) -> time:
    """The nominal clock time of a slot, as rolls have it; of a part of the day its instant."""
    try:
        return time.fromisoformat(slot)
    except ValueError:
        return wall.replace(second=0, microsecond=0)


def _line(item: Item) -> str:
    name = item.product.display or item.product.code or "?"
    amount = " ".join(each for each in (decimal_text(item.dose), item.unit) if each)
    return f"{name}, {amount}" if amount else name
