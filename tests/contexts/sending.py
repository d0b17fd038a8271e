"""`reik send` in a thread, with messages put out for it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from reik.kernel import outbox
from reik.kernel.ids import new_id
from reik.kernel.models import Destination, OutboxMessage
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret
from reik.kernel.outbox import ALERT, Message
from reik.ops import send
from reik.ops.bench.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def zorg(database, now):
    return found_organisation(name="zorg", kind="care", now=now)


def destination(zorg, address: str, *, concurrency: int = 4, timeout_s: int = 1) -> UUID:
    made = add_destination(
        organisation_id=zorg.id, channel="webhook", name="x", address=address, now=zorg.created_at,
        secret=new_webhook_secret(),
    )  # fmt: skip
    Destination.objects.filter(id=made.id).update(concurrency=concurrency, timeout_s=timeout_s)
    return made.id


def put(
    zorg, to: UUID, count: int = 1, *, priority: int = ALERT, gives_up_after=timedelta(hours=24)
) -> list[UUID]:
    now = zorg.created_at
    made = [
        Message(
            id=new_id(now), organisation_id=zorg.id, destination_id=to, about=None, body='{"type":"alert.step"}',
            priority=priority, gives_up_after=gives_up_after,
        )
        for _ in range(count)
    ]  # fmt: skip
    outbox.put(made, now)
    return [each.id for each in made]


@contextmanager
def sending(start: datetime, *, pace: float = 1.0) -> Iterator[asyncio.Event]:
    """`serve` in a thread of its own; its clock starts at `start` and runs `pace` times as fast."""
    begun, ready = time.monotonic(), threading.Event()
    loop, wake, stop = asyncio.new_event_loop(), asyncio.Event(), asyncio.Event()

    def now() -> datetime:
        return start + timedelta(seconds=(time.monotonic() - begun) * pace)

    async def main() -> None:
        ready.set()
        await send.serve(wake, stop, now=now)

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    ready.wait()
    try:
        yield wake
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()
        loop.close()


def until(so: Callable[[], bool], within: float = 8.0) -> None:
    end = time.monotonic() + within
    while not so():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def states() -> dict[UUID, int]:
    return dict(OutboxMessage.objects.values_list("id", "state"))


def all_in(state: int) -> Callable[[], bool]:
    return lambda: set(states().values()) == {state}
