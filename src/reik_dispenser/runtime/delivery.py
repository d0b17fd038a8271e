"""What goes up and when, without I/O: one array under way, oldest first, until Reik's receipt (sections 2 to 4).

Times are seconds of any steadily rising clock, handed in.
"""

from collections.abc import Callable
from math import inf
from random import Random

from reik_dispenser.messages import Event
from reik_dispenser.runtime.journal import Journal, Kept, unsendable
from reik_dispenser.wire import MAX_ELEMENTS, MAX_PAYLOAD_BYTES

REPEAT_S = 60.0
LONGEST_S = 600.0
SPREAD = 0.2
NEWEST_RECEIPT_S = 2.0
_ROOM = MAX_PAYLOAD_BYTES - 64


class Delivery:
    """Chooses the next array. `moment_open` is asked whenever it matters."""

    def __init__(self, journal: Journal, random: Random, moment_open: Callable[[], bool]) -> None:
        self._journal = journal
        self._random = random
        self._moment_open = moment_open
        self._under_way: list[Kept] = []
        self._due = inf  # when the array under way is repeated
        self._times_sent = 0
        self._not_before = 0.0
        self._fresh: list[Kept] = []
        self._again: list[Kept] = []
        self._single_until: tuple[int, int] = (0, 0)

    def connected(self, at: float) -> None:
        """A new session: nothing is under way, and the newest receipt may come first."""
        self._under_way, self._times_sent = [], 0
        self._not_before = at + (0.0 if self._moment_open() else NEWEST_RECEIPT_S)

    def recorded(self, events: list[Kept]) -> None:
        """New events are in the journal. Those of an open moment may overtake what waits."""
        if (
            self._moment_open()
            and not self._one_by_one
            and (self._under_way or len(self._journal) > len(events))
        ):
            self._fresh += events

    @property
    def _one_by_one(self) -> bool:
        oldest = self._journal.oldest(1, _ROOM)
        return bool(oldest) and (oldest[0].epoch, oldest[0].seq) <= self._single_until

    def next(self, at: float) -> list[Kept]:
        """The array to send now; empty when nothing is due. Asking is sending."""
        if self._fresh:
            fresh = self._fresh[:MAX_ELEMENTS]
            self._fresh = self._fresh[MAX_ELEMENTS:]
            return [each for each in fresh if each.epoch == fresh[0].epoch and self._journal.waits(each)]
        if self._again:
            return self._take_again()
        if at < self._not_before:
            return []
        self._under_way = [each for each in self._under_way if self._journal.waits(each)]
        if self._under_way and self._moment_open() and self._due > at + REPEAT_S * (1 + SPREAD):
            self._due = at + self._patience()  # a moment opened: no more waiting for minutes
        if self._under_way and at < self._due:
            return []
        if not self._under_way:
            self._times_sent = 0
            self._under_way = self._journal.oldest(1 if self._one_by_one else MAX_ELEMENTS, _ROOM)
        if self._under_way:
            self._due = at + self._patience()
            self._times_sent += 1
        return self._under_way

    def _take_again(self) -> list[Kept]:
        """What Reik asked for once more: sent once per asking."""
        size, taken = 2, 0
        for each in self._again[:MAX_ELEMENTS]:
            size += len(each.body) + 1
            if taken and (size > _ROOM or each.epoch != self._again[0].epoch):
                break
            taken += 1
        batch, self._again = self._again[:taken], self._again[taken:]
        return batch

    def _patience(self) -> float:
        """60 s and 20 % either way, doubling to 10 minutes; 60 s while a moment is open."""
        doubled = REPEAT_S if self._moment_open() else min(LONGEST_S, REPEAT_S * 2.0**self._times_sent)
        return doubled * self._random.uniform(1 - SPREAD, 1 + SPREAD)

    def wake(self, at: float) -> float:
        """When `next` is worth asking again, if nothing happens before."""
        if self._fresh or self._again:
            return at
        if not len(self._journal):
            return inf
        if any(self._journal.waits(each) for each in self._under_way):
            return max(self._due, self._not_before)
        return max(at, self._not_before)

    def resend(self, epoch: int, start: int, end: int) -> list[tuple[int, int]]:
        """Reik asks for a gap; gives the ranges that are gone, to be owned up to."""
        there, gone = self._journal.between(epoch, start, end)
        self._again = there
        return gone

    def refused(self, make: Callable[[Kept], Event] = unsendable) -> Kept | None:
        """Reik refused a payload. First one by one; one that is refused alone gives way to `event_unsendable`."""
        waiting = [each for each in self._under_way if self._journal.waits(each)]
        self._under_way = []
        if len(waiting) == 1 and self._one_by_one:
            return self._journal.replace(make(waiting[0]))
        newest = self._journal.newest_waiting()
        self._fresh = []
        if newest is not None:
            self._single_until = (newest.epoch, newest.seq)
        return None


def array_body(events: list[Kept]) -> bytes:
    """The body of an `up` payload: one object, or an array."""
    return events[0].body if len(events) == 1 else b"[" + b",".join(each.body for each in events) + b"]"
