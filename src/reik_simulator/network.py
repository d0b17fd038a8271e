"""Bad networks around a fleet: sessions that break, messages down that never arrive, hours without any link."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from reik_dispenser.runtime.client import Link
from reik_dispenser.runtime.mqtt_packets import MqttError

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
