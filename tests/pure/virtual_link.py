"""A device and its broker in virtual time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from reik_dispenser.messages import Event, Receipt
from reik_dispenser.outputs import Output
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.runtime.disk import RamDisk
from reik_dispenser.runtime.enrolment import Address, Enrolment
from reik_dispenser.runtime.hardware import OwnClock
from reik_dispenser.runtime.store import Store
from reik_dispenser.wire import read_up, receipt_body, sign, verify

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = b"k" * 32
UP, DOWN, RECEIPT = (f"reik/1/DEV-1/{what}" for what in ("up", "down", "receipt"))


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps in no time: when nothing is ready the clock jumps to the next timer."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._virtual


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout:
            self._loop._virtual += max(
                timeout, 1e-6
            )  # less may be lost in the sum, and time would stand still
        return super().select(0)


def in_virtual_time(main: Coroutine[Any, Any, Any]) -> Any:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


class FakeLink:
    """One session with a broker that answers what `Broker` says."""

    def __init__(self, broker: Broker, hear: Callable[[str, bytes], None]) -> None:
        self.closed: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._broker = broker
        self.hear = hear

    async def connect(self) -> None:
        self._broker.tries.append(asyncio.get_running_loop().time())
        if self._broker.refuses is not None:
            raise self._broker.refuses

    async def subscribe(self, topics: Sequence[str]) -> None:
        assert set(topics) == {DOWN, RECEIPT}
        self._broker.link = self

    def publish(self, topic: str, payload: bytes) -> int:
        assert topic == UP
        body = verify(KEY, topic.encode(), payload)
        assert body is not None
        read = read_up(body)
        self._broker.got.append((asyncio.get_running_loop().time(), read))
        if self._broker.answer is not None:
            self._broker.answer(read)
        return 1

    def abort(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class Broker:
    """What arrived, and what is refused."""

    def __init__(self) -> None:
        self.tries: list[float] = []
        self.got: list[tuple[float, list[Any]]] = []
        self.refuses: Exception | None = None
        self.link: FakeLink | None = None
        self.answer: Callable[[list[Any]], None] | None = None

    def open(self, hear: Callable[[str, bytes], None]) -> FakeLink:
        return FakeLink(self, hear)

    def tell(self, topic: str, body: bytes, key: bytes = KEY) -> None:
        assert self.link is not None
        self.link.hear(topic, sign(key, topic, body))

    def receipt(self, upto: int, epoch: int = 1) -> None:
        now = NOW + timedelta(seconds=asyncio.get_running_loop().time())
        self.tell(RECEIPT, receipt_body(Receipt(epoch=epoch, upto=upto, now=now)))

    def receipts_after(self, seconds: float) -> None:
        """Answer every array after so many seconds."""
        loop = asyncio.get_running_loop()

        def answer(read: list[Any]) -> None:
            if isinstance(read[0], Event):
                loop.call_later(seconds, self.receipt, read[-1].seq)

        self.answer = answer

    def beats(self) -> list[tuple[float, Any]]:
        return [(at, read[0]) for at, read in self.got if read[0].__class__.__name__ == "Heartbeat"]

    def arrays(self) -> list[tuple[float, list[int]]]:
        return [(at, [each.seq for each in read]) for at, read in self.got if isinstance(read[0], Event)]


class Screenless:
    """Hardware that does nothing."""

    def carry_out(self, output: Output) -> None:
        pass

    def state_at_boot(self) -> dict[str, object]:
        return {"mains": True, "tray_occupied": False}


ENROLMENT = Enrolment(
    device="DEV-1", password="p" * 24, key=KEY, mqtt=Address(host="127.0.0.1", port=1883, tls=False)
)


def make(broker: Broker, *, seed: int = 1, disk: RamDisk | None = None, **more: Any) -> Dispenser:
    loop = asyncio.get_running_loop()
    device = Dispenser(
        enrolment=ENROLMENT, store=Store(disk or RamDisk(), NOW, reserve=False, enrolled=True), hardware=Screenless(),
        clock=OwnClock(loop.time, NOW), random=Random(seed), open_link=broker.open, **more,
    )  # fmt: skip
    device.boot()
    return device


def run(scenario: Callable[[Broker, Dispenser], Coroutine[Any, Any, None]], **more: Any) -> Broker:
    """Run a connected device through a scenario."""

    async def main() -> Broker:
        broker = Broker()
        device = make(broker, **more)
        running = asyncio.ensure_future(device.run())
        try:
            await scenario(broker, device)
            assert not running.done(), running.exception()
        finally:
            running.cancel()
        return broker

    return in_virtual_time(main())
