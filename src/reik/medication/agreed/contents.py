"""What the pharmacy's agreements put where: contents by local day and time, as rolls name them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.plan import Moment, decimal_text
from reik.medication.agreed.planning import plan

Slot = tuple[date, time]
"""A local day and the clock time by which people and rolls name a moment of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One medicine of the agreements at one local time. `dose` None: not said. `packable`: it belongs in the roll."""

    system: str
    code: str
    text: str
    dose: Decimal | None
    unit: str
    packable: bool

    @property
    def name(self) -> str:
        """As the agreement calls it, else its code; "?" when it says neither."""
        return self.text or self.code or "?"

    @property
    def amount(self) -> str:
        """Dose and unit, as "1 tablet"; "" when nothing is said of either."""
        return " ".join(each for each in (decimal_text(self.dose), self.unit) if each)


def slot_of(moment: Moment, zone: ZoneInfo) -> Slot:
    """Where rolls have it: at the nominal clock time of its slot; a part of the day at the minute of its instant."""
    wall = moment.at.astimezone(zone)
    return wall.date(), _clock(moment.slot) or wall.time().replace(second=0, microsecond=0)


@lru_cache(maxsize=256)
def _clock(slot: str) -> time | None:
    """The nominal clock time of a slot; None for a part of the day."""
    try:
        return time.fromisoformat(slot)
    except ValueError:
        return None


def contents_of(moments: Iterable[Moment], zone: ZoneInfo) -> dict[Slot, list[Agreed]]:
    """Everything that is given at each slot; an explicit "give nothing" is left out."""
    made: dict[Slot, list[Agreed]] = defaultdict(list)
    for moment in moments:
        made[slot_of(moment, zone)] += [
            Agreed(
                system=each.product.system or "", code=each.product.code or "", text=each.product.display or "",
                dose=each.dose, unit=each.unit or "", packable=each.packable,
            )
            for each in moment.items
            if each.dose is None or each.dose > 0
        ]  # fmt: skip
    return {slot: each for slot, each in made.items() if each}


def agreed_contents(
    agreements: Sequence[object], first: date, until: date, zone: ZoneInfo
) -> dict[Slot, list[Agreed]]:
    """What these agreements (as JSON values) put where on the local days from `first` until `until`, exclusive."""
    if not agreements or until <= first:
        return {}
    return contents_of(
        plan(msgspec.convert(agreements, list[Agreement]), first, (until - first).days).moments, zone
    )


def packed_lines(
    agreements: Sequence[object], first: date, until: date, zone: ZoneInfo
) -> dict[Slot, list[str]]:
    """As `agreed_contents`, of what belongs in the roll only, as lines: "metoprolol 50 mg, 1 tablet"."""
    made = {
        slot: sorted(
            f"{each.name}, {each.amount}" if each.amount else each.name for each in of if each.packable
        )
        for slot, of in agreed_contents(agreements, first, until, zone).items()
    }
    return {slot: lines for slot, lines in made.items() if lines}
