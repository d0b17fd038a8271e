"""Which agreements of a file count, and in which period each is in force (contract B3, B4, D4, D5). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reik.medication.agreed.agreements import Agreement, Block, comparable
from reik.medication.agreed.calendar import End, read_instant, read_point
from reik.medication.agreed.periods import Interval, PeriodFault, interval_of

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Standing:
    """A TA or WDS that is no stop, with all that is known of it; `in_force` is what D5 calls effective."""

    agreement: Agreement
    interval: Interval | None = None
    in_force: Interval | None = None
    fault: str | None = None
    refused: bool = False
    held: bool = False
    cancelled: bool = False

    def holds(self, instant: datetime) -> bool:
        return not self.cancelled and self.in_force is not None and self.in_force.holds(instant)

    def meets(self, since: datetime, until: datetime) -> bool:
        return not self.cancelled and self.in_force is not None and self.in_force.meets(since, until)


def registered(agreement: Agreement) -> datetime | None:
    """When this version was registered; None when that cannot be read."""
    instant = read_instant(agreement.registered)
    if instant is None and agreement.registered is not None:
        point = read_point(agreement.registered)
        instant = point.instant if point is not None else None
    return instant


def latest(agreements: Iterable[Agreement]) -> list[Agreement]:
    """B4: of one kind and identifier the version registered last; if equal, the later in the file.

    Where that version was entered in error nothing of the identifier is left.
    """
    best: dict[tuple[Block, str], Agreement] = {}
    for agreement in agreements:
        name = (agreement.block, agreement.key)
        other = best.get(name)
        if other is None or (registered(agreement) or LONG_AGO) >= (registered(other) or LONG_AGO):
            best.pop(name, None)
            best[name] = agreement
    return [each for each in best.values() if not each.in_error]


def standings(current: Sequence[Agreement]) -> list[Standing]:
    """D1, D2 and D4 for every TA and WDS that is no stop."""
    made = [Standing(each) for each in current if each.stop is None and each.block is not Block.MA]
    for standing in made:
        try:
            standing.interval = interval_of(standing.agreement.period)
        except PeriodFault as fault:
            standing.fault = fault.reason
    _yield_to_successors(made)
    for standing in made:
        standing.in_force = standing.interval
    return made


def _yield_to_successors(made: Sequence[Standing]) -> None:
    """D4: an inclusive end becomes exclusive where another one of the same kind and treatment starts.

    Agreements without a treatment are never of the same treatment here.
    """
    starts = Counter(
        (*_kin(standing), standing.interval.start.instant)
        for standing in made
        if standing.interval is not None
    )
    for standing in made:
        interval, treatment = standing.interval, standing.agreement.treatment
        if interval is None or interval.end is None or treatment is None:
            continue
        end = interval.end
        if end.at.instant != interval.start.instant and starts[(*_kin(standing), end.at.instant)]:
            standing.interval = replace(interval, end=End(end.at, inclusive=False))


def _kin(standing: Standing) -> tuple[Block, str]:
    return standing.agreement.block, comparable(standing.agreement.treatment or "")
