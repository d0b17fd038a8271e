"""One step under way: the state as it becomes and what has been put out so far. Lives only inside `machine.step`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reik_dispenser.messages import Event, EventType, FaultCode
from reik_dispenser.outputs import Output, Record, Show
from reik_dispenser.roll import Fate, Sachet
from reik_dispenser.state import Device, OpenFault, Progress

# What is recorded from 80 % on (section 3): evidence, holds, answers and closings.
ESSENTIAL = frozenset(
    {
        EventType.STARTED, EventType.BUTTON_PRESSED, EventType.SACHET_PRESENTED, EventType.SACHET_TAKEN_OUT,
        EventType.SACHET_RETAINED, EventType.SACHET_REMOVED, EventType.ROLL_LOADED, EventType.ROLL_REMOVED,
        EventType.UNLOCKED, EventType.LOCKED, EventType.PAUSED, EventType.RESUMED, EventType.MOMENT_CLOSED,
        EventType.PLAN_APPLIED, EventType.COMMAND_RESULT, EventType.EVENTS_LOST,
    }
)  # fmt: skip


class Turn:
    """Collects the changes and outputs of one step."""

    __slots__ = ("device", "now", "outputs")

    def __init__(self, device: Device, now: datetime) -> None:
        self.device = device
        self.now = now
        self.outputs: list[Output] = []

    def change(self, **fields: Any) -> None:
        """Set fields of the device."""
        self.device = replace(self.device, **fields)

    def put(self, output: Output) -> None:
        """Ask for something to be done."""
        self.outputs.append(output)

    def show(self, show: Show) -> None:
        """Put a sentence on the screen."""
        self.outputs.append(show)

    def record(self, type: EventType, data: dict[str, object], *, always: bool = False) -> OpenFault:
        """Record an event under the next number; (0, 0) when the journal is too full for this type."""
        device = self.device
        if device.journal_full and not always and type not in ESSENTIAL:
            return OpenFault(0, 0)
        self.change(seq=device.seq + 1)
        at = self.now.astimezone(UTC)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        event = Event(epoch=device.epoch, seq=device.seq + 1, at=at, type=type.value, data=data)
        self.outputs.append(Record(event))
        return OpenFault(event.epoch, event.seq)

    def raise_fault(self, code: FaultCode, **more: object) -> None:
        """Open an episode, unless one of this code is open already."""
        if code in self.device.faults:
            return
        data = {"code": code.value, **{key: value for key, value in more.items() if value not in (None, "")}}
        where = self.record(EventType.FAULT, data, always=code is FaultCode.JOURNAL_FULL)
        self.change(faults={**self.device.faults, code: where})

    def clear_fault(self, code: FaultCode) -> None:
        """End the episode of this code, if one is open."""
        where = self.device.faults.get(code)
        if where is None:
            return
        self.change(faults={key: value for key, value in self.device.faults.items() if key is not code})
        if where.seq:
            self.record(
                EventType.FAULT_CLEARED,
                {"fault": {"epoch": where.epoch, "seq": where.seq}},
                always=code is FaultCode.JOURNAL_FULL,
            )

    def set_progress(self, progress: Progress) -> None:
        """Put back a moment's progress."""
        self.change(progress={**self.device.progress, progress.moment.moment: progress})

    def set_fate(self, sachet: Sachet, stay: int, fate: Fate) -> None:
        """A sachet went its way: on the roll of its own stay, or remembered for when that roll comes back."""
        roll = self.device.roll
        if roll is not None and roll.stay == stay:
            self.change(roll=roll.with_fate(sachet.number, fate))
