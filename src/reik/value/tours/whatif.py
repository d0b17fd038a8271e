"""The what-if: the same days planned twice by the same solver, without and with dispensers (N10, R65, R68, R69).

Both plans are computed. A planning as people drive it now is never compared with a computed one: what a computer saves
by shuffling visits is no merit of a dispenser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from reik.value.tours.dispensers import Changed, Terms, with_dispensers
from reik.value.tours.matrices import Travels
from reik.value.tours.plans import Plan, PlanFigures, figures
from reik.value.tours.problem import HOUR, Day
from reik.value.tours.solving import EFFORTS, solve
from reik.value.tours.spreading import spread


@dataclass(frozen=True, slots=True)
class Question:
    """One day to be solved; what a worker process gets."""

    day: Day
    travels: Travels
    effort: str
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: per day the change, both plans and both figures, and their sums."""

    days: tuple[Day, ...]
    changed: tuple[Changed, ...]
    plans_before: tuple[Plan, ...]
    plans_after: tuple[Plan, ...]
    before: PlanFigures
    after: PlanFigures


def answer(question: Question) -> Plan:
    """Solve one day; in a worker process."""
    return solve(question.day, question.travels, EFFORTS[question.effort], question.seed)


def whatif(
    days: Sequence[Day], travels: Sequence[Travels], chosen: set[str], terms: Terms, *,
    seed: int = 0, effort: str = "normal", workers: int | None = None, scheduler: str = "",
    told: Callable[[int], None] | None = None,
) -> Outcome:  # fmt: skip
    """Plan each day without and with dispensers for the chosen clients.

    `travels`: of each day, by mode. `told` hears how many of the plans, two for each day, are done.
    """
    changed = [with_dispensers(day, chosen, terms, seed) for day in days]
    asked = [
        Question(day, travel, effort, seed)
        for day_, after, travel in zip(days, changed, travels, strict=True)
        for day in (day_, after.day)
    ]
    plans = spread(answer, asked, workers=workers, scheduler=scheduler, told=told)
    each = [figures(one.day, one.travels, plan) for one, plan in zip(asked, plans, strict=True)]
    return Outcome(
        tuple(days),
        tuple(changed),
        tuple(plans[::2]),
        tuple(plans[1::2]),
        total(each[::2]),
        total(each[1::2]),
    )


def total(figures: Iterable[PlanFigures]) -> PlanFigures:
    """The sum of the figures of several days."""
    rows = list(figures)
    return PlanFigures(
        **{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(PlanFigures)}
    )


def driven_now(day: Day, travels: Travels, going: dict[str, str]) -> float | None:
    """Hours under way as the planning itself has it: each nurse's visits in their planned order, from first to last.

    `going`: visit → nurse. None when some visit has no nurse: then nothing can be said.
    """
    if any(not going.get(visit.key) for visit in day.visits) or not day.nurses:
        return None
    mode = day.nurses[0].mode
    order: dict[str, list[int]] = {}
    for each in sorted(range(len(day.visits)), key=lambda each: (day.visits[each].planned, each)):
        order.setdefault(going[day.visits[each].key], []).append(each)
    seconds = travels[mode].seconds
    trips = (
        seconds[day.visits[a].place, day.visits[b].place]
        for visits in order.values()
        for a, b in pairwise(visits)
    )
    return float(sum(trips)) / HOUR
