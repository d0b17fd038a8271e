"""A load generator: publishes prepared payloads at their instants, from a process of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reik.kernel.home import Home
from reik.ops import stream
from reik.ops.bench.world import Device
from reik_dispenser.messages import Event, Heartbeat
from reik_dispenser.wire import event_body, heartbeat_body, sign, up_topic

EPOCH = 1


@dataclass(frozen=True, slots=True)
class Shot:
    """One payload to publish at `at` (unix seconds)."""

    at: float
    subject: str
    payload: bytes


def event_shot(
    device: Device, at: datetime, type: str, data: dict[str, object], seq: int, *, sent: float
) -> Shot:
    """One signed event with device time `at`, published at `sent`."""
    topic = up_topic(device.name)
    body = event_body(Event(epoch=EPOCH, seq=seq, at=at, type=type, data=data))
    return Shot(sent, topic.replace("/", "."), sign(device.key, topic, body))


def beat_shot(device: Device, at: datetime, *, last_seq: int, beat: int, sent: float) -> Shot:
    """One signed heartbeat with device time `at`, published at `sent`."""
    topic = up_topic(device.name)
    body = heartbeat_body(
        Heartbeat(epoch=EPOCH, at=at, beat=beat, last_seq=last_seq, state="ready", mains=True)
    )
    return Shot(sent, topic.replace("/", "."), sign(device.key, topic, body))


def fire(home: Home, shots: Sequence[Shot], *, most_per_s: float | None = None) -> None:
    """Publish all shots in order, none before its instant; with `most_per_s` no faster than that."""
    asyncio.run(_fire(home, shots, most_per_s))


async def _fire(home: Home, shots: Sequence[Shot], most_per_s: float | None) -> None:
    client = await stream.connect(home, "load")
    started = time.time()
    for number, shot in enumerate(shots):
        due = max(shot.at, started + number / most_per_s if most_per_s else 0)
        wait = due - time.time()
        if wait > 0.002:
            await client.flush()
            await asyncio.sleep(due - time.time())
        elif number % 64 == 0:
            await asyncio.sleep(0)
        await client.publish(shot.subject, shot.payload)
    await client.flush()
    await client.close()
