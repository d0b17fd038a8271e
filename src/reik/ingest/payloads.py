"""Device payloads as they arrive, verified and decoded; nothing is read from the database or the clock here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.ingest.known_devices import KnownDevice
from reik.ingest.models import RawMessage
from reik.kernel.ids import new_id
from reik_dispenser.messages import Element, Heartbeat, Parked
from reik_dispenser.wire import Refused, read_up, verify

Fate = RawMessage.Fate
Rejected = Counter[tuple[UUID | None, str, str]]
"""(organisation when it is known, peer, reason) → how often."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One payload from the device stream. `at` is the stream's own time, in which payloads are ordered.

    `door` is where the HTTPS door waits for what becomes of it; empty for a payload that came by MQTT.
    """

    device: str
    payload: bytes
    at: datetime
    door: str = ""


@dataclass(slots=True, kw_only=True)
class Read:
    """A payload with a right MAC. `key` is the one that it was signed with."""

    arrived: Arrived
    device: KnownDevice
    key: bytes
    raw_id: UUID
    elements: Sequence[Element]
    fate: Fate
    reason: str

    @property
    def is_heartbeat(self) -> bool:
        return len(self.elements) == 1 and isinstance(self.elements[0], Heartbeat)


def read_all(
    batch: Sequence[Arrived], devices: Mapping[str, KnownDevice], now: datetime
) -> tuple[list[Read], Rejected, list[Arrived]]:
    """Verify and decode. What has no right MAC is only counted, and given apart."""
    read: list[Read] = []
    rejected: Rejected = Counter()
    strange: list[Arrived] = []
    for arrived in batch:
        device = devices.get(arrived.device)
        if device is None:
            rejected[None, arrived.device[:32], "unknown_device"] += 1
            strange.append(arrived)
            continue
        for key in device.keys:
            body = verify(key, device.up, arrived.payload)
            if body is not None:
                read.append(_read(arrived, device, key, body, now))
                if read[-1].fate is Fate.REFUSED:
                    rejected[device.organisation_id, device.device, read[-1].reason] += 1
                break
        else:
            rejected[device.organisation_id, device.device, "mac"] += 1
            strange.append(arrived)
    return read, rejected, strange


def _read(arrived: Arrived, device: KnownDevice, key: bytes, body: bytes, now: datetime) -> Read:
    elements: Sequence[Element] = ()
    fate, reason = Fate.INTERPRETED, ""
    try:
        elements = read_up(body)
    except Refused as refusal:
        fate, reason = Fate.REFUSED, refusal.code.value
    for element in elements:
        if isinstance(element, Parked):
            fate, reason = Fate.PARKED, element.reason.value
    return Read(
        arrived=arrived,
        device=device,
        key=key,
        raw_id=new_id(now),
        elements=elements,
        fate=fate,
        reason=reason,
    )
