"""The device's link with Reik: connect, back off, send what `Delivery` chooses, hear what is signed (section 1)."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from enum import StrEnum
from math import inf
from random import Random
from typing import Any, Protocol

from reik_dispenser.messages import Command, Receipt, RefusedPayload, Resend, UnreadableCommand
from reik_dispenser.runtime.delivery import Delivery, array_body
from reik_dispenser.runtime.door import DoorClosed
from reik_dispenser.runtime.mqtt_packets import ConnectionRefused
from reik_dispenser.wire import (
    Refused,
    down_topic,
    read_down,
    read_receipt,
    read_receipts,
    receipt_topic,
    sign,
    up_topic,
    verify,
)

log = logging.getLogger("reik.dispenser")

SPAN_S, LONGEST_SPAN_S = 60.0, 600.0
WRONG_PASSWORD_S = 600.0
AFTER_REPLACED_S = 5.0
HEARTBEAT_S = 300.0
EXTRA_HEARTBEAT_S = 1.0
DOOR_EVERY_S = 60.0
SHORTEST_WAIT_S = 0.001
WRONG_PASSWORD_CODES = frozenset({4, 5})

Heard = Receipt | Resend | RefusedPayload | Command | UnreadableCommand


class Link(Protocol):
    """One MQTT session: what `mqtt.Session` offers."""

    closed: "asyncio.Future[Exception | None]"

    async def connect(self) -> None: ...
    async def subscribe(self, topics: Sequence[str]) -> None: ...
    def publish(self, topic: str, payload: bytes) -> int: ...
    def abort(self) -> None: ...


class Door(Protocol):
    """The HTTPS door: what `door.HttpsDoor` offers."""

    async def send(self, payload: bytes) -> bytes: ...
    async def ask(self) -> bytes: ...


class Owner(Protocol):
    """Whose link it is. All calls come from the event loop."""

    def heartbeat(self) -> bytes:
        """The body of a new heartbeat."""

    def hear(self, message: Heard) -> None:
        """A message whose MAC was right."""

    def is_urgent(self) -> bool:
        """A moment is open, or an event without a receipt is younger than 2 h."""

    def link_changed(self, up: bool) -> None:
        """The link came up or went down."""


class Ended(StrEnum):
    """How a session ended."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a word for it
    NEVER_UP = "never_up"
    LOST = "lost"


class Client:
    """Keeps one device connected; `run` never returns, cancel it. Time is the event loop's, chance is `random`."""

    def __init__(
        self,
        *,
        device: str,
        key: bytes,
        delivery: Delivery,
        owner: Owner,
        open_link: Callable[[Callable[[str, bytes], None]], Link],
        random: Random,
        door: Door | None = None,
        span_s: float = SPAN_S,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self.device = device
        self.wrong_macs = 0
        self._key = key
        self._delivery = delivery
        self._owner = owner
        self._open_link = open_link
        self._random = random
        self._door = door
        self._span_s = span_s
        self._heartbeat_s = heartbeat_s
        self._up = up_topic(device)
        self._down = down_topic(device)
        self._receipt = receipt_topic(device)
        self._woken = asyncio.Event()
        self._heartbeat_due = inf
        self._last_heartbeat = -inf

    # -- what the owner says --------------------------------------------------------------------------

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    def want_heartbeat(self) -> None:
        """The state changed: a heartbeat as soon as a second has passed since the last."""
        self._heartbeat_due = min(self._heartbeat_due, self._last_heartbeat + EXTRA_HEARTBEAT_S)
        self._woken.set()

    # -- connecting -----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, and connect again, for ever."""
        failures = 0
        delay = self._random.uniform(0, self._span_s)
        while True:
            await self._wait_down(delay)
            ended = await self._session()
            failures = 0 if ended is Ended.LOST else failures + 1
            delay = self.delay(ended, failures)
            log.info("%s: link %s, next try in %.0f s", self.device, ended, delay)

    def delay(self, ended: Ended, failures: int) -> float:
        """Seconds until the next try: full jitter over a span that doubles to 10 minutes (section 1)."""
        if ended is Ended.WRONG_PASSWORD:
            return WRONG_PASSWORD_S * self._span_s / SPAN_S  # a hurried simulation waits less
        span = min(LONGEST_SPAN_S, self._span_s * 2.0**failures)
        if self._owner.is_urgent():
            span = min(span, SPAN_S)
        # The broker does not say why it closed a session; it may be that another took its place.
        least = min(AFTER_REPLACED_S, span) if ended is Ended.LOST else 0.0
        return self._random.uniform(least, span)

    async def _session(self) -> Ended:
        loop = asyncio.get_running_loop()
        link = self._open_link(self._received)
        up = False
        try:
            await link.connect()
            await link.subscribe((self._receipt, self._down))
            up = True
            self._owner.link_changed(True)
            self._delivery.connected(loop.time())
            self._heartbeat_due = -inf  # that heartbeat makes Reik send the newest receipt and open commands
            await self._pump(link)
        except ConnectionRefused as refused:
            return Ended.WRONG_PASSWORD if refused.code in WRONG_PASSWORD_CODES else Ended.NEVER_UP
        except (OSError, TimeoutError) as error:
            log.info("%s: %s", self.device, error)
        finally:
            link.abort()
            if up:
                self._owner.link_changed(False)
        return Ended.LOST if up else Ended.NEVER_UP

    # -- sending --------------------------------------------------------------------------------------

    async def _pump(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        while not link.closed.done():
            self._woken.clear()
            now = loop.time()
            if now >= self._heartbeat_due:
                self._publish(link, self._owner.heartbeat())
                self._last_heartbeat, self._heartbeat_due = now, now + self._heartbeat_s
            while events := self._delivery.next(now):
                self._publish(link, array_body(events))
            await self._until(link, min(self._heartbeat_due, self._delivery.wake(now)))

    async def _until(self, link: Link, at: float) -> None:
        """Wait for the instant, for a wake-up, or for the end of the link."""
        wait = None if at == inf else max(SHORTEST_WAIT_S, at - asyncio.get_running_loop().time())
        woken = asyncio.ensure_future(self._woken.wait())
        either: set[asyncio.Future[Any]] = {woken, link.closed}
        try:
            await asyncio.wait(either, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()

    def _publish(self, link: Link, body: bytes) -> None:
        link.publish(self._up, sign(self._key, self._up, body))

    async def _wait_down(self, delay: float) -> None:
        """Wait without a link; what is urgent goes through the HTTPS door."""
        loop = asyncio.get_running_loop()
        until = loop.time() + delay
        next_try = loop.time()
        while (now := loop.time()) < until:
            if self._door is not None and self._owner.is_urgent() and now >= next_try:
                next_try = loop.time() + await self._through_the_door(self._door)
            await asyncio.sleep(min(1.0 if self._door else until - now, until - now))

    async def _through_the_door(self, door: Door) -> float:
        """One round through the door; gives the seconds until the next."""
        loop = asyncio.get_running_loop()
        try:
            await door.send(sign(self._key, self._up, self._owner.heartbeat()))
            while events := self._delivery.next(loop.time()):
                answer = await door.send(sign(self._key, self._up, array_body(events)))
                self._received(self._receipt, answer)
            while command := await door.ask():
                self._received(self._down, command)
                if not self._delivery.next(loop.time()):
                    break
        except DoorClosed as closed:
            return max(DOOR_EVERY_S, closed.again_after)
        except (OSError, TimeoutError) as error:
            log.info("%s: the HTTPS door: %s", self.device, error)
        return DOOR_EVERY_S

    # -- hearing --------------------------------------------------------------------------------------

    def _received(self, topic: str, payload: bytes) -> None:
        if not payload:
            return
        body = verify(self._key, topic.encode(), payload)
        if body is None:
            self.wrong_macs += 1
            return
        try:
            if topic == self._down:
                self._owner.hear(read_down(body))
            elif topic == self._receipt:
                many = body.lstrip()[:1] == b"["
                for each in read_receipts(body) if many else [read_receipt(body)]:
                    self._owner.hear(each)
        except Refused as refused:
            log.warning("%s: unreadable message on %s: %s", self.device, topic, refused)
        self.wake()
