"""Tours for a whole day: VROOM makes the first ones, in parts; then they are shortened by thousands of small tries.

A day beyond `WHOLE` visits is cut into neighbourhoods, because one large question takes VROOM too long. What comes out
is made better by `shuffling`. Beyond `LARGEST` visits that would know too many pairs; there, round after round, a route
and the routes beside it lose some of their visits by chance, and VROOM puts these back, with the visits near them that
nobody had time for; the answer is kept when it leaves fewer visits over, or as many with less travel. The number of
tries and rounds is fixed and the only chance is the seed, so the same question has the same answer on every machine.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from reik.value.tours.asking_vroom import Routes, ask
from reik.value.tours.matrices import Numbers, Travels
from reik.value.tours.plans import Plan, Tour, travel_seconds, wrong
from reik.value.tours.problem import HOUR, Day
from reik.value.tours.shuffling import Shuffle

LARGEST = 1500  # visits that are shuffled: a table of all pairs of them is some 60 MB
WHOLE = 110  # up to so many visits VROOM gets the day in one piece
AT_ONCE = 130  # about so many visits in each of the first parts
AGAIN = 110  # and in one round
LOSING = (0.1, 0.45)  # the share of the visits that a round takes out of its routes
LEFT_AT_ONCE = 15
_APART = 10**7  # seconds: two shifts that do not meet are no neighbours


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look. `tries`: on a day of middling size. Of a larger day than `LARGEST`, `rounds`: per nurse, after
    the first plan, and at `least` so many. `depth`: VROOM's level."""

    rounds: float
    depth: int = 0
    least: int = 0
    tries: int = 0

    def turns(self, nurses: int) -> int:
        return max(self.least, round(self.rounds * nurses))

    def tries_of(self, visits: int) -> int:
        """A day of a few visits needs fewer; on a small day a try costs little, so that there are more of them in the
        same time, and more find more; a large one needs them."""
        small = min(MOST_OF_SMALL, math.pow(SMALL / (visits or 1), 1.2))
        return round(self.tries * min(visits / A_FEW, max(1.0, small, visits / MANY)))


A_FEW, SMALL, MANY = 30, 400, 700
MOST_OF_SMALL = 2.4
EFFORTS = {
    "quick": Effort(0.5, 0, 10, 4_000),
    "normal": Effort(2.0, 0, 60, 16_000),
    "thorough": Effort(12.0, 1, 300, 160_000),
}


class PlanBroken(RuntimeError):
    """The solver gave a plan of `day` that breaks a rule of the day: nothing may be concluded from it."""

    def __init__(self, sentence: str, day: str = "") -> None:
        super().__init__(sentence)
        self.day = day


def solve(day: Day, travels: Travels, effort: Effort = EFFORTS["normal"], seed: int = 0) -> Plan:
    """Tours of one day: as many visits as can be, then the least time under way. Raises PlanBroken."""
    search = _Search(day, travels, effort, random.Random(seed))  # noqa: S311 not a secret: a seed
    search.begin()
    if len(day.visits) <= LARGEST:
        search.shuffle()
    else:
        search.improve()
    plan = search.plan()
    broken = wrong(day, travels, plan)
    if broken:
        raise PlanBroken(
            f"{day.name}: the plan made is not valid ({broken[0]}); report this with the planning file.",
            day.name,
        )
    return plan


@dataclass(slots=True)
class _Search:
    day: Day
    travels: Travels
    effort: Effort
    chance: random.Random
    routes: Routes = field(default_factory=dict)
    left: list[int] = field(default_factory=list)

    def begin(self) -> None:
        visits, nurses = range(len(self.day.visits)), range(len(self.day.nurses))
        if len(visits) <= WHOLE:
            self._take(visits, nurses, self.effort.depth)
            return
        for part, shared in self._parts(list(visits), self._by_shift(nurses), round(len(visits) / AT_ONCE)):
            self._take(part, shared, self.effort.depth)

    def _take(self, visits: Sequence[int], nurses: Sequence[int], depth: int) -> None:
        answer = ask(self.day, self.travels, visits, nurses, depth, {})
        self.routes.update(answer.routes)
        self.left.extend(answer.left)

    def _by_shift(self, nurses: Sequence[int]) -> list[int]:
        return sorted(
            nurses, key=lambda each: (self.day.nurses[each].since, self.day.nurses[each].until, each)
        )

    def _parts(self, visits: list[int], nurses: list[int], count: int) -> list[tuple[list[int], list[int]]]:
        """Halve the day between two far places until there are `count` parts, each with its share of every shift."""
        if count <= 1 or len(nurses) < 2:
            return [(visits, nurses)]
        places = np.array([self.day.visits[each].place for each in visits])
        apart = self._seconds()[np.ix_(places, places)]
        one = int(apart[0].argmax())
        other = int(apart[one].argmax())
        order = [visits[int(each)] for each in np.argsort(apart[:, one] - apart[:, other], kind="stable")]
        many = count // 2
        share = many / count
        halves = self._cut(order, share)
        mine = [nurse for index, nurse in enumerate(nurses) if int((index + 1) * share) > int(index * share)]
        others = [nurse for nurse in nurses if nurse not in set(mine)]
        return self._parts(halves[0], mine, many) + self._parts(halves[1], others, count - many)

    def _cut(self, order: list[int], share: float) -> tuple[list[int], list[int]]:
        work = np.cumsum([self.day.visits[each].seconds for each in order])
        cut = int(np.searchsorted(work, work[-1] * share))
        return order[:cut], order[cut:]

    def _seconds(self) -> Numbers:
        return self.travels[self.day.nurses[0].mode].seconds

    def shuffle(self) -> None:
        shuffle = Shuffle(self.day, self.travels, self.routes, self.left, self.chance)
        shuffle.run(self.effort.tries_of(len(self.day.visits)))
        self.routes, self.left = shuffle.routes, list(shuffle.left)

    def improve(self) -> None:
        nurses = self._by_shift(range(len(self.day.nurses)))
        if not nurses or not self.day.visits:
            return
        at_once = max(3, round(AGAIN * len(nurses) / len(self.day.visits)))
        order: list[int] = []
        for turn in range(self.effort.turns(len(nurses))):
            if not order:
                order = self.chance.sample(nurses, len(nurses))
            middle = self._beside_left() if self.left and turn % 2 else None
            self._again(self._neighbours(order.pop() if middle is None else middle, at_once))

    def _beside_left(self) -> int | None:
        """A nurse who is at work when one of the visits left over could be, and near it."""
        visit = self.day.visits[self.chance.choice(self.left)]
        near = [
            (int(self._seconds()[visit.place, self._stops(nurse)].min()), nurse)
            for nurse, each in enumerate(self.day.nurses)
            if each.since <= visit.latest
            and each.until >= visit.earliest + visit.seconds
            and visit.skills <= each.skills
        ]
        return min(near)[1] if near else None

    def _stops(self, nurse: int) -> list[int]:
        home = self.day.nurses[nurse].place
        stops = [self.day.visits[each].place for each in self.routes[nurse]]
        return stops or [home if home is not None else 0]

    def _neighbours(self, middle: int, count: int) -> list[int]:
        here = self._stops(middle)
        shift = self.day.nurses[middle]

        def away(nurse: int) -> tuple[float, int]:
            other = self.day.nurses[nurse]
            together = min(shift.until, other.until) - max(shift.since, other.since)
            apart = 0 if together >= HOUR else _APART if together > 0 else 2 * _APART
            return apart + float(self._seconds()[np.ix_(here, self._stops(nurse))].min(axis=0).mean()), nurse

        return sorted(range(len(self.day.nurses)), key=away)[:count]

    def _again(self, nurses: list[int]) -> None:
        mine = [each for nurse in nurses for each in self.routes[nurse]]
        extra = self._left_near(nurses)
        losing = self.chance.uniform(*LOSING)
        begin = {
            nurse: tuple(each for each in self.routes[nurse] if self.chance.random() > losing)
            for nurse in nurses
        }
        answer = ask(self.day, self.travels, [*mine, *extra], nurses, self.effort.depth, begin)
        was = (len(extra), self._under_way(self.routes, nurses))
        if (len(answer.left), self._under_way(answer.routes, nurses)) < was:
            self.routes.update(answer.routes)
            self.left = [each for each in self.left if each not in set(extra)] + list(answer.left)

    def _left_near(self, nurses: list[int]) -> list[int]:
        stops = [stop for nurse in nurses for stop in self._stops(nurse)]

        def away(each: int) -> tuple[int, int]:
            return int(self._seconds()[self.day.visits[each].place, stops].min()), each

        able = [each for each in self.left if self._could(each, nurses)]
        return sorted(able, key=away)[:LEFT_AT_ONCE]

    def _could(self, visit: int, nurses: Sequence[int]) -> bool:
        asked = self.day.visits[visit]
        at_work = (self.day.nurses[each] for each in nurses)
        return any(each.since <= asked.latest and each.until >= asked.earliest for each in at_work)

    def _under_way(self, routes: Routes, nurses: Sequence[int]) -> int:
        return sum(travel_seconds(self.day, self.travels, Tour(nurse, routes[nurse])) for nurse in nurses)

    def plan(self) -> Plan:
        tours = tuple(Tour(nurse, self.routes[nurse]) for nurse in sorted(self.routes))
        return Plan(tours, tuple(sorted(self.left)))
