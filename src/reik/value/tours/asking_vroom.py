"""A part of a day put to VROOM, and its answer read back. Deterministic: one thread, no time limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import vroom  # type: ignore[import-untyped]

from reik.value.tours.matrices import Travels, chosen
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
    day: Day,
    travels: Travels,
    visits: Sequence[int],
    nurses: Sequence[int],
    depth: int,
    *,
    begin: Routes | None = None,
) -> Answer:
    """Tours for these visits by these nurses. `depth`: VROOM's exploration level, 0 to 5.

    `begin`: routes to improve; without them VROOM makes its own. First the fewest visits left over, then the least
    time under way.
    """
    if not visits or not nurses:
        return Answer(dict.fromkeys(nurses, ()), tuple(visits))
    solved = problem(day, travels, visits, nurses, begin=begin).solve(exploration_level=depth, nb_threads=1)
    return read(solved, visits, nurses)


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
    day: Day, travels: Travels, visits: Sequence[int], nurses: Sequence[int], *, begin: Routes | None = None
) -> vroom.Input:
    """The question in VROOM's terms."""
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
