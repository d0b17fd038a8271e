"""Medication moments of a week, as they were measured before the dispenser and as they are planned now. Pure (R64)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reik.pathway.baseline.baseline_rules import STOPPED, WINDING_DOWN
from reik.pathway.selection.selection_seen import BaselineSeen, VisitSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Per client per week: visits for the medication alone, and visits that are also there for other care."""

    unique: float
    combined: float

    @property
    def total(self) -> float:
        return self.unique + self.combined


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Of `clients` who have a dispenser and whose care was measured before it."""

    clients: int
    before: Moments
    now: Moments


def has_stopped(visit: VisitSeen, day: date) -> bool:
    """Whether this visit no longer comes on that day: it stopped, or the day until which it was planned has passed."""
    return visit.state == STOPPED or (
        visit.state == WINDING_DOWN and visit.stops_on is not None and visit.stops_on <= day
    )


def weekly(baselines: Sequence[BaselineSeen], day: date) -> Weekly | None:
    """None without anybody of whom it was measured."""
    if not baselines:
        return None
    visits = [each for seen in baselines for each in seen.visits]
    left = [each for each in visits if not has_stopped(each, day)]
    return Weekly(
        clients=len(baselines), before=_moments(visits, len(baselines)), now=_moments(left, len(baselines))
    )


def _moments(visits: Sequence[VisitSeen], clients: int) -> Moments:
    unique = sum(each.moment.days for each in visits if each.moment.unique)
    return Moments(
        unique=unique / clients, combined=(sum(each.moment.days for each in visits) - unique) / clients
    )
