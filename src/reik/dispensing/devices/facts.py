"""What dispensing announces of dispensers themselves: faults, power, help, silence, a journal in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reik.dispensing.rolls.facts import DeviceFact


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFact(DeviceFact):
    """Something that the device said in its journal, by (epoch, seq)."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFaulted(JournalFact):
    """A fault began that is not known to be over. `code` is of the contract's list, an unknown one `other`."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCleared(JournalFact):
    """The fault that the device told under this (epoch, seq) is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainsLost(JournalFact):
    """The dispenser runs on its battery (R39). `left`: how long from `at`, None where nothing tells it."""

    battery_pct: float | None
    left: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MainsRestored(JournalFact):
    """The dispenser has mains again; said before a loss with a higher (epoch, seq) it says nothing of that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPressed(JournalFact):
    """Someone pressed the help button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLost(DeviceFact):
    """What the device had not delivered yet will never come: moments may have passed unheard."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceContested(DeviceFact):
    """Two different bodies came under one (epoch, seq): two devices may speak under one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetOutTwice(DeviceFact):
    """One sachet of a moment was taken out under two numbers of the journal: one of the two cannot be (N6)."""

    moment: str
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInForce(DeviceFact):
    """The dispenser works by a plan that Reik gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserSilent(DeviceFact):
    """Nothing was heard since `at`, and a moment is near (R37)."""

    next_due_at: datetime
    criticality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserHeard(DeviceFact):
    """A dispenser that was announced as silent speaks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDouble(DeviceFact):
    """A dose of this moment was given by hand and handed out too, as far as anyone knows (R31)."""

    moment: str
    moment_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PressedWhileAway(DeviceFact):
    """The button was pressed, or a sachet came out, while the client is said to be away (R10): she may be at home."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceExpired(DeviceFact):
    """Nobody confirmed the absence in time, and nobody said that the client is back (R10)."""

    absence_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceCovered(DeviceFact):
    """A person said until when the client is away, or that she is back: an expiry is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserFetched(DeviceFact):
    """It left this client for good and is nobody's now (R13). `because`: why she was stopped, a reason of absences."""

    device: str
    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserSwapped(DeviceFact):
    """Another device (`new_id`) stands in the place of this one, which is nobody's now (R44)."""

    new_id: UUID
