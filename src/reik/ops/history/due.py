"""What is still to happen, in the order in which it will: the only clock of a history."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Act = Callable[[datetime], None]


class Due:
    """Acts with their instants; of two at one instant the one that was put first goes first."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()

    def put(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._acts, (at, next(self._numbers), act))

    def run_until(self, when: datetime) -> None:
        """Do everything up to and including that instant, also what is put meanwhile."""
        while self._acts and self._acts[0][0] <= when:
            at, _, act = heapq.heappop(self._acts)
            act(at)
