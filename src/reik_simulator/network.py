"""Bad networks around a fleet: sessions that break, messages that never arrive, and a switch that takes all away."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from reik_dispenser.runtime.client import Door, Link
from reik_dispenser.runtime.mqtt_packets import MqttError

NO_ANSWER_S = 30.0
OpenLink = Callable[[Callable[[str, bytes], None]], Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFaults:
    """`breaks_per_hour` of a session, `loses_down` chance per message down, `away` part of the tries that fail."""

    breaks_per_hour: float = 0.0
    loses_down: float = 0.0
    away: float = 0.0
    latency_s: float = 0.0


FRAIL = NetworkFaults(breaks_per_hour=6.0, loses_down=0.02, away=0.2, latency_s=0.3)


def frail(open_link: OpenLink, faults: NetworkFaults, random: Random) -> OpenLink:
    """The same links, through this network."""

    def opened(hear: Callable[[str, bytes], None]) -> Link:
        return _FrailLink(open_link, hear, faults, random)

    return opened


class _FrailLink:
    """A session that the network may end at any time."""

    def __init__(
        self, open_link: OpenLink, hear: Callable[[str, bytes], None], faults: NetworkFaults, random: Random
    ) -> None:
        self._faults = faults
        self._random = random
        self._hear = hear
        self._link = open_link(self._heard)
        self._timer: asyncio.TimerHandle | None = None
        self.closed = self._link.closed

    async def connect(self) -> None:
        """As the session's own, later, or not at all."""
        await asyncio.sleep(self._faults.latency_s * self._random.uniform(0.5, 1.5))
        if self._random.random() < self._faults.away:
            raise MqttError("no network")
        await self._link.connect()
        if self._faults.breaks_per_hour:
            wait = self._random.expovariate(self._faults.breaks_per_hour / 3600)
            self._timer = asyncio.get_running_loop().call_later(wait, self._link.abort)

    async def subscribe(self, topics: Sequence[str]) -> None:
        """As the session's own."""
        await self._link.subscribe(topics)

    def publish(self, topic: str, payload: bytes) -> int:
        """As the session's own: what is under way when the session breaks is lost."""
        return self._link.publish(topic, payload)

    def abort(self) -> None:
        """End it."""
        if self._timer is not None:
            self._timer.cancel()
        self._link.abort()

    def _heard(self, topic: str, payload: bytes) -> None:
        if self._random.random() >= self._faults.loses_down:
            self._hear(topic, payload)


class Switch:
    """All ways of one device to Reik: `cut` breaks them and lets none come up until `mend`."""

    def __init__(self) -> None:
        self._whole = asyncio.Event()
        self._whole.set()
        self._link: Link | None = None

    @property
    def is_cut(self) -> bool:
        """Whether nothing passes."""
        return not self._whole.is_set()

    def cut(self) -> None:
        """The session breaks at once."""
        self._whole.clear()
        if self._link is not None:
            self._link.abort()

    def mend(self) -> None:
        """Who is trying gets through, and so does who tries from now on."""
        self._whole.set()

    def links(self, open_link: OpenLink) -> OpenLink:
        """The same links, through this switch."""

        def opened(hear: Callable[[str, bytes], None]) -> Link:
            self._link = _SwitchedLink(open_link(hear), self)
            return self._link

        return opened

    def door(self, door: Door) -> Door:
        """The same door, through this switch."""
        return _SwitchedDoor(door, self)

    async def passed(self) -> None:
        """Wait as one waits for an answer that does not come. Raises TimeoutError when nothing passes."""
        await asyncio.wait_for(self._whole.wait(), NO_ANSWER_S)


class _SwitchedLink:
    def __init__(self, link: Link, switch: Switch) -> None:
        self._link, self._switch, self.closed = link, switch, link.closed
        self.subscribe, self.publish, self.abort = link.subscribe, link.publish, link.abort

    async def connect(self) -> None:
        await self._switch.passed()
        await self._link.connect()


class _SwitchedDoor:
    def __init__(self, door: Door, switch: Switch) -> None:
        self._door, self._switch = door, switch

    async def send(self, payload: bytes) -> bytes:
        await self._switch.passed()
        return await self._door.send(payload)

    async def ask(self) -> bytes:
        await self._switch.passed()
        return await self._door.ask()
