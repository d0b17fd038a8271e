"""Shorter tours with fewer visits left over: take some strings of visits out of tours beside each other, put them back.

Strings are taken out around one visit and put back one after the other where each costs least, tens of thousands of
times (Christiaens and Vanden Berghe, "Slack induction by string removals", 2020, doi 10.1287/trsc.2019.0914). An answer
with a little more travel is accepted now and then, ever less, so that the search does not end in the first valley.
A visit that was often left over counts more than one that was not, so that in the end those stay over that are easy to
put somewhere (Nagata and Bräysy, 2009). The only chance is the given one, the number of tries is fixed, and there is no
clock. Pure.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reik.value.tours.matrices import Travels
from reik.value.tours.problem import Day
from reik.value.tours.room import Kept, Room

LONGEST = 10  # visits in one string
OUT = 12  # visits taken out in a try, about
OUT_FOR_LEFT = 5  # the same, when it is for visits left over
SKIPPED = 0.01  # how often the best place is passed over
HOT, COLD = 0.3, 0.003  # of the mean trip: how much more travel is accepted, at first and at last
COLD_LEFT = 0.01  # at last where visits are left over: they must go on changing places for one more to fit
NEAREST = 80  # visits that are known to be beside a visit
APART = 0.1  # what a second between two visits' windows counts beside one under way
TOGETHER = 0.02  # and one between their earliest times
BEFORE_LEFT = 0.4  # the share of the tries before the visits left over are looked at
FOR_LEFT = 0.5  # tries for visits left over, at most: so many for each other try
FURTHER = 1.05  # for visits left over no more travel is accepted than so many times the best
AT_LEFT = 0.1  # how often such a try begins at a visit left over, and not at one beside it


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try did: tours as they were before, visits put back and in whose tour, visits that fit nowhere."""

    before: dict[int, Kept]
    placed: list[tuple[int, int]]
    over: list[int]
    more: int  # seconds under way


class Shuffle:
    """A search from valid tours on. `routes` and `left` are the best that was seen."""

    def __init__(
        self, day: Day, travels: Travels, routes: Mapping[int, Sequence[int]], left: Sequence[int],
        chance: random.Random,
    ) -> None:  # fmt: skip
        self.room = Room(day, travels, routes)
        self.over, self.chance, self._random = list(left), chance, chance.random
        self.visits = len(day.visits)
        self.where = [-1] * self.visits
        self._settle()
        self._near = _near(day, travels)
        self._often = [0] * self.visits  # how often it was left over
        homeward = [self.room.from_home(each) for each in range(self.visits)]
        windows = [each.latest - each.earliest for each in day.visits]
        long = [-each.seconds for each in day.visits]
        self._orders = (
            (0.2, long), (0.4, [-each for each in homeward]), (0.5, homeward), (0.65, self.room.earliest),
            (0.75, windows),
        )  # fmt: skip
        self.under_way = sum(self.room.cost)
        self._note()

    def _settle(self) -> None:
        for nurse, path in enumerate(self.room.paths):
            for visit in path[1:-1]:
                self.where[visit] = nurse
        for visit in self.over:
            self.where[visit] = -1

    @property
    def routes(self) -> dict[int, tuple[int, ...]]:
        return {nurse: tuple(path[1:-1]) for nurse, path in enumerate(self._best_paths)}

    @property
    def left(self) -> tuple[int, ...]:
        return tuple(self._best_over)

    def run(self, tries: int) -> None:
        """So many tries for less travel, and at most half as many for visits left over."""
        if not self.visits or not self.room.paths:
            return
        first = round(tries * BEFORE_LEFT)
        trip = max(1.0, self.under_way / max(1, self.visits - len(self.over)))
        hot, cold = HOT * trip, (COLD_LEFT if self.over else COLD) * trip
        lukewarm = hot * (cold / hot) ** BEFORE_LEFT
        self._cool(first, hot, lukewarm)
        self._return()
        self._for_left(round(tries * FOR_LEFT), hot)
        self._return()
        self._cool(tries - first, lukewarm, cold)
        self._return()

    def _cool(self, tries: int, hot: float, cold: float) -> None:
        """Ever less is more travel accepted; more visits left over never is."""
        strings = self._strings(OUT)
        heat, factor = hot, (cold / hot) ** (1 / max(1, tries))
        for _ in range(tries):
            heat *= factor
            tried = self._try(int(self._random() * self.visits), strings)
            over = len(tried.over) - len(self.over)
            self._decide(tried, over < 0 or (over == 0 and tried.more < self._drawn(heat)))

    def _for_left(self, tries: int, heat: float) -> None:
        """Others stay over instead, until one of them fits: whatever it costs under way."""
        strings, often = self._strings(OUT_FOR_LEFT), self._often
        for _ in range(tries):
            if not self.over:
                return
            seed = self.chance.choice(self.over)
            if self._random() >= AT_LEFT:
                seed = self.chance.choice(self._near[seed])
            tried = self._try(seed, strings)
            was, is_ = (sum(often[each] for each in over) for over in (self.over, tried.over))
            for each in tried.over:
                often[each] += 1
            better = is_ < was or (is_ == was and tried.more < self._drawn(heat))
            near = self.under_way + tried.more <= self._best[1] * FURTHER
            self._decide(tried, len(tried.over) < len(self.over) or (better and near))

    def _drawn(self, heat: float) -> float:
        return -heat * math.log(self._random() + 1e-12)

    def _strings(self, out: int) -> float:
        """How many strings are taken out at most, for so many visits on average."""
        used = [len(path) - 2 for path in self.room.paths if len(path) > 2]
        mean = sum(used) / len(used) if used else 1.0
        return 4 * out / (1 + min(LONGEST, mean))

    def _decide(self, tried: Tried, accepted: bool) -> None:
        if not accepted:
            for nurse, kept in tried.before.items():
                self.room.back(nurse, kept)
            return
        for visit, nurse in tried.placed:
            self.where[visit] = nurse
        for visit in tried.over:
            self.where[visit] = -1
        self.over = tried.over
        self.under_way += tried.more
        if (len(self.over), self.under_way) < self._best:
            self._note()

    def _note(self) -> None:
        self._best = len(self.over), self.under_way
        self._best_paths, self._best_over = list(self.room.paths), list(self.over)

    def _return(self) -> None:
        """Go on from the best that was seen."""
        for nurse, path in enumerate(self._best_paths):
            if path is not self.room.paths[nurse]:
                self.room.lay(nurse, path)
        self.over, self.under_way = list(self._best_over), self._best[1]
        self._settle()

    def _try(self, seed: int, strings: float) -> Tried:
        before: dict[int, Kept] = {}
        absent = [*self._taken_out(seed, strings, before), *self.over]
        self._order(absent)
        placed, over = self._put_back(absent, before)
        more = sum(self.room.cost[nurse] - kept[3] for nurse, kept in before.items())
        return Tried(before, placed, over, more)

    def _taken_out(self, seed: int, strings: float, before: dict[int, Kept]) -> list[int]:
        out: list[int] = []
        number = 1 + int(self._random() * strings)
        for visit in self._near[seed]:
            nurse = self.where[visit]
            if nurse < 0 or nurse in before:
                continue
            before[nurse] = self.room.kept(nurse)
            gone, path = self._without_string(self.room.paths[nurse], visit)
            out += gone
            self.room.lay(nurse, path)
            if len(before) >= number:
                break
        return out

    def _without_string(self, path: list[int], visit: int) -> tuple[list[int], list[int]]:
        """A string around this visit, now and then with some in the middle that stay; and the path without it."""
        chance, most = self._random, len(path) - 2
        length, staying = 1 + int(chance() * min(LONGEST, most)), 0
        if 1 < length < most and chance() < 0.5:
            staying = 1
            while length + staying < most and chance() > 0.5:
                staying += 1
        at, whole = path.index(visit, 1), length + staying
        low, high = max(1, at - whole + 1), min(at, most - whole + 1)
        start = low + int(chance() * (high - low + 1))
        middle = start + (1 + int(chance() * (length - 1)) if staying else length)
        again, end = middle + staying, start + whole
        return path[start:middle] + path[again:end], path[:start] + path[middle:again] + path[end:]

    def _order(self, absent: list[int]) -> None:
        """Which visit is put back first: long ones, far ones, early ones, narrow ones, or by chance."""
        self.chance.shuffle(absent)
        drawn = self._random()
        for share, values in self._orders:
            if drawn < share:
                absent.sort(key=values.__getitem__)
                return

    def _put_back(
        self, absent: list[int], before: dict[int, Kept]
    ) -> tuple[list[tuple[int, int]], list[int]]:
        placed: list[tuple[int, int]] = []
        over: list[int] = []
        for visit in absent:
            nurse, at = self.room.best(visit, self._random, SKIPPED)
            if nurse < 0:
                over.append(visit)
                continue
            if nurse not in before:
                before[nurse] = self.room.kept(nurse)
            self.room.put(visit, nurse, at)
            placed.append((visit, nurse))
        return placed, over


def _near(day: Day, travels: Travels) -> list[list[int]]:
    """Of each visit the visits beside it, itself first: in place and in time."""
    places = [each.place for each in day.visits]
    away = travels[day.nurses[0].mode].seconds[np.ix_(places, places)] if day.nurses else np.zeros((0, 0))
    earliest = np.array([each.earliest for each in day.visits], dtype=np.int64)
    ends = np.array([each.latest + each.seconds for each in day.visits], dtype=np.int64)
    between = np.clip(earliest[:, None] - ends, 0, None)
    apart = np.abs(earliest[:, None] - earliest)
    order = away + APART * np.maximum(between, between.T) + TOGETHER * apart
    np.fill_diagonal(order, -1)
    found: list[list[int]] = np.argsort(order, axis=1, kind="stable")[:, :NEAREST].tolist()
    return found
