"""Dispensers as MQTT clients of a bench: each sends one event at a time and the next when Reik's receipt is there.

A process of its own holds hundreds of sessions. All payloads are signed before the first is sent, so that what
is measured is Reik and not the generator.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from reik.ops.bench.load import press_shot
from reik.ops.bench.world import Device
from reik.ops.running import settle_memory
from reik_dispenser.wire import down_topic, receipt_topic, up_topic, verify
from reik_simulator.mqtt import ConnectionRefused, Session

CONNECTING = 50  # sign-ins under way at a time
STANDSTILL_S = 30.0  # without any receipt: what is still open then is lost
MOMENT = "in-"


class Report(msgspec.Struct, kw_only=True):
    """What one process saw. Times in unix seconds, delays in seconds from publishing to the receipt."""

    first: float
    last: float
    delays: list[float]
    unreceipted: list[tuple[str, int]]
    sessions: int
    connect_s: float
    cpu_s: float  # from `go` on
    strange: int  # what came on a receipt topic and was no receipt


class _Receipt(msgspec.Struct):
    upto: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The dispensers of one process, the number of events of each, and the folder where `go` will appear."""

    number: int
    mqtt: str
    devices: Sequence[Device]
    events: int
    at: datetime
    folder: Path

    @property
    def name(self) -> str:
        return f"fleet-{self.number}"

    @property
    def ready(self) -> Path:
        return self.folder / f"{self.name}.ready"

    @property
    def report(self) -> Path:
        return self.folder / f"{self.name}.json"

    def speak(self) -> None:
        """The process's entry: signs, connects, waits for `go`, speaks until all is receipted, and reports."""
        payloads = {
            device.name: [
                press_shot(device, self.at, 0, moment=f"{MOMENT}{seq}", seq=seq).payload
                for seq in range(1, self.events + 1)
            ]
            for device in self.devices
        }
        settle_memory()
        asyncio.run(self._speak(payloads))

    async def _speak(self, payloads: dict[str, list[bytes]]) -> None:
        voices = [_Voice(device, payloads[device.name], self.mqtt) for device in self.devices]
        await _knock(self.mqtt)
        began = time.monotonic()
        gate = asyncio.Semaphore(CONNECTING)
        await asyncio.gather(*(each.connect(gate) for each in voices))
        connect_s = time.monotonic() - began
        self.ready.touch()
        while not (self.folder / "go").exists():
            await asyncio.sleep(0.01)
        first, before = time.time(), time.process_time()
        for each in voices:
            each.next()
        await _wait_for(voices)
        report = Report(
            first=first,
            last=max(each.last for each in voices),
            delays=[delay for each in voices for delay in each.delays],
            unreceipted=[identity for each in voices for identity in each.unreceipted()],
            sessions=len(voices),
            connect_s=connect_s,
            cpu_s=time.process_time() - before,
            strange=sum(each.strange for each in voices),
        )
        for each in voices:
            each.session.close()
        draft = self.report.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(report))
        draft.replace(self.report)


async def _knock(mqtt: str) -> None:
    """Wait until strangers are refused at once: who knocks while nobody answers hangs until the broker gives up."""
    host, _, port = mqtt.partition(":")
    for _ in range(60):
        with suppress(TimeoutError):
            try:
                await Session("STRANGER", "", host, int(port), _ignore).connect(timeout=0.5)
            except ConnectionRefused:
                return


def _ignore(_topic: str, _payload: bytes) -> None:
    """Nothing comes."""


async def _wait_for(voices: Sequence[_Voice]) -> None:
    while any(not each.done for each in voices):
        await asyncio.sleep(0.05)
        if time.time() - max(each.last for each in voices) > STANDSTILL_S:
            return


class _Voice:
    """One dispenser: its session, what it still has to say, and how long each receipt took."""

    _decode = msgspec.json.Decoder(_Receipt).decode

    def __init__(self, device: Device, payloads: list[bytes], mqtt: str) -> None:
        host, _, port = mqtt.partition(":")
        self.session = Session(device.name, device.password, host, int(port), self._received)
        self.delays: list[float] = []
        self.last = time.time()
        self.strange = 0
        self._device = device.name
        self._key = device.key
        self._up, self._receipt = up_topic(device.name), receipt_topic(device.name)
        self._payloads = payloads
        self._sent_at = 0.0

    async def connect(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            await self.session.connect()
            await self.session.subscribe([down_topic(self._device), self._receipt])

    @property
    def done(self) -> bool:
        return len(self.delays) == len(self._payloads)

    def unreceipted(self) -> list[tuple[str, int]]:
        return [(self._device, seq) for seq in range(len(self.delays) + 1, len(self._payloads) + 1)]

    def next(self) -> None:
        """Say the oldest that has no receipt."""
        self._sent_at = time.perf_counter()
        self.session.publish(self._up, self._payloads[len(self.delays)])

    def _received(self, topic: str, payload: bytes) -> None:
        body = verify(self._key, topic.encode(), payload)
        if topic != self._receipt or body is None:
            self.strange += 1
            return
        if self._decode(body).upto == len(self.delays) + 1:
            self.delays.append(time.perf_counter() - self._sent_at)
            self.last = time.time()
            if not self.done:
                self.next()
