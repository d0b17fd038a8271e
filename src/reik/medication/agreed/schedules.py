"""The variable dosing schedule beside the agreements of its treatment (contract I). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from reik.medication.agreed.agreements import Agreement, Block, Product, comparable
from reik.medication.agreed.calendar import midnight
from reik.medication.agreed.standing import LONG_AGO, Standing, registered


class Withheld(Enum):
    """Why a schedule gives no moment at an instant."""

    NOT_NOW = 1  # another schedule counts, or no agreement of the treatment is in force
    HELD = 2  # an agreement of the treatment in force is refused or held back (I4)


@dataclass(slots=True, eq=False)
class Treatment:
    """All TAs and WDSs of one treatment; `has_agreements`: the file has a TA of it, be it a stop."""

    agreements: list[Standing] = field(default_factory=list)
    schedules: list[Standing] = field(default_factory=list)
    has_agreements: bool = False

    def scheduled(self, instant: datetime) -> bool:
        """I1: a schedule is in force, so the agreements give no moments."""
        return any(schedule.holds(instant) for schedule in self.schedules)

    def overlaps(self, schedule: Standing) -> bool:
        """I3: another schedule is in force at once, with the same start and registration."""
        mine = schedule.in_force
        return mine is not None and any(
            other.in_force is not None
            and not other.cancelled
            and other is not schedule
            and _rank(other) == _rank(schedule)
            and other.in_force.overlaps(mine)
            for other in self.schedules
        )

    def moment(self, schedule: Standing, instant: datetime) -> tuple[Product, bool] | Withheld:
        """I3, I4, I5: product and packability of a moment of this schedule, or why there is none."""
        rank = _rank(schedule)
        if any(_rank(other) > rank for other in self.schedules if other.holds(instant)):
            return Withheld.NOT_NOW
        own = (schedule.agreement.product, False)
        if not self.has_agreements:
            return own
        in_force = [each for each in self.agreements if each.holds(instant)]
        if not in_force:
            return Withheld.NOT_NOW
        if any(each.refused or each.held or each.agreement.condition for each in in_force):
            return Withheld.HELD
        if len(in_force) > 1:
            return own
        return in_force[0].agreement.product, in_force[0].agreement.packable

    def on_its_own(self, standing: Standing, days: Sequence[datetime]) -> bool:
        """I2: on some local day this agreement is in force and no schedule is. `days`: midnights, and the last end."""
        if not self.schedules:
            return True
        return any(
            standing.meets(begin, end) and not any(each.meets(begin, end) for each in self.schedules)
            for begin, end in pairwise(days)
        )


def _rank(schedule: Standing) -> tuple[datetime, datetime]:
    """The later start wins, then the later registration."""
    start = schedule.interval.start.instant if schedule.interval is not None else LONG_AGO
    return start, registered(schedule.agreement) or LONG_AGO


class Treatments:
    """The treatments of a file. An agreement that names none is a treatment of its own."""

    def __init__(self, current: Sequence[Agreement], made: Sequence[Standing]) -> None:
        self._by_name: dict[str, Treatment] = {}
        for agreement in current:
            if agreement.block is Block.TA and agreement.treatment is not None:
                self._named(agreement.treatment).has_agreements = True
        self._of: dict[int, Treatment] = {}
        for standing in made:
            name = standing.agreement.treatment
            treatment = self._named(name) if name is not None else Treatment()
            is_schedule = standing.agreement.block is Block.WDS
            (treatment.schedules if is_schedule else treatment.agreements).append(standing)
            self._of[id(standing)] = treatment

    def _named(self, name: str) -> Treatment:
        return self._by_name.setdefault(comparable(name), Treatment())

    def of(self, standing: Standing) -> Treatment:
        return self._of[id(standing)]


def midnights(first: datetime, days: int) -> list[datetime]:
    """The instants at which the local days from the wall time `first` begin, and the end of the last."""
    return [midnight((first + timedelta(days=number)).date()) for number in range(days + 1)]
