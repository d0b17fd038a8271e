"""A load generator: publishes prepared payloads at their instants, from a process of its own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nats.aio.client import Client
from nats.aio.msg import Msg

from reik.ingest import stream
from reik.kernel.home import Home
from reik.ops.bench.world import Device
from reik_dispenser.messages import Event, Heartbeat, Receipt
from reik_dispenser.wire import event_body, heartbeat_body, read_receipt, sign, up_topic

EPOCH = 1


BY_HEARTBEAT = 10  # one in so many of the missed has lost its own closing
RESEND_AFTER_S = 5.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One payload to publish at `at` (unix seconds); `seq` 0 is a heartbeat, which is never repeated."""

    at: float
    device: str
    seq: int
    payload: bytes

    @property
    def subject(self) -> str:
        return f"reik.1.{self.device}.up"


def event_shot(
    device: Device, at: datetime, type: str, data: dict[str, object], seq: int, *, sent: float
) -> Shot:
    """One signed event with device time `at`, published at `sent`."""
    body = event_body(Event(epoch=EPOCH, seq=seq, at=at, type=type, data=data))
    return Shot(sent, device.name, seq, sign(device.key, up_topic(device.name), body))


def beat_shot(device: Device, at: datetime, *, last_seq: int, beat: int, sent: float) -> Shot:
    """One signed heartbeat with device time `at`, published at `sent`."""
    beat_of = Heartbeat(epoch=EPOCH, at=at, beat=beat, last_seq=last_seq, state="ready", mains=True)
    return Shot(sent, device.name, 0, sign(device.key, up_topic(device.name), heartbeat_body(beat_of)))


def press_shot(device: Device, at: datetime, sent: float, *, moment: str = "now-1", seq: int = 1) -> Shot:
    """The one sachet of a moment was taken out; the device's first event unless `seq` says otherwise."""
    data: dict[str, object] = {"moment": moment, "roll": "R1", "sachet": 1, "k": 1, "n": 1, "how": "in_time"}
    return event_shot(device, at, "sachet_taken_out", data, seq, sent=sent)


def closing_shot(device: Device, number: int, deadline: datetime) -> Shot:
    """Not taken out, within half a second of the deadline: `moment_closed`, or for every tenth only a heartbeat."""
    at = deadline + timedelta(milliseconds=1)
    sent = at.timestamp() + random.uniform(0, 0.5)
    if number % BY_HEARTBEAT == 0:
        return beat_shot(device, at, last_seq=0, beat=1, sent=sent)
    data: dict[str, object] = {"moment": "now-1", "outcome": "not_taken_out"}
    return event_shot(device, at, "moment_closed", data, 1, sent=sent)


def fire(home: Home, shots: Sequence[Shot], *, most_per_s: float | None = None) -> None:
    """Publish all shots in order, none before its instant; with `most_per_s` no faster than that."""
    asyncio.run(_fire(home, shots, most_per_s))


async def _fire(home: Home, shots: Sequence[Shot], most_per_s: float | None) -> None:
    client = await stream.connect(home, "load")
    await _publish(client, shots, most_per_s)
    await client.flush()
    await client.close()


async def _publish(client: Client, shots: Sequence[Shot], most_per_s: float | None = None) -> None:
    started = time.time()
    for number, shot in enumerate(shots):
        due = max(shot.at, started + number / most_per_s if most_per_s else 0)
        if due - time.time() > 0.002:
            await asyncio.sleep(due - time.time())
        elif number % 64 == 0:
            await asyncio.sleep(0)
        await client.publish(shot.subject, shot.payload)


def keep_at_it(home: Home, shots: Sequence[Shot]) -> None:
    """As `fire`, and like devices: what has no receipt is sent again until it has one, heartbeats after a reconnect."""
    asyncio.run(_keep_at_it(home, shots))


async def _keep_at_it(home: Home, shots: Sequence[Shot]) -> None:
    lost_touch = asyncio.Event()

    async def reconnected() -> None:
        lost_touch.set()

    client = await stream.connect(home, "households", reconnected=reconnected)
    upto: dict[str, int] = {}

    async def note(message: Msg) -> None:
        receipt = read_receipt(bytes(message.data)[44:])
        if isinstance(receipt, Receipt):
            upto[message.subject.split(".")[2]] = receipt.upto

    await client.subscribe("reik.1.*.receipt", cb=note)
    await _publish(client, shots)
    left = [shot for shot in shots if shot.seq]
    while left:
        await asyncio.sleep(RESEND_AFTER_S)
        left = [shot for shot in left if upto.get(shot.device, 0) < shot.seq]
        for shot in left:
            await client.publish(shot.subject, shot.payload)
        if lost_touch.is_set():
            lost_touch.clear()
            for shot in shots:
                if not shot.seq:
                    await client.publish(shot.subject, shot.payload)
    await client.close()
