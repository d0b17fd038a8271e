"""Heavy care per route, before and with dispensers: which taken planning says it, and what it says. Pure (C17).

A route is one worker on one day. What is heavy an organisation says itself, at the activities of its planning; a
planning in which nobody did says nothing, and is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reik.value.indicators.values import Counted, Measure
from reik.value.planning.before_now import before_and_now


@dataclass(frozen=True, slots=True, kw_only=True)
class HeavyPlanning:
    """A taken planning that says it. On its `routes`: `heavy` of `known` visits; of `unknown` ones nobody said it."""

    file_id: UUID
    name: str
    first_day: date
    last_day: date
    taken_on: date
    routes: int
    heavy: int
    known: int
    unknown: int


def measures(
    plannings: Iterable[HeavyPlanning], first_use: date | None, since: date, until: date, today: date
) -> tuple[Measure | None, Measure | None]:
    """Before the first dispenser was used, and now; of which plannings `before_and_now` decides."""
    before, now = before_and_now(plannings, first_use, since, until, today)
    return _measure(before), _measure(now)


def _measure(of: HeavyPlanning | None) -> Measure | None:
    if of is None:
        return None
    counted = Counted(
        file_id=of.file_id, name=of.name, first_day=of.first_day, last_day=of.last_day, unknown=of.unknown,
        routes=of.routes,
    )  # fmt: skip
    return Measure(numerator=of.heavy, denominator=of.known, cases=of.routes, planning=counted)
