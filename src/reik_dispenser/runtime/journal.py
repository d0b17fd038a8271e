"""The store-and-forward journal: events that Reik has not receipted, through power loss at any byte (section 3).

One file of records (length, CRC-32, JSON); a record is one append, so that a batch is there as a whole or not
at all. What follows the first torn record is cut off when the journal is opened.
"""

import json
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reik_dispenser.canonical import canonical, digest_of, read_at, write_at
from reik_dispenser.messages import Event
from reik_dispenser.runtime.disk import HEAD, Disk, framed, read_frame
from reik_dispenser.wire import event_body

FILE = "journal"
CAPACITY = 10_000
FULL_FROM, EASE_BELOW = 0.8, 0.7
KEPT_EVENTS = 1_000
KEPT_FOR = timedelta(days=7)
_SLACK = 1 << 18


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is sent: the bytes never change, so that it counts once however often it is sent."""

    epoch: int
    seq: int
    at: datetime
    body: bytes


class Journal:
    """Events in order, oldest first. Several epochs can be in it: what an older one left is still sent."""

    def __init__(self, disk: Disk, *, capacity: int = CAPACITY) -> None:
        """Open, or begin. Raises OSError when the disk cannot be read."""
        self._disk = disk
        self._capacity = capacity
        self._size = 0
        self._waiting: dict[tuple[int, int], Kept] = {}
        self._done: deque[tuple[datetime, Kept]] = deque()
        self._last: dict[int, int] = {}
        self._load(disk.read(FILE) or b"")

    # -- what is in it --------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """80 %: from here only what matters most should be recorded."""
        return len(self._waiting) >= self._capacity * FULL_FROM

    @property
    def has_ease(self) -> bool:
        """Well below 80 % again."""
        return len(self._waiting) < self._capacity * EASE_BELOW

    @property
    def has_room(self) -> bool:
        """Whether another event can be kept."""
        return len(self._waiting) < self._capacity

    def last_seq(self, epoch: int) -> int:
        """The highest number of this epoch; 0 when none."""
        return self._last.get(epoch, 0)

    @property
    def last_epoch(self) -> int:
        """The highest epoch; 0 for an empty journal."""
        return max(self._last, default=0)

    def oldest(self, limit: int, max_bytes: int) -> list[Kept]:
        """The oldest events not receipted, of one epoch, that fit in one array; always at least one if any."""
        found: list[Kept] = []
        size = 2
        for each in self._waiting.values():
            size += len(each.body) + 1
            if found and (each.epoch != found[0].epoch or size > max_bytes):
                break
            found.append(each)
            if len(found) == limit:
                break
        return found

    def waits(self, event: Kept) -> bool:
        """Whether this event has no receipt yet."""
        return (event.epoch, event.seq) in self._waiting

    def newest_waiting(self) -> Kept | None:
        """The latest event without a receipt."""
        return self._waiting[next(reversed(self._waiting))] if self._waiting else None

    def between(self, epoch: int, start: int, end: int) -> tuple[list[Kept], list[tuple[int, int]]]:
        """What is still there of a gap that Reik asks for, and the ranges that are gone."""
        there = {each.seq: each for _, each in self._done if each.epoch == epoch and start <= each.seq <= end}
        there |= {seq: each for (e, seq), each in self._waiting.items() if e == epoch and start <= seq <= end}
        gone: list[tuple[int, int]] = []
        before = start - 1
        for seq in [*sorted(there), end + 1]:
            if seq > before + 1:
                gone.append((before + 1, seq - 1))
            before = seq
        return [there[seq] for seq in sorted(there)], gone

    # -- what changes it ------------------------------------------------------------------------------

    def append(self, events: Sequence[Event]) -> list[Kept]:
        """Keep new events; all of them are durable on return. OSError: none of them is kept."""
        kept = [Kept(each.epoch, each.seq, each.at, event_body(each)) for each in events]
        if kept:
            self._write({"events": [json.loads(each.body) for each in kept]})
            for each in kept:
                self._take(each)
        return kept

    def replace(self, event: Event) -> Kept:
        """Another event under the same number, for one that Reik refuses alone (`event_unsendable`)."""
        return self.append([event])[0]

    def receipt(self, epoch: int, upto: int, now: datetime) -> bool:
        """Forget up to here. False for an epoch not held or a number above the own highest: then nothing is."""
        if upto > self.last_seq(epoch) or epoch not in self._last or upto < 0:
            return False
        done = [each for each in self._waiting.values() if each.epoch == epoch and each.seq <= upto]
        if done:
            # On a full disk the record is missing: after a power cut these events are sent once more, no harm.
            with suppress(OSError):
                self._write({"receipt": [epoch, upto, write_at(now)]})
            self._forget(done, now)
            self._compact()
        return True

    def wipe(self) -> None:
        """Forget everything."""
        self._disk.replace(FILE, b"")
        self._waiting.clear()
        self._done.clear()
        self._last.clear()
        self._size = 0

    # -- the file -------------------------------------------------------------------------------------

    def _write(self, record: dict[str, object]) -> None:
        data = framed(canonical(record))
        self._disk.write(FILE, self._size, data)
        self._size += len(data)

    def _load(self, data: bytes) -> None:
        while (payload := read_frame(data, self._size)) is not None:
            try:
                self._replay(json.loads(payload))
            except (ValueError, KeyError, TypeError):
                break
            self._size += HEAD + len(payload)
        if self._size < len(data):
            self._disk.truncate(FILE, self._size)

    def _replay(self, record: dict[str, list[Any]]) -> None:
        if "receipt" in record:
            epoch, upto, now = record["receipt"]
            at = read_at(now)
            if at is None or not isinstance(upto, int):
                raise ValueError("a receipt that this version did not write")
            self._forget([e for e in self._waiting.values() if e.epoch == epoch and e.seq <= upto], at)
        for value in record.get("events", []):
            self._take(_kept(value))
        for epoch, last in record.get("last", []):
            self._last[epoch] = max(last, self.last_seq(epoch))

    def _take(self, event: Kept) -> None:
        self._waiting[event.epoch, event.seq] = event
        self._last[event.epoch] = max(event.seq, self.last_seq(event.epoch))

    def _forget(self, events: Iterable[Kept], now: datetime) -> None:
        for each in events:
            del self._waiting[each.epoch, each.seq]
            self._done.append((now, each))
        while self._done and (len(self._done) > KEPT_EVENTS or self._done[0][0] < now - KEPT_FOR):
            self._done.popleft()

    def _compact(self) -> None:
        """Write the file anew when most of it is of no use any more. On a full disk it waits."""
        useful = sum(len(each.body) for _, each in self._done)
        useful += (
            sum(len(each.body) for each in self._waiting.values()) if len(self._waiting) < 500 else self._size
        )
        if self._size < 2 * useful + _SLACK:
            return
        data = b"".join(framed(canonical(record)) for record in self._whole())
        try:
            self._disk.replace(FILE, data)
        except OSError:
            return
        self._size = len(data)

    def _whole(self) -> Iterable[dict[str, object]]:
        yield {"last": [[epoch, last] for epoch, last in self._last.items()]}
        for at, each in self._done:
            yield {"events": [json.loads(each.body)]}
            yield {"receipt": [each.epoch, each.seq, write_at(at)]}
        for each in self._waiting.values():
            yield {"events": [json.loads(each.body)]}


def _kept(value: object) -> Kept:
    if not isinstance(value, dict):
        raise TypeError("an event is an object")
    at = read_at(value["at"])
    if at is None:
        raise ValueError("an event has an instant")
    return Kept(value["epoch"], value["seq"], at, canonical(value))


def unsendable(event: Kept) -> Event:
    """What takes the place of an event that Reik refuses alone (section 2)."""
    value = json.loads(event.body)
    data: dict[str, object] = {"type": value["type"], "sha256": digest_of(value).hex()}
    return Event(epoch=event.epoch, seq=event.seq, at=event.at, type="event_unsendable", data=data)
