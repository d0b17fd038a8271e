"""What stops do (contract B6, E): who is ended, cancelled, held back or refused because of another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reik.medication.agreed.agreements import Agreement, Block, Reference, StopKind, comparable
from reik.medication.agreed.calendar import SECOND, End, Point, at_wall
from reik.medication.agreed.periods import PeriodFault, end_of, interval_of
from reik.medication.agreed.standing import Standing, registered


@dataclass(frozen=True, slots=True)
class Stopped:
    """E6: one stop that is left."""

    agreement: str | None
    block: Block
    kind: StopKind
    at: Point
    by: str
    in_file: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where the relations of a stop lead to: the last reference, and the non-stop behind it if that is in the file."""

    agreement: Agreement | None
    last: Reference | None


class Relations:
    """Who acts on whom in one file (E2)."""

    def __init__(self, current: Sequence[Agreement]) -> None:
        self._named = {(each.block, each.key): each for each in current}

    def first(self, agreement: Agreement) -> Agreement | None:
        """What it acts on directly, stop or not."""
        reference = agreement.acts_on
        named = (self._named.get((agreement.block, key)) for key in (reference.keys if reference else ()))
        return next((each for each in named if each is not None), None)

    def chain(self, agreement: Agreement) -> Iterator[Agreement]:
        """What it acts on, and what that acts on while it is a stop; ends before it comes round."""
        seen = {agreement.key}
        while (found := self.first(agreement)) is not None and found.key not in seen:
            yield found
            if found.stop is None:
                return
            seen.add(found.key)
            agreement = found

    def target(self, stop: Agreement) -> Target:
        """E2: a reference to itself, or none at all, ends the search."""
        last = stop.acts_on
        for found in self.chain(stop):
            if found.stop is None:
                return Target(found, last)
            last = found.acts_on or last
        return Target(None, last)

    def replaced(self, stops: Sequence[Agreement]) -> set[tuple[Block, str]]:
        """E5: the stops on which another stop acts. Stops that act on each other replace nothing: all stay."""
        gone = set()
        for stop in stops:
            found = self.first(stop)
            if found is None or found.stop is None or found.key == stop.key:
                continue
            if all(other.key != stop.key for other in self.chain(found)):
                gone.add((found.block, found.key))
        return gone


@dataclass(frozen=True, slots=True)
class Stops:
    """What the stops of a file lead to; their effect is in the standings."""

    stopped: tuple[Stopped, ...]
    faults: tuple[tuple[Agreement, str], ...]  # stops without a date (E9)


def apply_stops(current: Sequence[Agreement], made: Sequence[Standing]) -> Stops:
    """B6 and E over all agreements of a file; marks the standings."""
    relations = Relations(current)
    of = {(standing.agreement.block, standing.agreement.key): standing for standing in made}
    _refuse(current, relations, of)
    known = [each for each in current if each.stop and each.stop.kind and not _unknown(each)]
    replaced = relations.replaced(known)
    stopped, faults = [], []
    for stop in known:
        if (stop.block, stop.key) in replaced:
            continue
        target = relations.target(stop)
        touched = _touched(stop, target, made, of)
        try:
            end, at = _end_of_stop(stop)
        except PeriodFault as fault:
            _hold_undated(stop, target, touched, made)
            if stop.block is not Block.MA:
                faults.append((stop, fault.reason))
            continue
        stopped.append(_entry(stop, target, at))
        _act(stop, end.at, touched)
        if target.agreement is None and stop.block is not Block.MA:
            _hold_possible(stop, end.at, made)
    return Stops(tuple(stopped), tuple(faults))


def _unknown(agreement: Agreement) -> bool:
    """B6; of a stop-MA other modifiers are not looked at (E7)."""
    return agreement.unknown_modifier and agreement.block is not Block.MA


def _refuse(
    current: Sequence[Agreement], relations: Relations, of: dict[tuple[Block, str], Standing]
) -> None:
    """B6: what cannot be understood is refused, and so is what it acts on, followed to the end.

    Its relation counts even without a stop type: an unknown modifier may mean anything.
    """
    for agreement in current:
        if not _unknown(agreement):
            continue
        for each in (agreement, relations.target(agreement).agreement):
            standing = of.get((each.block, each.key)) if each is not None else None
            if standing is not None:
                standing.refused = True


def _touched(
    stop: Agreement, target: Target, made: Sequence[Standing], of: dict[tuple[Block, str], Standing]
) -> list[Standing]:
    """What the stop acts on; a stop-MA on all that carry out its MA, which need not be in the file (E7)."""
    if stop.block is not Block.MA:
        found = target.agreement
        return [of[(found.block, found.key)]] if found is not None else []
    keys = set(target.last.keys) if target.last is not None else set()
    if target.agreement is not None:
        keys.add(target.agreement.key)
    return [
        standing
        for standing in made
        if any(keys.intersection(reference.keys) for reference in standing.agreement.prescriptions)
    ]


def _end_of_stop(stop: Agreement) -> tuple[End, Point]:
    """The end instant (E3), and the time to show (E6: 23:59:59 as such)."""
    period = stop.period
    if period is None or (period.end is None and (period.lasts is None or period.start is None)):
        raise PeriodFault("no-period")
    if period.start is not None:
        interval_of(period)
    end = end_of(period)
    assert end is not None
    whole_day = period.end is not None and not end.inclusive
    return end, at_wall(end.at.wall - SECOND) if whole_day else end.at


def _entry(stop: Agreement, target: Target, at: Point) -> Stopped:
    assert stop.stop is not None
    assert stop.stop.kind is not None
    found = target.agreement
    written = target.last.written if target.last is not None else None
    return Stopped(
        agreement=found.id if found is not None else written,
        block=stop.block,
        kind=stop.stop.kind,
        at=at,
        by=stop.id,
        in_file=found is not None,
    )


def _act(stop: Agreement, end: Point, touched: Sequence[Standing]) -> None:
    """E3, E4; of several stops on one target the earliest counts (E5)."""
    cancels = stop.stop is not None and stop.stop.kind is StopKind.CANCELLED
    for standing in touched:
        standing.cancelled = standing.cancelled or cancels
        if standing.in_force is not None:
            standing.in_force = standing.in_force.cut(end)


def _hold_undated(
    stop: Agreement, target: Target, touched: Sequence[Standing], made: Sequence[Standing]
) -> None:
    """E9: nobody knows when it ends; without a known target every one of that kind and treatment is held."""
    if target.agreement is None and stop.block is not Block.MA:
        touched = [standing for standing in made if _alike(stop, standing.agreement)]
    for standing in touched:
        standing.held = True


def _hold_possible(stop: Agreement, end: Point, made: Sequence[Standing]) -> None:
    """E8: holds back every agreement that this stop may have meant."""
    for standing in made:
        interval = standing.interval
        if interval is None or not _alike(stop, standing.agreement):
            continue
        known, limit = registered(standing.agreement), registered(stop)
        if known is not None and limit is not None and known > limit:
            continue
        later = interval.end is None or interval.end.at.instant > end.instant
        if interval.start.instant < end.instant and later:
            standing.held = True


def _alike(stop: Agreement, other: Agreement) -> bool:
    """Same kind and treatment; to be safe, none given counts as the same as none given."""
    return stop.block is other.block and _treatment(stop) == _treatment(other)


def _treatment(agreement: Agreement) -> str | None:
    return comparable(agreement.treatment) if agreement.treatment is not None else None
