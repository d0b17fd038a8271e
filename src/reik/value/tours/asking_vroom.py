"""A part of a day put to VROOM, and its answer read back: always one search, no time limit.

VROOM starts a thread for each of several searches, which wait for each other at a `std::counting_semaphore`. Seen here:
one of them waits for ever (a lost wake-up in libstdc++), and which of two equal answers comes out is up to chance.
Given routes to begin with, be they empty, VROOM makes one search, that waits for nobody. What was left to chance then
is the direction of a tour that can be driven both ways, and who of two alike nurses drives it: both are settled here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import vroom  # type: ignore[import-untyped]

from reik.value.tours.matrices import Travels, chosen
from reik.value.tours.plans import Tour, one_way
from reik.value.tours.problem import Day

Routes = dict[int, tuple[int, ...]]  # nurse → her visits in order, both by their place in the day
DEEPEST = 5
_NOWHERE = 0  # the place of a nurse without one, from and to which nobody travels


@dataclass(frozen=True, slots=True)
class Answer:
    """Routes of the nurses asked about, and the visits left over."""

    routes: Routes
    left: tuple[int, ...]


def ask(
    day: Day, travels: Travels, visits: Sequence[int], nurses: Sequence[int], depth: int, begin: Routes
) -> Answer:
    """Tours for these visits by these nurses. `depth`: VROOM's exploration level, 0 to 5.

    `begin`: routes to go on from; `{}` to begin with nothing. First the fewest visits left over, then the least
    time under way.
    """
    if not visits or not nurses:
        return Answer(dict.fromkeys(nurses, ()), tuple(visits))
    solved = problem(day, travels, visits, nurses, begin).solve(exploration_level=depth, nb_threads=1)
    answer = read(solved, visits, nurses)
    tours = (one_way(day, travels, Tour(nurse, route)) for nurse, route in answer.routes.items())
    return Answer(_settled(day, {tour.nurse: tour.visits for tour in tours}), answer.left)


def _settled(day: Day, routes: Routes) -> Routes:
    """Among nurses between whom there is no difference, who goes which tour: always the same."""
    alike: dict[object, list[int]] = {}
    for each in sorted(routes):
        nurse = day.nurses[each]
        alike.setdefault((nurse.since, nurse.until, nurse.place, nurse.mode, nurse.skills), []).append(each)
    settled = {
        nurse: route
        for nurses in alike.values()
        for nurse, route in zip(nurses, sorted(routes[each] for each in nurses), strict=True)
    }
    return {nurse: settled[nurse] for nurse in routes}


def read(solved: vroom.Solution, visits: Sequence[int], nurses: Sequence[int]) -> Answer:
    """VROOM's answer as routes."""
    rows = np.asarray(solved._routes_numpy())  # the public frame is built by pandas, slower than the solving
    routes: dict[int, list[int]] = {nurse: [] for nurse in nurses}
    for row in rows[rows["type"] == b"job"]:
        routes[int(row["vehicle_id"])].append(int(row["id"]))
    done = {each for route in routes.values() for each in route}
    return Answer(
        {nurse: tuple(route) for nurse, route in routes.items()},
        tuple(each for each in visits if each not in done),
    )


def problem(
    day: Day, travels: Travels, visits: Sequence[int], nurses: Sequence[int], begin: Routes | None
) -> vroom.Input:
    """The question in VROOM's terms. `begin` None: VROOM makes several beginnings of its own (benches only)."""
    homes = [day.nurses[each].place for each in nurses]
    used = sorted({day.visits[each].place for each in visits} | {home for home in homes if home is not None})
    here = {place: index + 1 for index, place in enumerate(used)}
    asked = vroom.Input()
    for mode in {day.nurses[each].mode for each in nurses}:
        matrix = np.zeros((len(used) + 1, len(used) + 1), dtype=np.uint32)
        matrix[1:, 1:] = chosen(travels[mode], used).seconds
        asked.set_durations_matrix(mode, matrix)
    skills = _skills(day)
    for each in visits:
        visit = day.visits[each]
        asked.add_job(vroom.Job(
            each, location=here[visit.place], default_service=visit.seconds,
            time_windows=[vroom.TimeWindow(visit.earliest, visit.latest)],
            skills={skills[skill] for skill in visit.skills},
        ))  # fmt: skip
    for each in nurses:
        asked.add_vehicle(_vehicle(day, each, here, skills, begin))
    return asked


def _vehicle(
    day: Day, each: int, here: Mapping[int, int], skills: Mapping[str, int], begin: Routes | None
) -> vroom.Vehicle:
    nurse = day.nurses[each]
    place = _NOWHERE if nurse.place is None else here[nurse.place]
    steps = [] if begin is None else [
        vroom.VehicleStep("start"), *(vroom.VehicleStep("single", id=visit) for visit in begin.get(each, ())),
        vroom.VehicleStep("end"),
    ]  # fmt: skip
    return vroom.Vehicle(
        each, start=place, end=place, profile=nurse.mode, skills={skills[skill] for skill in nurse.skills},
        time_window=vroom.TimeWindow(nurse.since, nurse.until), steps=steps,
    )  # fmt: skip


def _skills(day: Day) -> dict[str, int]:
    named = {skill for each in day.visits for skill in each.skills}
    named |= {skill for each in day.nurses for skill in each.skills}
    return {skill: number for number, skill in enumerate(sorted(named), start=1)}
