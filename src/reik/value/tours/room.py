"""Tours with the room that is left in them: where one more visit fits, and what it costs under way. Pure.

A tour is a path from home over visits to home. Of each stop is kept from when the nurse is free to go on, and when she
must have begun there at the latest to be in time for all that follows: so whether a visit fits is seen without walking
through the tour. Where a visit fits best in a tour is remembered until that tour changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from reik.value.tours.matrices import Numbers, Travels
from reik.value.tours.problem import Day

NEVER = 1 << 40  # seconds: it does not fit
Kept = tuple[list[int], list[int], list[int], int, int]


class Room:
    """All tours of a day. Visits are numbered as in the day; above them come the places where nurses begin."""

    def __init__(self, day: Day, travels: Travels, routes: Mapping[int, Sequence[int]]) -> None:
        """`routes`: a valid tour of each nurse who has one."""
        visits, homes = len(day.visits), sorted({each.place for each in day.nurses if each.place is not None})
        places = [*(each.place for each in day.visits), *homes]
        by_mode = {mode: _between(travels[mode].seconds, places) for mode in day.modes}
        self.seconds = [by_mode[each.mode] for each in day.nurses]
        nowhere = len(places)
        self._homes = [
            nowhere if each.place is None else visits + homes.index(each.place) for each in day.nurses
        ]
        others = len(homes) + 1
        self.inside = [*(each.seconds for each in day.visits), *[0] * others]
        self.earliest = [*(each.earliest for each in day.visits), *[0] * others]
        self.latest = [*(each.latest for each in day.visits), *[NEVER] * others]
        self.able = [
            [
                number for number, nurse in enumerate(day.nurses)
                if visit.skills <= nurse.skills and nurse.since <= visit.latest
                and nurse.until >= visit.earliest + visit.seconds
            ]
            for visit in day.visits
        ]  # fmt: skip
        self._shifts = [(each.since, each.until) for each in day.nurses]
        team = len(day.nurses)
        self.paths: list[list[int]] = [[] for _ in range(team)]
        self.free: list[list[int]] = [[] for _ in range(team)]  # from when she can leave this stop
        self.must: list[list[int]] = [[] for _ in range(team)]  # when she must have begun here
        self.cost = [0] * team
        self.stand = [0] * team  # changes with the tour
        self._stands = 0
        self._known_stand = [[0] * team for _ in range(visits)]
        self._known_cost = [[NEVER] * team for _ in range(visits)]
        self._known_at = [[0] * team for _ in range(visits)]
        for nurse, home in enumerate(self._homes):
            self.lay(nurse, [home, *routes.get(nurse, ()), home])

    def from_home(self, visit: int) -> int:
        """Seconds from the nearest place where a nurse begins who could go."""
        return min((self.seconds[each][visit][self._homes[each]] for each in self.able[visit]), default=0)

    def kept(self, nurse: int) -> Kept:
        """A tour as it stands, for `back`."""
        return self.paths[nurse], self.free[nurse], self.must[nurse], self.cost[nurse], self.stand[nurse]

    def back(self, nurse: int, kept: Kept) -> None:
        """Put a tour back as it was; what was known of it is known again."""
        self.paths[nurse], self.free[nurse], self.must[nurse], self.cost[nurse], self.stand[nurse] = kept

    def lay(self, nurse: int, path: list[int]) -> None:
        """Give a nurse a whole tour, from home to home. It is not looked whether she is in time."""
        seconds, inside, earliest, latest = self.seconds[nurse], self.inside, self.earliest, self.latest
        now, end = self._shifts[nurse]
        free, cost, last = [now], 0, path[0]
        for stop in path[1:]:
            way = seconds[last][stop]
            cost += way
            now += way
            if now < earliest[stop]:  # `max` takes twice as long, and this is done millions of times
                now = earliest[stop]
            now += inside[stop]
            free.append(now)
            last = stop
        must = [end]
        for stop in path[-2::-1]:
            end -= seconds[stop][last] + inside[stop]
            if end > latest[stop]:
                end = latest[stop]
            must.append(end)
            last = stop
        must.reverse()
        self.paths[nurse], self.free[nurse], self.must[nurse], self.cost[nurse] = path, free, must, cost
        self._changed(nurse)

    def _changed(self, nurse: int) -> None:
        self._stands += 1
        self.stand[nurse] = self._stands

    def best(self, visit: int, drawn: Callable[[], float], skipped: float) -> tuple[int, int]:
        """The nurse in whose tour this visit costs least, and after which stop; (-1, 0): it fits nowhere.

        `skipped`: how often a tour that would be the best so far is passed over, by numbers `drawn` from 0 up to 1.
        """
        stand, known, costs = self.stand, self._known_stand[visit], self._known_cost[visit]
        least, who = NEVER, -1
        for nurse in self.able[visit]:
            if known[nurse] != stand[nurse]:
                known[nurse] = stand[nurse]
                costs[nurse], self._known_at[visit][nurse] = self._fit(visit, nurse)
            cost = costs[nurse]
            if cost < least and drawn() >= skipped:
                least, who = cost, nurse
        return who, self._known_at[visit][who]

    def _fit(self, visit: int, nurse: int) -> tuple[int, int]:
        path, free, must, seconds = self.paths[nurse], self.free[nurse], self.must[nurse], self.seconds[nurse]
        earliest, latest, inside, onward = (
            self.earliest[visit], self.latest[visit], self.inside[visit], seconds[visit],
        )  # fmt: skip
        least, best = NEVER, 0
        first = max(bisect_left(must, earliest + inside) - 1, 0)
        for at in range(first, min(bisect_right(free, latest), len(path) - 1)):
            before, after = path[at], path[at + 1]
            there = seconds[before]
            begin = free[at] + there[visit]
            if begin > latest:
                continue
            if begin < earliest:
                begin = earliest
            if begin + inside + onward[after] > must[at + 1]:
                continue
            cost = there[visit] + onward[after] - there[after]
            if cost < least:
                least, best = cost, at
        return least, best

    def put(self, visit: int, nurse: int, at: int) -> None:
        """Put a visit after a stop, where `best` said that it fits."""
        old, seconds = self.paths[nurse], self.seconds[nurse]
        before, after = old[at], old[at + 1]
        self.cost[nurse] += seconds[before][visit] + seconds[visit][after] - seconds[before][after]
        self.free[nurse] = self._free(visit, nurse, at)
        self.must[nurse] = self._must(visit, nurse, at)
        self.paths[nurse] = [*old[: at + 1], visit, *old[at + 1 :]]
        self._changed(nurse)

    def _free(self, visit: int, nurse: int, at: int) -> list[int]:
        """As far as the waiting before a later visit does not swallow the difference."""
        path, was, seconds = self.paths[nurse], self.free[nurse], self.seconds[nurse]
        earliest, inside, free, last = self.earliest, self.inside, was[: at + 1], visit
        now = max(was[at] + seconds[path[at]][visit], earliest[visit]) + inside[visit]
        free.append(now)
        for place in range(at + 1, len(path)):
            stop = path[place]
            now += seconds[last][stop]
            if now < earliest[stop]:
                now = earliest[stop]
            now += inside[stop]
            if now == was[place]:
                return free + was[place:]
            free.append(now)
            last = stop
        return free

    def _must(self, visit: int, nurse: int, at: int) -> list[int]:
        path, was, seconds = self.paths[nurse], self.must[nurse], self.seconds[nurse]
        latest, inside, next_ = self.latest, self.inside, path[at + 1]
        end = min(was[at + 1] - seconds[visit][next_] - inside[visit], latest[visit])
        found, next_, place = [end], visit, at
        while place >= 0:
            stop = path[place]
            end -= seconds[stop][next_] + inside[stop]
            if end > latest[stop]:
                end = latest[stop]
            if end == was[place]:
                break
            found.append(end)
            next_, place = stop, place - 1
        return was[: place + 1] + found[::-1] + was[at + 1 :]


def _between(seconds: Numbers, places: Sequence[int]) -> list[list[int]]:
    """From stop to stop, as lists: single cells of them are read several times as fast as of an array. The last stop is
    home for who has none, to and from which nobody travels."""
    cells = np.zeros((len(places) + 1, len(places) + 1), dtype=np.int64)
    cells[:-1, :-1] = seconds[np.ix_(places, places)]
    found: list[list[int]] = cells.tolist()
    return found
