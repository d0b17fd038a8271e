"""A plan: who goes where when, and its figures, worked out anew from the visits and the travel times. Pure.

Care and travel are never added up (R65).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reik.value.tours.matrices import Travels
from reik.value.tours.problem import HOUR, Day, Nurse

PEAK = (7 * HOUR, 11 * HOUR)  # the morning peak: visits that begin from 7:00 up to 11:00


@dataclass(frozen=True, slots=True)
class Tour:
    """One nurse's visits in order, by their place in the day's visits."""

    nurse: int
    visits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a day: tours, and the visits that nobody has time for."""

    tours: tuple[Tour, ...]
    unassigned: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What a plan costs. `care_hours` are of all visits of the day, so that a visit left undone saves nothing;
    `travel_hours`, `km` and `peak_per_nurse` are of the tours driven."""

    visits: int
    care_hours: float
    travel_hours: float
    km: float
    unassigned: int
    nurses_used: int
    peak_visits: int
    peak_nurses: int  # nurses with a shift in the peak

    @property
    def peak_per_nurse(self) -> float | None:
        return self.peak_visits / self.peak_nurses if self.peak_nurses else None


def legs(day: Day, nurse: Nurse, visits: Sequence[int]) -> list[tuple[int, int]]:
    """The trips of one tour, as pairs of places; a nurse without a place starts and ends with her clients."""
    if not visits:
        return []
    stops = [day.visits[each].place for each in visits]
    if nurse.place is not None:
        stops = [nurse.place, *stops, nurse.place]
    return list(pairwise(stops))


def travel_seconds(day: Day, travels: Travels, tour: Tour) -> int:
    """Seconds under way in one tour."""
    nurse = day.nurses[tour.nurse]
    seconds = travels[nurse.mode].seconds
    return sum(int(seconds[leg]) for leg in legs(day, nurse, tour.visits))


def begins(day: Day, travels: Travels, tour: Tour) -> list[int]:
    """When each visit begins, as early as can be."""
    nurse = day.nurses[tour.nurse]
    seconds = travels[nurse.mode].seconds
    now, here = nurse.since, nurse.place
    starts = []
    for each in tour.visits:
        visit = day.visits[each]
        now = max(now + (int(seconds[here, visit.place]) if here is not None else 0), visit.earliest)
        starts.append(now)
        now, here = now + visit.seconds, visit.place
    return starts


def wrong(day: Day, travels: Travels, plan: Plan) -> list[str]:
    """What a plan breaks: a visit twice or forgotten, late, without the skill, after the shift. Empty is well."""
    visited = Counter(each for tour in plan.tours for each in tour.visits)
    visited.update(plan.unassigned)
    found = [f"{day.visits[each].key} {times} times" for each, times in visited.items() if times != 1]
    found += [f"{visit.key} forgotten" for each, visit in enumerate(day.visits) if each not in visited]
    found += [
        f"{day.nurses[nurse].key} in two tours"
        for nurse, n in Counter(t.nurse for t in plan.tours).items()
        if n > 1
    ]
    return found + [each for tour in plan.tours for each in _wrong_tour(day, travels, tour)]


def _wrong_tour(day: Day, travels: Travels, tour: Tour) -> list[str]:
    nurse = day.nurses[tour.nurse]
    starts = begins(day, travels, tour)
    found = []
    for each, start in zip(tour.visits, starts, strict=True):
        visit = day.visits[each]
        if start > visit.latest:
            found.append(f"{visit.key} {start - visit.latest} s late")
        if not visit.skills <= nurse.skills:
            found.append(f"{nurse.key} cannot do {visit.key}")
    if tour.visits:
        last = day.visits[tour.visits[-1]]
        home = int(travels[nurse.mode].seconds[last.place, nurse.place]) if nurse.place is not None else 0
        if starts[-1] + last.seconds + home > nurse.until:
            found.append(f"{nurse.key} is not back in time")
    return found


def one_way(day: Day, travels: Travels, tour: Tour) -> Tour:
    """Of a tour and the same tour backwards, where both can be driven in the same time, always the same one."""
    back = Tour(tour.nurse, tour.visits[::-1])
    if back.visits >= tour.visits or travel_seconds(day, travels, back) != travel_seconds(day, travels, tour):
        return tour
    return tour if _wrong_tour(day, travels, back) else back


def figures(day: Day, travels: Travels, plan: Plan) -> PlanFigures:
    """The figures of a plan."""
    metres = sum(
        int(travels[day.nurses[tour.nurse].mode].metres[leg])
        for tour in plan.tours
        for leg in legs(day, day.nurses[tour.nurse], tour.visits)
    )
    starts = [start for tour in plan.tours for start in begins(day, travels, tour)]
    return PlanFigures(
        visits=len(day.visits),
        care_hours=day.care_hours,
        travel_hours=sum(travel_seconds(day, travels, tour) for tour in plan.tours) / HOUR,
        km=metres / 1000,
        unassigned=len(plan.unassigned),
        nurses_used=sum(bool(tour.visits) for tour in plan.tours),
        peak_visits=sum(PEAK[0] <= start < PEAK[1] for start in starts),
        peak_nurses=sum(nurse.since < PEAK[1] and nurse.until > PEAK[0] for nurse in day.nurses),
    )
