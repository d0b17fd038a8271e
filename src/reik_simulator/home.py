"""One device with its household in virtual time, from one thing to the next."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from reik_dispenser.capabilities import REIK_OPEN
from reik_dispenser.inputs import (
    Booted,
    Input,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import step
from reik_dispenser.memory import remember, revive
from reik_dispenser.messages import Clock, Event
from reik_dispenser.outputs import Advance, Cut, Output, Record, SetClock
from reik_dispenser.state import Device
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.household import Coming, Household
from reik_simulator.profiles import PROFILES, Profile


@dataclass(slots=True)
class Home:
    """One device with its household and mechanics in virtual time; `events` is all that it would have sent.

    `now` is both the device's clock and the world's: NTP tells the truth at every start.
    """

    now: datetime
    household: Household
    mechanism: Mechanism
    device: Device = field(default_factory=Device)
    events: list[Event] = field(default_factory=list)
    _coming: list[tuple[datetime, int, Input]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def start(self, *, evidence: str = "removed") -> None:
        """Switch on, and again after the power was away."""
        occupied = self.mechanism.tray is not None if evidence == "removed" else None
        seq, highest = self.device.seq, self.device.highest
        self.put(
            Booted(
                epoch=max(1, self.device.epoch), last_seq=seq, highest_command=highest, session=f"{seq:016x}",
                evidence=evidence, tray_occupied=occupied,
                capabilities=REIK_OPEN.to_data() if evidence == REIK_OPEN.evidence else {},
            )
        )  # fmt: skip
        self.put(TimeHeard(Clock.NTP, self.now))

    def power_cut(self, off: timedelta) -> None:
        """The power goes, battery and all; only memory is left. What people do meanwhile is lost on the device."""
        self.device = revive(remember(self.device))
        self.mechanism.stop()
        self.now += off
        self._coming = [each for each in self._coming if each[0] > self.now]
        heapq.heapify(self._coming)
        self.start(evidence=self.device.evidence)

    def put(self, input: Input) -> None:
        """Something happens now."""
        self.mechanism.notes(input)
        self.device, outputs = step(self.device, input, self.now)
        for output in outputs:
            self._answer(output)
        self.expect(self.household.looks(self.device, self.now))

    def _answer(self, output: Output) -> None:
        if isinstance(output, Record):
            self.events.append(output.event)
        elif isinstance(output, SetClock):
            self.now = output.to
        elif isinstance(output, Advance | Cut):
            self.expect(Coming(self.now + after, input) for after, input in self.mechanism.moves(output))
        self.expect(self.household.sees(output, self.device, self.now))

    def expect(self, coming: Iterable[Coming]) -> None:
        """Remember what will happen."""
        for each in coming:
            heapq.heappush(self._coming, (each.at, next(self._numbers), each.input))

    @property
    def next_at(self) -> datetime | None:
        """When something happens next, if nothing is put before; None: never."""
        upcoming = self._coming[0][0] if self._coming else None
        found = [each for each in (self.device.wake_at, upcoming) if each is not None]
        return max(self.now, min(found)) if found else None

    def run_until(self, when: datetime) -> None:
        """Let time pass, from one thing to the next."""
        while True:
            wake = self.device.wake_at or when
            upcoming = self._coming[0][0] if self._coming else when
            at = min(max(self.now, min(wake, upcoming)), when)
            self.now = at
            if self._coming and self._coming[0][0] <= at:
                self.put(heapq.heappop(self._coming)[2])
            elif at >= when:
                self.put(Ticked())
                return
            else:
                self.put(Ticked())


def home(now: datetime, profile: str | Profile, seed: int, rates: FaultRates | None = None) -> Home:
    """A home that lives the same life for the same seed."""
    random = Random(seed)  # noqa: S311 - a household, no secret
    known = PROFILES[profile] if isinstance(profile, str) else profile
    return Home(now, Household(known, random), Mechanism(random, rates or FaultRates()))
