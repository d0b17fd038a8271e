"""Many devices in one process, each with its own MQTT session, household and mishaps."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from reik_dispenser.inputs import Input, TimeHeard
from reik_dispenser.messages import Clock, StartReason
from reik_dispenser.outputs import Advance, Cut, Output, Reboot, StopMotor
from reik_dispenser.runtime.client import Link
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.runtime.disk import Disk, Folder, RamDisk
from reik_dispenser.runtime.door import HttpsDoor
from reik_dispenser.runtime.enrolment import Enrolment
from reik_dispenser.runtime.hardware import Make, OwnClock
from reik_dispenser.runtime.mqtt import Session
from reik_dispenser.runtime.store import Store
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.household import Household, Profile, profiles_for
from reik_simulator.network import NetworkFaults, frail

log = logging.getLogger("reik.simulator")

NTP_EVERY_S = 600.0
LEAST_HEARTBEAT_S = 5.0
HEARTBEAT_S, SPAN_S = 300.0, 60.0


class House:
    """The hardware of one simulated device: mechanics and people, in the time of the event loop."""

    def __init__(self, household: Household, mechanism: Mechanism) -> None:
        self.household = household
        self.mechanism = mechanism
        self.dispenser: Dispenser | None = None
        self._timers: set[asyncio.TimerHandle] = set()

    def state_at_boot(self) -> Mapping[str, object]:
        """See device.Hardware."""
        return {
            "mains": True,
            "battery_pct": 100.0,
            "lid_open": False,
            "tray_occupied": self.mechanism.tray is not None,
        }

    def carry_out(self, output: Output) -> None:
        """See device.Hardware."""
        if isinstance(output, Advance | Cut):
            for after, input in self.mechanism.moves(output):
                self._later(after.total_seconds(), input)
        elif isinstance(output, StopMotor | Reboot):
            self.mechanism.stop()
        if self.dispenser is None:
            return
        now = self.dispenser.clock.now()
        for each in self.household.sees(output, self.dispenser.state, now):
            self._later((each.at - now).total_seconds(), each.input)

    def look(self) -> None:
        """The household looks at the device, as people do now and then."""
        if self.dispenser is None or not self.dispenser.state.powered:
            return
        now = self.dispenser.clock.now()
        for each in self.household.looks(self.dispenser.state, now):
            self._later((each.at - now).total_seconds(), each.input)

    def live_a_day(self) -> None:
        """Mishaps of the day to come."""
        for after, input in self.mechanism.a_day():
            self._later(after.total_seconds(), input)

    def _later(self, seconds: float, input: Input) -> None:
        def happen() -> None:
            self._timers.discard(timer)
            if self.dispenser is not None:
                self.mechanism.notes(input)
                self.dispenser.put(input)
                self.look()

        timer = asyncio.get_running_loop().call_later(max(0.0, seconds), happen)
        self._timers.add(timer)

    def stop(self) -> None:
        """Nothing happens here any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


class Fleet:
    """`enrolments` are the documents of contract section 1. `run` until cancelled; `wall` is the true time.

    `speed` hurries machines and mishaps (motor, repairs, refills, heartbeats, reconnecting), never the clock:
    a day in minutes comes from a plan of fractional minutes. With `folder` each device keeps its disk there;
    without, it begins each time as one that lost its disk: a new epoch, and obeying only its session.
    """

    def __init__(
        self,
        enrolments: Sequence[Mapping[str, object]],
        *,
        wall: Callable[[], datetime],
        profiles: Sequence[str] = (),
        speed: float = 1.0,
        seed: int = 0,
        rates: FaultRates | None = None,
        network: NetworkFaults | None = None,
        folder: Path | None = None,
        make: Make | None = None,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed is above 0")
        self._wall = wall
        self._speed = speed
        self._random = Random(seed)  # noqa: S311 - households, no secrets
        self._rates = rates or FaultRates()
        self._network = network
        self._folder = folder
        self._make = make
        self._enrolments = [Enrolment.from_data(each) for each in enrolments]
        self._profiles = profiles_for(len(self._enrolments), profiles, self._random)
        self.dispensers: dict[str, Dispenser] = {}
        self._houses: list[House] = []

    async def run(self) -> None:
        """All devices, until cancelled. An error of one device ends all of them, loudly."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for enrolment, profile in zip(self._enrolments, self._profiles, strict=True):
                    dispenser = self._start(enrolment, profile)
                    tasks.create_task(dispenser.run(), name=enrolment.device)
                tasks.create_task(self._days())
                await self._tell_time()
        finally:
            for house in self._houses:
                house.stop()

    def _start(self, enrolment: Enrolment, profile: Profile) -> Dispenser:
        random = Random(f"{enrolment.device}{self._random.random()}")  # noqa: S311 - as above
        house = House(
            Household(profile, random, speed=self._speed), Mechanism(random, self._rates, speed=self._speed)
        )
        disk, enrolled = self._disk_of(enrolment.device)
        loop = asyncio.get_running_loop()
        store = Store(disk, self._wall(), reserve=False, enrolled=enrolled)
        dispenser = Dispenser(
            enrolment=enrolment, store=store, hardware=house, clock=OwnClock(loop.time, self._wall()), random=random,
            open_link=self._link_of(enrolment, random), door=HttpsDoor(enrolment) if enrolment.https else None,
            make=self._make, span_s=SPAN_S / self._speed,
            heartbeat_s=max(min(LEAST_HEARTBEAT_S, HEARTBEAT_S), HEARTBEAT_S / self._speed),
        )  # fmt: skip
        house.dispenser = dispenser
        self.dispensers[enrolment.device] = dispenser
        self._houses.append(house)
        dispenser.boot(StartReason.ENROLLED if enrolled else StartReason.POWER)
        dispenser.put(TimeHeard(Clock.NTP, self._wall()))
        house.look()
        return dispenser

    def _disk_of(self, device: str) -> tuple[Disk, bool]:
        """The device's disk, and whether it is a new one."""
        if self._folder is None:
            return RamDisk(), False
        path = self._folder / device
        new = not path.exists()
        return Folder(path, sync=False), new

    def _link_of(
        self, enrolment: Enrolment, random: Random
    ) -> Callable[[Callable[[str, bytes], None]], Link]:
        tls = enrolment.tls_context(enrolment.mqtt)

        def open_link(hear: Callable[[str, bytes], None]) -> Link:
            where = enrolment.mqtt
            return Session(enrolment.device, enrolment.password, where.host, where.port, hear, tls=tls)

        return frail(open_link, self._network, random) if self._network else open_link

    async def _tell_time(self) -> None:
        """NTP, and people who look at their device now and then; a plan that came in between is seen."""
        loop = asyncio.get_running_loop()
        told = loop.time()
        while True:
            await asyncio.sleep(1.0)
            for house in self._houses:
                house.look()
            if loop.time() - told >= NTP_EVERY_S:
                told = loop.time()
                for dispenser in self.dispensers.values():
                    dispenser.put(TimeHeard(Clock.NTP, self._wall()))

    async def _days(self) -> None:
        while True:
            for house in self._houses:
                house.live_a_day()
            await asyncio.sleep(timedelta(days=1).total_seconds() / self._speed)


async def run_until_stopped(fleet: Fleet, seconds: float | None = None) -> None:
    """Run the fleet, for so many seconds if given."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await fleet.run()
