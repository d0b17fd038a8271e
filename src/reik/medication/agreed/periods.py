"""When an agreement is in force (contract D), before any stop shortens it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reik.medication.agreed.agreements import Period
from reik.medication.agreed.calendar import End, Point, plus, read_end, read_point, usable


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` (inclusive) to `end`; open without an end."""

    start: Point
    end: End | None = None

    def holds(self, instant: datetime) -> bool:
        """D5: in force at this instant."""
        return self.start.instant <= instant and not self._over(instant)

    def _over(self, instant: datetime) -> bool:
        if self.end is None:
            return False
        end = self.end.at.instant
        return instant > end or (instant == end and not self.end.inclusive)

    @property
    def empty(self) -> bool:
        return self._over(self.start.instant)

    def meets(self, since: datetime, until: datetime) -> bool:
        """Whether an instant of [since, until) lies in it."""
        begin = max(self.start.instant, since)
        return begin < until and not self._over(begin)

    def overlaps(self, other: Interval) -> bool:
        begin = max(self.start.instant, other.start.instant)
        return not self._over(begin) and not other._over(begin)

    def cut(self, at: Point) -> Interval:
        """Ended at this point, exclusive; an earlier end stays (E3)."""
        if self.end is not None and self.end.at.instant < at.instant:
            return self
        return replace(self, end=End(at, inclusive=False))


class PeriodFault(Exception):
    """Why there is no period; `reason` is the contract's word (D2)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def interval_of(period: Period | None) -> Interval:
    """D1, D2."""
    if period is None or period.start is None:
        raise PeriodFault("no-period")
    start = read_point(period.start)
    if start is None:
        raise PeriodFault("period-invalid")
    interval = Interval(start, end_of(period))
    if interval.end is not None and interval.empty:
        raise PeriodFault("period-invalid")
    return interval


def end_of(period: Period) -> End | None:
    """D1: the end as written, else start + duration, exclusive; None when open."""
    if period.end is not None:
        end = read_end(period.end)
        if end is None:
            raise PeriodFault("period-invalid")
        return end
    if period.lasts is None:
        return None
    span, start = usable(period.lasts), read_point(period.start or "")
    if span is None or start is None:
        raise PeriodFault("period-invalid")
    return End(plus(start, span), inclusive=False)
