"""What a nurse carries: the share of heavy care on the routes of a plan. Pure (C17).

The dispenser takes light visits off a route; the heavy ones stay. What is heavy the organisation says itself: where it
said nothing, nothing is known, and a share of nothing is no zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reik.kernel.shares import Share
from reik.value.tours.plans import Plan
from reik.value.tours.problem import MINUTE, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Of the visits on all routes of some plans: `heavy` of those of which it is `known`, seconds inside alike.

    `routes`: with at least one visit. `unknown`: visits on them of which nobody said it.
    """

    routes: int
    visits: int
    heavy: int
    unknown: int
    seconds: int
    heavy_seconds: int

    @property
    def share(self) -> float | None:
        """Per cent of the visits; None where there are too few."""
        return Share(self.heavy, self.visits).pct

    @property
    def share_of_care(self) -> float | None:
        """Per cent of the minutes inside; None where there are too few visits."""
        if self.share is None:
            return None
        return round(100 * self.heavy_seconds / self.seconds, 1)


def carried(days: Sequence[Day], plans: Iterable[Plan]) -> Carried:
    """What the routes of these plans carry; who is left over is on no route."""
    routes = [
        [day.visits[each] for each in tour.visits]
        for day, plan in zip(days, plans, strict=True)
        for tour in plan.tours
        if tour.visits
    ]
    visits = [each for route in routes for each in route]
    known = [each for each in visits if each.heavy is not None]
    heavy = [each for each in known if each.heavy]
    return Carried(
        routes=len(routes), visits=len(known), heavy=len(heavy), unknown=len(visits) - len(known),
        seconds=sum(each.seconds for each in known), heavy_seconds=sum(each.seconds for each in heavy),
    )  # fmt: skip


def as_details(before: Carried, after: Carried) -> dict[str, Any] | None:
    """Both, for `--details` and the screen; None where the planning says of no visit whether it is heavy."""
    return {"before": _said(before), "after": _said(after)} if before.visits else None


def _said(of: Carried) -> dict[str, Any]:
    return {
        "routes": of.routes, "visits_known": of.visits, "visits_heavy": of.heavy, "visits_unknown": of.unknown,
        "share_of_visits_pct": of.share, "care_minutes_known": round(of.seconds / MINUTE),
        "care_minutes_heavy": round(of.heavy_seconds / MINUTE), "share_of_care_pct": of.share_of_care,
        "heavy_per_route": round(of.heavy / of.routes, 2) if of.routes else None,
    }  # fmt: skip
