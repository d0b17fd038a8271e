"""The other solvers: VROOM in one piece, PyVRP and OR-Tools (`requirements/bench.txt`).

Each gets the same matrix, the same windows and skills, and the same seconds; each is asked for as many visits as can
be, then the least time under way.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import ModuleType
from typing import Any

import numpy as np

from reik.ops.bench.tours.days import Race
from reik.value.tours import asking_vroom
from reik.value.tours.plans import Plan, Tour
from reik.value.tours.problem import TourRefused

SEARCHES = 32  # threads: with fewer than its searches VROOM may wait for ever, see `asking_vroom`
LEFT_OVER = 10**6  # what a visit left over costs, in seconds under way
NEVER = 10**7  # seconds to a visit that a nurse cannot do
Peer = Callable[[Race, float, int], Plan]


def _installed(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise TourRefused(
            f"{name.partition('.')[0]} is not installed: `pip install -r requirements/bench.txt` in a throw-away "
            "environment beside Reik's own."
        ) from None


def vroom_whole(race: Race, seconds: float, _seed: int) -> Plan:
    """VROOM at its deepest, the day in one piece, until the time is over, on all cores. It knows no seed."""
    day = race.day
    visits, nurses = range(len(day.visits)), range(len(day.nurses))
    problem = asking_vroom.problem(day, race.travels, visits, nurses, None)
    solved = problem.solve(asking_vroom.DEEPEST, SEARCHES, timedelta(seconds=seconds))
    answer = asking_vroom.read(solved, visits, nurses)
    return Plan(tuple(Tour(nurse, route) for nurse, route in answer.routes.items()), answer.left)


def pyvrp(race: Race, seconds: float, seed: int) -> Plan:
    """PyVRP's iterated local search; a nurse with other skills is another profile of travel."""
    lib, stop = _installed("pyvrp"), _installed("pyvrp.stop")
    day, (matrix, homes) = race.day, _by_visit(race)
    able = sorted({nurse.skills for nurse in day.nurses}, key=sorted)
    profiles = [_only(matrix, race, skills) for skills in able]
    clients = [
        lib.Client(len(homes) + each, service_duration=visit.seconds, tw_early=visit.earliest, tw_late=visit.latest,
                   prize=LEFT_OVER, required=False)
        for each, visit in enumerate(day.visits)
    ]  # fmt: skip
    types = [
        lib.VehicleType(1, start_depot=homes.index(nurse.place), end_depot=homes.index(nurse.place),
                        tw_early=nurse.since, tw_late=nurse.until, profile=able.index(nurse.skills))
        for nurse in day.nurses
    ]  # fmt: skip
    data = lib.ProblemData(
        [lib.Location(0, 0) for _ in matrix], clients, [lib.Depot(each) for each in range(len(homes))], types,
        profiles, profiles,
    )  # fmt: skip
    best = lib.solve(data, stop.MaxRuntime(seconds), seed=seed, display=False).best
    return _plan(race, {route.vehicle_type(): _visits_of(route) for route in best.routes()})


def _visits_of(route: Any) -> tuple[int, ...]:
    return tuple(activity.idx for activity in route if activity.is_client())


def _by_visit(race: Race) -> tuple[Any, list[int | None]]:
    """A matrix of homes, then visits: the other solvers want a place of its own for each visit."""
    day = race.day
    if len(day.modes) != 1:
        raise TourRefused("A race is driven in one way: by bike or by car.")
    homes = sorted({nurse.place for nurse in day.nurses if nurse.place is not None})
    if len({nurse.place for nurse in day.nurses} - set(homes)):
        raise TourRefused("In a race each nurse has a place to begin: give one.")
    places = [*homes, *(visit.place for visit in day.visits)]
    return race.travels[day.modes[0]].seconds[np.ix_(places, places)], list(homes)


def _only(matrix: Any, race: Race, skills: frozenset[str]) -> Any:
    """The matrix for a nurse with these skills: to the rest she never comes."""
    own = matrix.copy()
    first = len(matrix) - len(race.day.visits)
    for each, visit in enumerate(race.day.visits):
        if not visit.skills <= skills:
            own[:, first + each] = NEVER
            own[first + each, first + each] = 0
    return own


def or_tools(race: Race, seconds: float, _seed: int) -> Plan:
    """OR-Tools' routing: parallel cheapest insertion, then guided local search. It knows no seed."""
    names, lib = (
        _installed("ortools.constraint_solver.routing_enums_pb2"),
        _installed("ortools.constraint_solver.pywrapcp"),
    )
    day, (matrix, homes) = race.day, _by_visit(race)
    ends = [homes.index(nurse.place) for nurse in day.nurses]
    manager = lib.RoutingIndexManager(len(matrix), len(day.nurses), ends, ends)
    routing = lib.RoutingModel(manager)
    inside = [0] * len(homes) + [visit.seconds for visit in day.visits]
    cells = matrix.tolist()
    driving = routing.RegisterTransitMatrix(cells)
    routing.SetArcCostEvaluatorOfAllVehicles(driving)
    busy = routing.RegisterTransitMatrix(
        [[cell + inside[row] for cell in line] for row, line in enumerate(cells)]
    )
    latest = max(nurse.until for nurse in day.nurses)
    routing.AddDimension(busy, latest, latest, False, "time")
    _limits(race, routing, manager, len(homes))
    asked = lib.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = names.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = names.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(int(seconds * 1000))
    found = routing.SolveWithParameters(asked)
    return _plan(race, {} if found is None else {
        nurse: _followed(found, routing, manager, nurse, len(homes)) for nurse in range(len(day.nurses))
    })  # fmt: skip


def _limits(race: Race, routing: Any, manager: Any, first: int) -> None:
    time = routing.GetDimensionOrDie("time")
    for each, visit in enumerate(race.day.visits):
        index = manager.NodeToIndex(first + each)
        time.CumulVar(index).SetRange(visit.earliest, visit.latest)
        routing.AddDisjunction([index], LEFT_OVER)
        able = [number for number, nurse in enumerate(race.day.nurses) if visit.skills <= nurse.skills]
        if len(able) < len(race.day.nurses):
            routing.VehicleVar(index).SetValues([-1, *able])
    for number, nurse in enumerate(race.day.nurses):
        time.CumulVar(routing.Start(number)).SetRange(nurse.since, nurse.until)
        time.CumulVar(routing.End(number)).SetRange(nurse.since, nurse.until)


def _followed(found: Any, routing: Any, manager: Any, nurse: int, first: int) -> tuple[int, ...]:
    visits = []
    index = found.Value(routing.NextVar(routing.Start(nurse)))
    while not routing.IsEnd(index):
        visits.append(manager.IndexToNode(index) - first)
        index = found.Value(routing.NextVar(index))
    return tuple(visits)


def _plan(race: Race, routes: Mapping[int, tuple[int, ...]]) -> Plan:
    done = {each for route in routes.values() for each in route}
    left = tuple(each for each in range(len(race.day.visits)) if each not in done)
    return Plan(tuple(Tour(nurse, route) for nurse, route in routes.items()), left)


PEERS: Mapping[str, Peer] = {"vroom": vroom_whole, "pyvrp": pyvrp, "or-tools": or_tools}
