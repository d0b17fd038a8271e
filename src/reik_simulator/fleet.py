"""Many devices in one process, each with its own MQTT session, household and mishaps."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from reik_dispenser.inputs import TimeHeard
from reik_dispenser.messages import Clock, StartReason
from reik_dispenser.runtime.client import Link
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.runtime.disk import Disk, Folder, RamDisk
from reik_dispenser.runtime.door import HttpsDoor
from reik_dispenser.runtime.enrolment import Enrolment
from reik_dispenser.runtime.hardware import Make, OwnClock
from reik_dispenser.runtime.mqtt import Session
from reik_dispenser.runtime.store import Store
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.house import House, MakesNoSense
from reik_simulator.household import Household
from reik_simulator.network import NetworkFaults, Switch, frail
from reik_simulator.profiles import Profile, profiles_for

log = logging.getLogger("reik.simulator")

NTP_EVERY_S = 600.0
LOOK_EVERY_S = 0.5
LEAST_HEARTBEAT_S = 5.0
HEARTBEAT_S, SPAN_S = 300.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A device with its household. `seed`: the same one lives the same life; `disk` None: none that stays."""

    enrolment: Enrolment
    profile: Profile
    seed: str
    disk: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all devices of a fleet share: the true time, how hurried machines are, and what goes wrong."""

    wall: Callable[[], datetime]
    speed: float = 1.0
    rates: FaultRates | None = None
    network: NetworkFaults | None = None
    make: Make | None = None


class Home:
    """One device in its home; `run` until cancelled. The plug may be pulled and put back meanwhile."""

    def __init__(self, resident: Resident, world: World) -> None:
        self.resident = resident
        self._world = world
        self._random = random = Random(resident.seed)  # noqa: S311 - households, no secrets
        self._new = resident.disk is not None and not (
            resident.disk.exists() and any(resident.disk.iterdir())
        )
        self._disk: Disk = Folder(resident.disk, sync=False) if resident.disk else RamDisk()
        self._plugged, self._pulled = asyncio.Event(), asyncio.Event()
        self._plugged.set()
        self._network = Switch()
        self.house = House(
            Mechanism(random, world.rates or FaultRates(), speed=world.speed),
            lambda: Household(resident.profile, random, speed=world.speed),
        )

    async def run(self) -> None:
        """On the mains until the plug is pulled, and so on."""
        try:
            while True:
                await self._plugged.wait()
                self._pulled.clear()
                await self._until_pulled(self._switch_on())
        finally:
            self.house.stop()

    async def _until_pulled(self, dispenser: Dispenser) -> None:
        working = asyncio.create_task(dispenser.run(), name=self.resident.enrolment.device)
        pulled = asyncio.create_task(self._pulled.wait())
        try:
            await asyncio.wait((working, pulled), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            for each in (working, pulled):
                each.cancel()
            await asyncio.gather(working, pulled, return_exceptions=True)

    def _switch_on(self) -> Dispenser:
        """Boot from the disk."""
        enrolment, world, random = self.resident.enrolment, self._world, self._random
        enrolled, self._new = self._new, False
        dispenser = Dispenser(
            enrolment=enrolment, store=Store(self._disk, world.wall(), reserve=False, enrolled=enrolled),
            hardware=self.house, clock=OwnClock(asyncio.get_running_loop().time, world.wall()), random=random,
            open_link=self._network.links(self._open_link()), make=world.make,
            door=self._network.door(HttpsDoor(enrolment)) if enrolment.https else None,
            span_s=SPAN_S / world.speed,
            heartbeat_s=max(min(LEAST_HEARTBEAT_S, HEARTBEAT_S), HEARTBEAT_S / world.speed),
        )  # fmt: skip
        self.house.dispenser = dispenser
        dispenser.boot(StartReason.ENROLLED if enrolled else StartReason.POWER)
        self.tell_time()
        self.house.look()
        return dispenser

    def _open_link(self) -> Callable[[Callable[[str, bytes], None]], Link]:
        enrolment, where = self.resident.enrolment, self.resident.enrolment.mqtt
        tls = enrolment.tls_context(where)

        def open_link(hear: Callable[[str, bytes], None]) -> Link:
            return Session(enrolment.device, enrolment.password, where.host, where.port, hear, tls=tls)

        return frail(open_link, self._world.network, self._random) if self._world.network else open_link

    def tell_time(self) -> None:
        """NTP says what time it is."""
        if self.house.dispenser is not None:
            self.house.dispenser.put(TimeHeard(Clock.NTP, self._world.wall()))

    def unplug(self) -> None:
        """Mains and battery out: off and silent at once. Raises MakesNoSense when it is."""
        if not self._plugged.is_set():
            raise MakesNoSense("The device has no power already.")
        self._plugged.clear()
        self._pulled.set()
        self.house.darken()

    def plug(self) -> None:
        """Power again: it boots from its disk. Raises MakesNoSense when it has power."""
        if self._plugged.is_set():
            raise MakesNoSense("The device is plugged in already.")
        self._plugged.set()

    def cut(self) -> None:
        """The network of this home falls away. Raises MakesNoSense when it has."""
        if self._network.is_cut:
            raise MakesNoSense("The network is away already.")
        self._network.cut()

    def mend(self) -> None:
        """The network is back. Raises MakesNoSense when it was never away."""
        if not self._network.is_cut:
            raise MakesNoSense("The network is there.")
        self._network.mend()

    def view(self) -> dict[str, object]:
        """What stands before a person at this device."""
        return self.house.view(self.resident.enrolment.device, self._world.wall())


class Fleet:
    """`enrolments` are the documents of contract section 1. `run` until cancelled; `wall` is the true time.

    `speed` hurries machines and mishaps (motor, repairs, refills, heartbeats, reconnecting), never the clock:
    a day in minutes comes from a plan of fractional minutes. With `folder` each device keeps its disk there;
    without, it begins each time as one that lost its disk: a new epoch, and obeying only its session.
    `arrivals` is asked twice a second who moved in, or came to stay under other secrets.
    """

    def __init__(
        self,
        enrolments: Sequence[Mapping[str, object]] = (),
        *,
        wall: Callable[[], datetime],
        profiles: Sequence[str] = (),
        speed: float = 1.0,
        seed: int = 0,
        rates: FaultRates | None = None,
        network: NetworkFaults | None = None,
        folder: Path | None = None,
        make: Make | None = None,
        arrivals: Callable[[], Sequence[Resident]] = tuple,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed is above 0")
        self._world = World(wall=wall, speed=speed, rates=rates, network=network, make=make)
        self._arrivals = arrivals
        random = Random(seed)  # noqa: S311 - households, no secrets
        read = [Enrolment.from_data(each) for each in enrolments]
        self._first = [
            Resident(
                enrolment=each, profile=profile, seed=f"{each.device}{random.random()}",
                disk=folder / each.device if folder else None,
            )
            for each, profile in zip(read, profiles_for(len(read), profiles, random), strict=True)
        ]  # fmt: skip
        self.homes: dict[str, Home] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    @property
    def dispensers(self) -> dict[str, Dispenser]:
        """The devices that have power, by name."""
        return {
            name: home.house.dispenser
            for name, home in self.homes.items()
            if home.house.dispenser is not None
        }

    async def run(self) -> None:
        """All devices, until cancelled. An error of one device ends all of them, loudly."""
        async with asyncio.TaskGroup() as tasks:
            for each in self._first:
                self._move_in(each, tasks)
            tasks.create_task(self._days())
            tasks.create_task(self._receive_arrivals(tasks))
            await self._tell_time()

    def _move_in(self, resident: Resident, tasks: asyncio.TaskGroup) -> None:
        home = self.homes[resident.enrolment.device] = Home(resident, self._world)
        self._lives[resident.enrolment.device] = tasks.create_task(home.run(), name=resident.enrolment.device)

    async def _receive_arrivals(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            for resident in self._arrivals():
                before = self._lives.pop(resident.enrolment.device, None)
                if before is not None:  # one device has one disk: never two at once
                    before.cancel()
                    await asyncio.gather(before, return_exceptions=True)
                self._move_in(resident, tasks)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _tell_time(self) -> None:
        """NTP, and people who look at their device now and then; a plan that came in between is seen."""
        loop = asyncio.get_running_loop()
        told = loop.time()
        while True:
            await asyncio.sleep(1.0)
            for home in self.homes.values():
                home.house.look()
            if loop.time() - told >= NTP_EVERY_S:
                told = loop.time()
                for home in self.homes.values():
                    home.tell_time()

    async def _days(self) -> None:
        while True:
            for home in self.homes.values():
                home.house.live_a_day()
            await asyncio.sleep(timedelta(days=1).total_seconds() / self._world.speed)


async def run_until_stopped(fleet: Fleet, seconds: float | None = None) -> None:
    """Run the fleet, for so many seconds if given."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await fleet.run()
