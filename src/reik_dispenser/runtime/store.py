"""State and journal on one disk, kept so that a power cut at any byte leaves them agreeing (section 3).

Three places: `identity` (epoch, highest command number, beats), apart from all else; `memory` (the machine's
state with the events of the step that made it); `journal`. The memory is the point of no return: events that
it holds and the journal does not are put into the journal when the device starts again.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reik_dispenser.canonical import canonical, read_at
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Event
from reik_dispenser.runtime.disk import Disk, TwoSlots
from reik_dispenser.runtime.journal import CAPACITY, Journal, Kept
from reik_dispenser.state import Device

log = logging.getLogger("reik.dispenser")

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock of this device can rightly say less: an epoch taken from such a time could be used twice."""
BEATS_AT_ONCE = 1_000
MEMORY_ROOM = 1 << 18
IDENTITY_ROOM = 1 << 10


class NeedsTime(Exception):
    """The epoch is lost and the clock cannot be right: wait for a time before starting."""


@dataclass(slots=True)
class _Identity:
    epoch: int
    highest: int | None
    beats: int = 0


@dataclass(slots=True)
class _Memory:
    device: Device
    events: list[Event] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)


class Store:
    """One device's disk. `device`, `epoch`, `last_seq` and `highest_command` are what `Booted` needs."""

    def __init__(
        self,
        disk: Disk,
        now: datetime,
        *,
        reserve: bool = True,
        capacity: int = CAPACITY,
        enrolled: bool = False,
    ) -> None:
        """Open and repair. `enrolled`: a new device, so nothing can have been lost. NeedsTime, OSError."""
        self._identity_slots = TwoSlots(disk, "identity", room=IDENTITY_ROOM if reserve else 0)
        self._memory_slots = TwoSlots(disk, "memory", room=MEMORY_ROOM if reserve else 0)
        self._beat = 0
        identity = self._read_identity()
        memory = self._read_memory()
        self.journal = Journal(disk, capacity=capacity)
        self.device = memory.device if memory else Device()
        self.lost: list[tuple[int, int]] = memory.lost if memory else []
        if identity is None and enrolled:
            identity, memory = _Identity(1, 0), _Memory(Device())
            self._write_identity(identity)
            self._write_memory(Device(), [])
        if identity is None or memory is None or not self._agrees(identity, memory):
            identity = self._begin_epoch(identity, now)
        self._identity = identity
        self._beat = identity.beats

    # -- opening --------------------------------------------------------------------------------------

    def _read_identity(self) -> _Identity | None:
        data = self._identity_slots.read()
        try:
            return _Identity(**json.loads(data)) if data else None
        except (ValueError, TypeError):
            return None

    def _read_memory(self) -> _Memory | None:
        data = self._memory_slots.read()
        if data is None:
            return None
        try:
            value = json.loads(data)
            events = [_event(each) for each in value["events"]]
            lost = [(start, end) for start, end in value["lost"]]
            return _Memory(revive(value["state"]), events, lost)
        except (ValueError, KeyError, TypeError):
            log.exception("the memory cannot be read: this device begins anew")
            return None

    def _agrees(self, identity: _Identity, memory: _Memory) -> bool:
        """Whether the journal holds what the memory says was recorded, after putting in the last step's events."""
        device = memory.device
        if device.epoch != identity.epoch:
            return device.epoch == 0 and device.seq == 0 and self.journal.last_epoch == 0
        last = self.journal.last_seq(identity.epoch)
        unkept = [seq for seq in range(last + 1, device.seq + 1) if not _within(memory.lost, seq)]
        events = [each for each in memory.events if each.seq in unkept]
        if last > device.seq or [each.seq for each in events] != unkept:
            return False
        self._keep(events)
        return True

    def _begin_epoch(self, before: _Identity | None, now: datetime) -> _Identity:
        """The next epoch; the unix time where the epoch itself is lost. Never one that was used before."""
        if before is not None:
            identity = _Identity(before.epoch + 1, before.highest)
        else:
            if now < EARLIEST:
                raise NeedsTime
            known = max(self.journal.last_epoch, self.device.epoch)
            identity = _Identity(max(int(now.timestamp()), known + 1), None)
        self._write_identity(identity)
        self.lost = []
        return identity

    def _write_identity(self, identity: _Identity) -> None:
        value = {"epoch": identity.epoch, "highest": identity.highest, "beats": identity.beats}
        self._identity_slots.write(canonical(value))

    def _write_memory(self, device: Device, events: Sequence[Event]) -> None:
        said, lost = [each.as_object() for each in events], [list(each) for each in self.lost]
        self._memory_slots.write(canonical({"state": remember(device), "events": said, "lost": lost}))

    # -- what the runtime asks ------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """The epoch in use."""
        return self._identity.epoch

    @property
    def last_seq(self) -> int:
        """The highest number used in this epoch, lost events included."""
        return self.device.seq if self.device.epoch == self.epoch else self.journal.last_seq(self.epoch)

    @property
    def highest_command(self) -> int | None:
        """The highest command number obeyed; None = lost."""
        return self._identity.highest

    def commit(self, device: Device, events: Sequence[Event]) -> list[Kept]:
        """Make a step durable, before any of it is carried out. Gives the events that can be sent.

        OSError only when the memory itself cannot be written; a journal without room loses events, and says so
        later (`lost`).
        """
        if device.highest != self._identity.highest and device.highest is not None:
            self._identity.highest = device.highest
            self._write_identity(self._identity)
        room = self.journal.has_room
        if not room:
            self._lose(events)
        self._write_memory(device, events if room else [])
        self.device = device
        return self._keep(events) if room else []

    def _keep(self, events: Sequence[Event]) -> list[Kept]:
        try:
            return self.journal.append(events)
        except OSError as error:
            log.warning("the journal cannot be written: %s", error)
            self._lose(events)
            return []

    def _lose(self, events: Sequence[Event]) -> None:
        """Their numbers are used; what they said is gone. One range for what follows on."""
        for each in events:
            if self.lost and self.lost[-1][1] == each.seq - 1:
                self.lost[-1] = (self.lost[-1][0], each.seq)
            else:
                self.lost.append((each.seq, each.seq))

    def next_beat(self) -> int:
        """A beat higher than any of this epoch, also after a power cut. Reserved in blocks to spare the disk."""
        if self._beat >= self._identity.beats:
            self._identity.beats = self._beat + BEATS_AT_ONCE
            self._write_identity(self._identity)
        self._beat += 1
        return self._beat

    def wipe(self) -> None:
        """Forget everything but the epoch, which rises, and the highest command number."""
        self._identity = _Identity(self.epoch + 1, self.highest_command)
        self._write_identity(self._identity)
        self.journal.wipe()
        self.device, self.lost, self._beat = Device(), [], 0
        self._write_memory(self.device, [])


def _within(ranges: Sequence[tuple[int, int]], seq: int) -> bool:
    return any(start <= seq <= end for start, end in ranges)


def _event(value: dict[str, object]) -> Event:
    at, epoch, seq, type_, data = (value[name] for name in ("at", "epoch", "seq", "type", "data"))
    instant = read_at(at)
    if (
        instant is None
        or not isinstance(epoch, int)
        or not isinstance(seq, int)
        or not isinstance(data, dict)
    ):
        raise ValueError("an event that this version did not write")
    return Event(epoch=epoch, seq=seq, at=instant, type=str(type_), data=data)
