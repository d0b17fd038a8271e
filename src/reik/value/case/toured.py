"""What a what-if of one's own planning says of the assumptions, and which one the business case uses (R65, R67).

What is offered is what was counted and driven: moments, minutes inside, minutes under way. That all of a client's
unique visits lapse is what the what-if was asked, so *fewer unique moments* is never offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from reik.kernel.ids import new_id
from reik.kernel.shares import FEWEST
from reik.value.case.parameters import MEASURED, Range
from reik.value.models import Computed

USED = "tours_used"
COUNTED = {
    "unique_moments_per_day": "unique_per_day",
    "combined_moments_per_day": "combined_per_day",
    "care_minutes": "care_minutes",
}
TRAVEL = ("travel_minutes_urban", "travel_minutes_rural")
FEWEST_TRIPS = 100
"""Visits fewer in the plans: below so many the minutes under way for each swing too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one assumption would become. `range` None: fewer `cases` than `needed`, or plans that cannot be compared."""

    key: str
    range: Range | None
    cases: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Which computation the business case uses now."""

    computed_id: UUID
    ranges: Mapping[str, Range]
    by: str
    created_at: datetime


def offers(
    outcome: Mapping[str, Any], source: str, date: str, *, fewer: str = "%(n)s visits fewer"
) -> list[Offer]:
    """What this what-if can tell. `source` and `date` stand at each range, with `fewer` where travel is meant."""
    found = []
    for key, name in COUNTED.items():
        numbers = outcome["chosen"][name]
        enough = len(numbers) >= FEWEST
        found.append(
            Offer(
                key=key, range=_spread(numbers, source, date) if enough else None, cases=len(numbers), needed=FEWEST
            )
        )  # fmt: skip
    less, minutes = _minutes_per_visit(outcome)
    known = less >= FEWEST_TRIPS and bool(minutes)
    travel = _spread(minutes, f"{source}; {fewer % {'n': less}}", date) if known else None
    found += [Offer(key=key, range=travel, cases=less, needed=FEWEST_TRIPS) for key in TRAVEL]
    return found


def _minutes_per_visit(outcome: Mapping[str, Any]) -> tuple[int, list[float]]:
    """How many visits fewer, and by day how many minutes less under way for each; first what it is over all days.

    Only of plans that leave as many visits over, before and after: the others cannot be compared.
    """
    rows = [
        each for each in outcome["each_day"] if each["before"]["unassigned"] == each["after"]["unassigned"]
    ]
    fewer = [each["before"]["visits"] - each["after"]["visits"] for each in rows]
    hours = [each["before"]["travel_hours"] - each["after"]["travel_hours"] for each in rows]
    less = sum(fewer)
    if less <= 0:
        return 0, []
    return less, [60 * sum(hours) / less, *(60 * h / n for h, n in zip(hours, fewer, strict=True) if n > 0)]


def _spread(numbers: Sequence[float], source: str, date: str) -> Range:
    """The mean between what one in ten is below and one in ten above; never below zero."""
    values = np.clip(np.asarray(numbers, dtype=np.float64), 0, None)
    mean = float(values.mean())
    low, high = (float(each) for each in np.percentile(values, [10, 90]))
    return Range(
        low=round(min(low, mean), 3), likely=round(mean, 3), high=round(max(high, mean), 3), origin=MEASURED,
        source=source, date=date,
    )  # fmt: skip


def freed(outcome: Mapping[str, Any]) -> dict[str, float | None]:
    """Hours freed per client with a dispenser in a month, care and travel apart; None where nothing can be said."""
    figures, chosen = outcome["figures"], outcome["details"]["chosen"]
    days = outcome["calendar_days"]
    if not chosen or not days:
        return {"care": None, "travel": None}
    months = chosen * days / (365.25 / 12)
    alike = figures["unassigned_before"] == figures["unassigned_after"]
    return {
        "care": (figures["care_hours_before"] - figures["care_hours_after"]) / months,
        "travel": (figures["travel_hours_before"] - figures["travel_hours_after"]) / months
        if alike
        else None,
    }


def use(
    organisation_id: UUID, computed_id: UUID, found: Sequence[Offer], *, by: str, now: datetime
) -> dict[str, Range]:
    """From now on the business case uses these ranges as measured; none: no what-if is used any more."""
    ranges = {each.key: each.range for each in found if each.range is not None}
    Computed.objects.create(
        id=new_id(now), organisation_id=organisation_id, kind=USED, title=USED, inputs={"computed": str(computed_id)},
        outcome={key: asdict(each) for key, each in ranges.items()}, seed=0, by=by, created_at=now,
    )  # fmt: skip
    return ranges


def used(organisation_id: UUID) -> Used | None:
    """Which one is used now; None: none is, or its use was ended."""
    rows = Computed.objects.filter(organisation_id=organisation_id, kind=USED)
    row = rows.order_by("-created_at", "-id").first()
    if row is None or not row.outcome:
        return None
    return Used(
        computed_id=UUID(row.inputs["computed"]),
        ranges={key: Range(**each) for key, each in row.outcome.items()}, by=row.by, created_at=row.created_at,
    )  # fmt: skip
