"""Steps and cycles: which dosage holds from when to when (contract F). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise

from reik.medication.agreed.agreements import Agreement, Bounds, Dosage, Span
from reik.medication.agreed.calendar import (
    CALENDAR_UNITS,
    DAY,
    LENGTHS,
    MONTHS,
    End,
    Point,
    plus,
    read_point,
    seconds,
    usable,
)
from reik.medication.agreed.periods import Interval, PeriodFault, end_of, interval_of

# Cycles of months differ in length; four years show every length that a month can have.
_CYCLES_LOOKED_AT = 48
_SHORTEST_CYCLE_S = 3600


class LayoutFault(Exception):
    """The steps do not fit; `reason` is the contract's word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Step:
    """Dosages that hold beside each other; without a length until the end."""

    dosages: tuple[Dosage, ...]
    lasts: Span | None


@dataclass(frozen=True, slots=True)
class Run:
    """One dosage in one occurrence of its step."""

    dosage: Dosage
    start: Point
    end: End | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The steps of an agreement from its start, and again every `cycle`; or dosages with dates of their own (F5)."""

    start: Point
    steps: tuple[Step, ...] = ()
    cycle: Span | None = None
    dated: tuple[Run, ...] = ()

    def runs(self, since: datetime, until: datetime) -> Iterator[Run]:
        """All occurrences that may give something in [since, until); anchored at the start, not at the window."""
        if self.dated:
            yield from self.dated
            return
        for begin, limit in self._rounds(since, until):
            yield from self._round(begin, limit)

    def _rounds(self, since: datetime, until: datetime) -> Iterator[tuple[Point, Point | None]]:
        if self.cycle is None:
            yield self.start, None
            return
        number = self._first_round(since)
        begin = plus(self.start, self.cycle, number)
        while begin.instant < until + DAY:
            number += 1
            following = plus(self.start, self.cycle, number)  # F4: start + n·C, so that months do not drift
            if following.instant == begin.instant:
                return  # the end of the calendar
            if following.instant > since - DAY:
                yield begin, following
            begin = following

    def _first_round(self, since: datetime) -> int:
        """A round that is surely not after `since`."""
        assert self.cycle is not None
        assert self.cycle.value is not None
        longest = seconds(self.cycle) or self.cycle.value * MONTHS[str(self.cycle.unit)] * 31 * LENGTHS["d"]
        passed = Decimal(int((since - self.start.instant).total_seconds()))
        return max(0, int(passed / longest) - 2)

    def _round(self, begin: Point, limit: Point | None) -> Iterator[Run]:
        """F2: the steps end to end on the wall clock; after the last bounded one nothing follows (F3)."""
        for step in self.steps:
            finish = plus(begin, step.lasts) if step.lasts is not None else limit
            if finish is not None and limit is not None and finish.wall > limit.wall:
                finish = limit
            end = End(finish, inclusive=False) if finish is not None else None
            yield from (Run(dosage, begin, end) for dosage in step.dosages)
            if finish is None:
                return
            begin = finish


def cycle_is_usable(cycle: Span) -> bool:
    """F4: more than nothing, in d, wk, mo or a."""
    if usable(cycle) is None or cycle.unit not in CALENDAR_UNITS:
        return False
    length = seconds(cycle)
    return length is None or length >= _SHORTEST_CYCLE_S


def layout_of(agreement: Agreement, interval: Interval) -> Layout:
    """The steps of an agreement whose period is known; raises the first fault of H4's list."""
    if not agreement.dosages:
        raise LayoutFault("no-dosage")  # F8
    for dosage in agreement.dosages:
        _judge_bounds(dosage.bounds)
    numbered = {dosage.sequence is not None for dosage in agreement.dosages}
    if len(numbered) > 1:
        raise LayoutFault("sequence-mixed")  # F1
    if any(dosage.bounds and dosage.bounds.period for dosage in agreement.dosages):
        return _dated(agreement, interval)
    layout = Layout(interval.start, tuple(_steps(agreement.dosages)), _cycle(agreement))
    _judge_cycle(layout, interval)
    return layout


def _cycle(agreement: Agreement) -> Span | None:
    return agreement.cycle if agreement.cycle is not None and cycle_is_usable(agreement.cycle) else None


def _judge_bounds(bounds: Bounds | None) -> None:
    """F6; dates of its own that cannot be read are as invalid as a length that cannot."""
    if bounds is None:
        return
    if bounds.vague:
        raise LayoutFault("bounds-range")
    if bounds.lasts is not None and usable(bounds.lasts) is None:
        raise LayoutFault("bounds-invalid")
    if bounds.period is not None:
        try:
            _ = interval_of(bounds.period) if bounds.period.start is not None else end_of(bounds.period)
        except PeriodFault:
            raise LayoutFault("bounds-invalid") from None


def _steps(dosages: Sequence[Dosage]) -> Iterator[Step]:
    """F1, F3: equal sequence is one step; all in it last equally long, only the last may be open."""
    ordered = sorted(dosages, key=_sequence)
    steps = [tuple(group) for _, group in groupby(ordered, key=_sequence)]
    for number, step in enumerate(steps, 1):
        lengths = {_length(dosage) for dosage in step}
        if len(lengths) > 1 or (None in lengths and number < len(steps)):
            raise LayoutFault("bounds-mismatch")
        yield Step(step, lengths.pop())


def _sequence(dosage: Dosage) -> Decimal:
    return dosage.sequence if dosage.sequence is not None else Decimal(0)


def _length(dosage: Dosage) -> Span | None:
    return dosage.bounds.lasts if dosage.bounds is not None else None


def _dated(agreement: Agreement, interval: Interval) -> Layout:
    """F5: each dosage has its own dates; those without last the whole period."""
    sequences = {dosage.sequence for dosage in agreement.dosages}
    lengths = [_length(dosage) for dosage in agreement.dosages]
    if len(sequences) > 1 or any(lengths) or agreement.cycle is not None:
        raise LayoutFault("bounds-mismatch")
    return Layout(interval.start, dated=tuple(_dated_run(dosage, interval) for dosage in agreement.dosages))


def _dated_run(dosage: Dosage, interval: Interval) -> Run:
    period = dosage.bounds.period if dosage.bounds is not None else None
    if period is None:
        return Run(dosage, interval.start, None)
    start = read_point(period.start) if period.start is not None else None
    return Run(dosage, start or interval.start, end_of(period))


def _judge_cycle(layout: Layout, interval: Interval) -> None:
    """F4: the steps must fit into the cycle, and something must be left for an open last one."""
    if layout.cycle is None:
        return
    spans = [step.lasts for step in layout.steps if step.lasts is not None]
    is_open = len(spans) < len(layout.steps)
    lengths = [seconds(span) for span in (layout.cycle, *spans)]
    known = [length for length in lengths if length is not None]
    if len(known) == len(lengths):
        left = known[0] - sum(known[1:])
        over = left < 0 or (is_open and left == 0)
    else:
        over = any(
            _runs_over(begin, following, spans, is_open) for begin, following in _cycles(layout, interval)
        )
    if over:
        raise LayoutFault("cycle-overflow")


def _cycles(layout: Layout, interval: Interval) -> Iterator[tuple[Point, Point]]:
    """The cycles of the period, as far as they differ."""
    assert layout.cycle is not None
    begins = [plus(layout.start, layout.cycle, number) for number in range(_CYCLES_LOOKED_AT + 1)]
    for number, (begin, following) in enumerate(pairwise(begins)):
        ended = interval.end is not None and begin.instant >= interval.end.at.instant
        if number == 0 or not ended:
            yield begin, following


def _runs_over(begin: Point, following: Point, spans: Sequence[Span], is_open: bool) -> bool:
    for span in spans:
        begin = plus(begin, span)
    return begin.wall > following.wall or (is_open and begin.wall == following.wall)
