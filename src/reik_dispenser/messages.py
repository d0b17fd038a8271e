"""The values that cross the wire between a dispenser and Reik (device contract, sections 2 to 5).

The fixed words are in `reik_dispenser.words` and are given on from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reik_dispenser.canonical import digest_of, write_at
from reik_dispenser.words import (
    EXPIRES_WITHIN_A_DAY,
    OTHER,
    PERMITTING,
    WITHHOLDING,
    Clock,
    CommandOutcome,
    CommandRefusal,
    CommandType,
    DeviceState,
    EventType,
    Evidence,
    FaultCode,
    How,
    Outcome,
    ParkedReason,
    PresentReason,
    RefusalCode,
    RetainedWhere,
    RollRefusal,
    StartReason,
    UnlockReason,
    or_other,
)

__all__ = [
    "EXPIRES_WITHIN_A_DAY",
    "OTHER",
    "PERMITTING",
    "VERSION",
    "WITHHOLDING",
    "Clock",
    "Command",
    "CommandOutcome",
    "CommandRefusal",
    "CommandType",
    "DeviceState",
    "Element",
    "Event",
    "EventType",
    "Evidence",
    "FaultCode",
    "Heartbeat",
    "How",
    "Outcome",
    "Parked",
    "ParkedReason",
    "PresentReason",
    "Receipt",
    "RefusalCode",
    "RefusedPayload",
    "Resend",
    "RetainedWhere",
    "RollRefusal",
    "StartReason",
    "UnlockReason",
    "UnreadableCommand",
    "or_other",
]

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One journalled event (section 3); (device, epoch, seq) is its identity, `at` is in UTC.

    `source` is the element as received, unknown fields and all; a device that makes an event leaves
    it out.
    """

    epoch: int
    seq: int
    at: datetime
    type: str
    data: Mapping[str, object]
    source: Mapping[str, object] | None = field(default=None, compare=False, repr=False)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the canonical form (section 3, 'equal in canonical form'). Computed anew each time."""
        return digest_of(self.as_object() if self.source is None else self.source)

    def as_object(self) -> dict[str, object]:
        """The event as it is written on the wire, without the unknown fields of `source`."""
        return {
            "v": VERSION,
            "epoch": self.epoch,
            "seq": self.seq,
            "at": write_at(self.at),
            "type": self.type,
            "data": dict(self.data),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A sign of life (section 3): seq 0, not kept, no receipt. None = not known."""

    epoch: int
    at: datetime
    beat: int
    last_seq: int
    state: str | None = None
    moment: str | None = None
    mains: bool | None = None
    battery_pct: float | None = None
    signal_dbm: float | None = None
    plan_version: int | None = None
    roll: str | None = None
    remaining: int | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Received with a right envelope but not understood: stored, receipted, shown to a person (section 2).

    `detail` names the field for reason `data_field`, else it is empty.
    """

    epoch: int
    seq: int
    raw_json: Mapping[str, object]
    reason: ParkedReason
    detail: str = ""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the canonical form, as `Event.digest`."""
        return digest_of(self.raw_json)


Element = Event | Heartbeat | Parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Every event of `epoch` up to and including `upto` is committed (section 4)."""

    epoch: int
    upto: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """Reik asks for a gap, both ends included (section 4)."""

    epoch: int
    resend_from: int
    resend_to: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPayload:
    """Reik's answer to a payload it could not take (section 2); `code` is a RefusalCode or a later word."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command to the device (section 5). `type` may be unknown: the device refuses it `unknown_type`."""

    command: int
    type: str
    expires: datetime
    now: datetime
    session: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableCommand:
    """A numbered command that cannot be carried out: to be answered `refused` with `reason` (section 5)."""

    command: int
    reason: CommandRefusal
