"""A device on the bench, for all tests of the machine: it carries out what the machine wants, and keeps the events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from reik_dispenser.canonical import plan_sha256, write_at
from reik_dispenser.inputs import (
    Booted,
    ButtonPressed,
    CommandReceived,
    Input,
    RollInserted,
    SachetPresented,
    SachetRead,
    SachetTaken,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import step
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Clock, Command, Event
from reik_dispenser.outputs import Advance, Cut, Output, Record, SetClock, Show
from reik_dispenser.state import Device, Phase

EIGHT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ROLL = "26-0418"
SESSION = "0123456789abcdef"


def moment(
    name: str = "m1", at: datetime = EIGHT, sachets: Sequence[int] = (1,), **more: object
) -> dict[str, object]:
    """One moment of a `set_plan`."""
    usual: dict[str, object] = {
        "moment": name, "at": write_at(at), "local": "08:00", "signals": [0, 10, 20], "early_min": 30,
        "window_min": 45, "late_min": 120, "gap_min": 0, "sachets": list(sachets), "whole": False,
    }  # fmt: skip
    return usual | more


def plan_data(moments: Iterable[dict[str, object]], version: int = 1, roll: str = ROLL) -> dict[str, object]:
    listed = list(moments)
    return {
        "version": version, "sha256": plan_sha256(listed), "client_label": "A", "zone": "Europe/Amsterdam",
        "roll": roll, "moments": listed,
    }  # fmt: skip


@dataclass
class Bench:
    """Runs one device in virtual time. `now` is the device's own clock."""

    now: datetime = EIGHT - timedelta(hours=2)
    device: Device = field(default_factory=Device)
    events: list[Event] = field(default_factory=list)
    last: tuple[Output, ...] = ()
    number: int = 0

    def put(self, input: Input, after: timedelta = timedelta()) -> tuple[Output, ...]:
        self.now += after
        self.device, self.last = step(self.device, input, self.now)
        for output in self.last:
            if isinstance(output, Record):
                self.events.append(output.event)
            elif isinstance(output, SetClock):
                self.now = output.to
        return self.last

    def boot(self, **more: object) -> Bench:
        self.put(replace(Booted(epoch=1, session=SESSION, last_seq=self.device.seq), **more))  # type: ignore[arg-type]
        return self

    def timed(self) -> Bench:
        self.put(TimeHeard(Clock.NTP, self.now))
        return self

    def command(self, type: str, **data: object) -> Event:
        """Send a command; gives its answer."""
        self.number += 1
        return self.send(self.number, type, data)

    def send(self, number: int, type: str, data: dict[str, object], **more: object) -> Event:
        command = Command(
            command=number,
            type=type,
            expires=self.now + timedelta(hours=1),
            now=self.now,
            session=SESSION,
            data=data,
        )
        self.put(CommandReceived(replace(command, **more)))  # type: ignore[arg-type]
        return next(event for event in reversed(self.events) if event.data.get("command") == number)

    def plan(self, *moments: dict[str, object], version: int = 1) -> Bench:
        answer = self.command("set_plan", **plan_data(moments, version))
        assert answer.data["result"] == "confirmed", answer
        return self

    def load(self, roll: str = ROLL, first: int = 1, last: int = 14) -> Bench:
        self.command("expect_roll", roll=roll, first=first, last=last, count=last - first + 1)
        self.put(RollInserted(roll=roll, first=first, last=last, count=last - first + 1))
        assert self.device.roll is not None
        assert self.device.roll.roll == roll
        return self

    def at(self, when: datetime) -> Bench:
        """Let time pass until then, with every deadline on the way met."""
        while self.device.wake_at is not None and self.now < self.device.wake_at <= when:
            self.now = self.device.wake_at
            self.put(Ticked())
        if self.now != when:
            self.now = when
            self.put(Ticked())
        return self

    def press(self) -> tuple[Output, ...]:
        return self.put(ButtonPressed())

    def motor(self) -> Bench:
        """The motor does what it was asked: reads, cuts, presents."""
        for output in self.last:
            if isinstance(output, Advance):
                self.put(SachetRead(output.sachet.roll, output.sachet.number), SECOND)
                assert self.wants(Cut), self.last
                self.put(SachetPresented(), SECOND)
        return self

    def take(self) -> Bench:
        self.put(SachetTaken(), SECOND)
        return self

    def hand_out(self) -> Bench:
        """Press and take everything that comes."""
        self.press()
        while self.wants(Advance):
            self.motor().take()
        return self

    def wants(self, type: type) -> bool:
        return any(isinstance(output, type) for output in self.last)

    def shown(self) -> list[str]:
        return [output.screen.value for output in self.last if isinstance(output, Show)]

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def of(self, type: str) -> list[Event]:
        return [event for event in self.events if event.type == type]

    def closings(self, name: str = "m1") -> list[object]:
        return [event.data["outcome"] for event in self.of("moment_closed") if event.data["moment"] == name]

    def power_cut(self, off: timedelta = timedelta(), **booted: object) -> Bench:
        """Lose power now; only what memory keeps comes back."""
        self.device = revive(remember(self.device))
        self.now += off
        return self.boot(highest_command=self.device.highest, **booted)


def ready(*moments: dict[str, object], **booted: object) -> Bench:
    """A device with a time, a roll of 14 and a plan."""
    return Bench().boot(**booted).timed().load().plan(*(moments or (moment(),)))


def test_the_cast_is_ready() -> None:
    bench = ready()
    assert bench.device.phase is Phase.READY
    assert [event.seq for event in bench.events] == list(range(1, len(bench.events) + 1))
    assert bench.at(EIGHT).hand_out().closings() == ["complete"]
