"""How tours are looked for: the room that is kept, the tries, the rounds of a large day."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.value.tours import factors, matrices
from reik.value.tours.plans import Plan, Tour, figures, wrong
from reik.value.tours.problem import HOUR, MINUTE, Day, Nurse, Place, Visit
from reik.value.tours.room import Room
from reik.value.tours.shuffling import Shuffle
from reik.value.tours.solving import EFFORTS, Effort, solve
from tests.pure.test_tours import a_day

QUICK = Effort(0.5, 0, 5, 60)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_each_visit_is_in_one_tour_or_left_over_and_the_same_seed_gives_the_same_plan(seed, nurses):
    day = a_day(seed, clients=20, nurses=2 * nurses)
    travels = matrices.for_day(day, factors.PUBLISHED)
    plan = solve(day, travels, QUICK, seed)
    assert wrong(day, travels, plan) == []
    assert plan == solve(day, travels, QUICK, seed)


def test_a_large_day_is_planned_in_parts_and_nothing_is_lost_between_them():
    day = a_day(3, clients=90, nurses=20)
    travels = matrices.for_day(day, factors.PUBLISHED)
    first = solve(day, travels, Effort(0), 1)
    better = solve(day, travels, Effort(0, tries=100), 1)
    assert wrong(day, travels, better) == []
    was, now = figures(day, travels, first), figures(day, travels, better)
    assert (now.unassigned, now.travel_hours) < (was.unassigned, was.travel_hours)


def test_a_day_too_large_to_shuffle_is_made_better_by_rounds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reik.value.tours.solving.LARGEST", 100)
    day = a_day(3, clients=90, nurses=20)
    travels = matrices.for_day(day, factors.PUBLISHED)
    first = solve(day, travels, Effort(0, tries=500), 1)
    better = solve(day, travels, Effort(0.5), 1)
    was, now = figures(day, travels, first), figures(day, travels, better)
    assert (now.unassigned, now.travel_hours) < (was.unassigned, was.travel_hours)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_room_that_is_kept_is_the_room_that_a_fresh_look_finds(seed):
    """Visits put into tours and tours put back, at random: times, costs and fits stay those of a new `Room`."""
    day = a_day(seed, clients=12, nurses=4)
    travels = matrices.for_day(day, factors.PUBLISHED)
    chance = random.Random(seed)
    room = Room(day, travels, {})
    waiting = list(range(len(day.visits)))
    for _ in range(40):
        kept = [room.kept(nurse) for nurse in range(len(day.nurses))]
        visit = chance.choice(waiting) if waiting else -1
        nurse, at = room.best(visit, chance.random, 0.0) if waiting else (-1, 0)
        if nurse >= 0:
            room.put(visit, nurse, at)
            waiting.remove(visit)
            if chance.random() < 0.3:
                room.back(nurse, kept[nurse])
                waiting.append(visit)
    fresh = Room(day, travels, {nurse: path[1:-1] for nurse, path in enumerate(room.paths)})
    assert (room.free, room.must, room.cost) == (fresh.free, fresh.must, fresh.cost)
    for visit in waiting:
        assert room.best(visit, chance.random, 0.0) == fresh.best(visit, chance.random, 0.0)
    tours = tuple(Tour(nurse, tuple(path[1:-1])) for nurse, path in enumerate(room.paths))
    assert wrong(day, travels, Plan(tours, tuple(sorted(waiting)))) == []


def test_a_visit_that_nobody_had_time_for_is_put_somewhere_when_others_make_room():
    """Three clients in a line and one nurse: in the order in which they are driven, the third fits nowhere."""
    minutes = np.abs(np.subtract.outer(np.arange(4), np.arange(4))) * 600
    travel = {"bike": matrices.Travel(minutes, minutes)}
    ends = (520, 475, 480)
    visits = tuple(
        Visit(f"v{n}", f"c{n}", n, 600, 450 * MINUTE, end * MINUTE) for n, end in enumerate(ends, start=1)
    )
    day = Day("line", tuple(Place(str(n)) for n in range(4)), visits, (Nurse("n", 7 * HOUR, 9 * HOUR, 0),))
    shuffle = Shuffle(day, travel, {0: (0, 1)}, [2], random.Random(1))
    shuffle.run(200)
    assert (shuffle.left, sorted(shuffle.routes[0])) == ((), [0, 1, 2])


def test_efforts_look_longer_by_their_name():
    assert EFFORTS["quick"].turns(40) < EFFORTS["normal"].turns(40) < EFFORTS["thorough"].turns(40)
