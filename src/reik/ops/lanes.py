"""One lane per destination: its own queue, concurrency, time-out and circuit, so that no peer delays another.

Runs on the event loop only and knows no database: messages come in by `take`, outcomes go out by `report`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from reik.interop import Accepted, Delivered, Failed, Result
from reik.kernel.outbox import ALERT

log = logging.getLogger(__name__)

CUT_AFTER = 5  # failures in a row
SHORTEST_CUT, LONGEST_CUT = 5.0, 60.0  # seconds
FIRST_RETRY, LAST_RETRY = timedelta(seconds=2), timedelta(hours=1)
AHEAD = 0.1  # seconds of work that a lane may hold besides what is under way
MOST_HELD = 512
OWN_SHARE = 4  # what a lane may always hold, however much slow lanes hold


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process may send until its lease ends."""

    start_before: float  # on the loop's clock: later there is no time left for a whole attempt
    id: UUID
    destination_id: UUID
    body: str
    priority: int
    attempts: int  # with the one that is about to be made
    gives_up_at: datetime
    leased_until: datetime  # with `attempts` the mark by which the database knows this lease
    untold: bool  # no failure of it has been announced yet


class Ending(Enum):
    SENT = auto()
    AGAIN = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written about one leased message. Without `error` nothing was tried and nothing is told."""

    message: Leased
    ending: Ending
    available_at: datetime
    attempts: int
    error: str = ""
    accepted_by: str = ""


def outcome(message: Leased, result: Result, now: datetime) -> Outcome:
    """Sent, given up, or again after 2 s, 4 s, 8 s … 1 h (a fifth more or less, so that peers are not hit in step)."""
    if isinstance(result, Delivered):
        return Outcome(message, Ending.SENT, now, message.attempts)
    if isinstance(result, Accepted):
        return Outcome(message, Ending.SENT, now, message.attempts, accepted_by=result.by)
    wait = min(FIRST_RETRY * 2 ** min(message.attempts - 1, 16), LAST_RETRY) * random.uniform(0.8, 1.2)  # noqa: S311
    again = now + min(max(wait, result.retry_after or wait), LAST_RETRY)
    ending = Ending.GIVEN_UP if result.permanent or again >= message.gives_up_at else Ending.AGAIN
    return Outcome(message, ending, again, message.attempts, result.error)


def given_back(message: Leased, now: datetime, error: str = "") -> Outcome:
    """Not tried: the attempt does not count. With an `error` it was not tried because the peer does not answer."""
    return Outcome(message, Ending.AGAIN, now, message.attempts - 1, error)


def out_of_time(message: Leased, now: datetime) -> Outcome:
    return Outcome(message, Ending.GIVEN_UP, now, message.attempts - 1)


class Circuit:
    """Cuts off a peer after five failures in a row: for 5 s, doubling to 60 s; then one message tries for all."""

    def __init__(self) -> None:
        self.error = ""
        self._failures = 0
        self._cut = 0.0  # seconds of the present cut, 0 when closed
        self._until = 0.0

    def left(self, at: float) -> float:
        """Seconds that the peer is still cut off at loop time `at`; 0 when something may be sent."""
        return max(0.0, self._until - at) if self._cut else 0.0

    @property
    def trying(self) -> bool:
        """The peer was cut off and has not answered since: one attempt at a time."""
        return self._cut > 0

    def succeeded(self) -> None:
        self._failures, self._cut, self.error = 0, 0.0, ""

    def failed(self, error: str, at: float) -> bool:
        """Note a failure; True when this one cuts the peer off. Stragglers of before the cut change nothing."""
        self._failures += 1
        if self.left(at) or (self._failures < CUT_AFTER and not self._cut):
            return False
        self._cut = min(self._cut * 2, LONGEST_CUT) if self._cut else SHORTEST_CUT
        self._until, self.error = at + self._cut, error
        return True


Attempt = Callable[[Leased], Awaitable[Result]]
Report = Callable[[Outcome], None]


async def _tried(attempt: Attempt, message: Leased) -> Result:
    try:
        return await attempt(message)
    except Exception as error:  # a fault of ours must not stop the lane
        log.exception("sending message %s failed by a fault in Reik", message.id)
        return Failed(f"fault in Reik ({type(error).__name__})", answered=True)


class Lane:
    """Sends the messages of one destination, alerts first; a quarter of its places is never given to reports."""

    def __init__(self, destination_id: UUID, report: Report, clock: Callable[[], datetime]) -> None:
        self.destination_id = destination_id
        self.circuit = Circuit()
        self._report, self._clock = report, clock
        self._loop = asyncio.get_running_loop()
        self._waiting: tuple[deque[Leased], deque[Leased]] = (deque(), deque())  # alerts, reports
        self._under_way = [0, 0]
        self._pace = 0.03  # seconds per attempt, smoothed
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers = 0  # counted apart: a task that has ended leaves the set only a moment later
        self._places = 1
        self._attempt: Attempt | None = None

    def fit(self, attempt: Attempt, places: int) -> None:
        """Set how this lane sends from now on, and how many messages at once."""
        self._attempt, self._places = attempt, places

    @property
    def held(self) -> int:
        return sum(map(len, self._waiting)) + sum(self._under_way)

    def room(self, free: int, *, reports: bool) -> int:
        """How many more alerts (or reports) this lane may be leased, when `free` are free in the whole process."""
        if self.circuit.trying:
            return 0 if self.circuit.left(self._loop.time()) else max(0, 1 - self.held)
        most = min(int(self._places * (1 + AHEAD / self._pace)), MOST_HELD)
        most = max(most, 2 * self._places)
        held = self.held
        if reports:
            return max(0, min(most // 2 - held, max(free, OWN_SHARE - held)))
        ahead = held - len(self._waiting[1])
        return max(0, min(most - ahead, max(free, OWN_SHARE - ahead)))

    def take(self, messages: Iterable[Leased]) -> None:
        """Queue leased messages and start sending."""
        for each in messages:
            self._waiting[each.priority != ALERT].append(each)
        if self.circuit.left(self._loop.time()):
            self._give_up_waiting()
        for _ in range(min(self._places - self._workers, sum(map(len, self._waiting)))):
            task = self._loop.create_task(self._work())
            self._workers += 1
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def stop(self) -> set[asyncio.Task[None]]:
        """Give back what was not begun; gives the tasks that are still sending."""
        for queue in self._waiting:
            while queue:
                self._report(given_back(queue.popleft(), self._clock()))
        return set(self._tasks)

    async def _work(self) -> None:
        assert self._attempt is not None
        try:
            while (message := self._next()) is not None:
                kind = int(message.priority != ALERT)
                self._under_way[kind] += 1
                begun = self._loop.time()
                try:
                    result = await _tried(self._attempt, message)
                except asyncio.CancelledError:
                    # Perhaps it arrived; the key is the same when it is sent again.
                    self._report(Outcome(message, Ending.AGAIN, self._clock(), message.attempts))
                    raise
                finally:
                    self._under_way[kind] -= 1
                ended = self._loop.time()
                self._pace += 0.2 * (max(ended - begun, 0.001) - self._pace)
                self._report(outcome(message, result, self._clock()))
                self._heed(result, ended)
        finally:
            self._workers -= 1

    def _next(self) -> Leased | None:
        """The next message that may start now; those whose lease has grown too old are given back."""
        at = self._loop.time()
        while True:
            if self.circuit.trying and any(self._under_way):
                return None
            if self._waiting[0]:
                message = self._waiting[0].popleft()
            elif self._waiting[1] and self._under_way[1] < max(1, self._places - (self._places + 3) // 4):
                message = self._waiting[1].popleft()
            else:
                return None
            if at <= message.start_before:
                return message
            self._report(given_back(message, self._clock()))

    def _heed(self, result: Result, at: float) -> None:
        if isinstance(result, Delivered | Accepted) or result.answered:
            self.circuit.succeeded()
        elif self.circuit.failed(result.error, at):
            log.warning("destination %s is cut off for %d s", self.destination_id, self.circuit.left(at))
            self._give_up_waiting()

    def _give_up_waiting(self) -> None:
        """Tell at once of all that waits here that it does not arrive, so that the next person is called (R56)."""
        until = self._clock() + timedelta(seconds=self.circuit.left(self._loop.time()))
        for queue in self._waiting:
            while queue:
                self._report(given_back(queue.popleft(), until, self.circuit.error))
