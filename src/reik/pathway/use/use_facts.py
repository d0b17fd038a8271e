"""What the use of a dispenser announces: evaluations, resistance, incidents, signed loads, the end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFact(Fact):
    organisation_id: UUID
    client_id: UUID
    path_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOpened(UseFact):
    """Somebody has to look back at this client's use before the end of `due_on`, because of `why`."""

    why: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationHeld(UseFact):
    """`late`: after the day on which it was due. `next_on`: None when she does not go on."""

    why: str
    outcome: str
    late: bool
    next_on: date | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistanceShown(UseFact):
    """R8. `presumed`: whether her choice may still be taken as free (no dementia or intellectual disability known)."""

    what: str
    presumed: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported(UseFact):
    incident_id: UUID
    kind: str
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalamityEstablished(UseFact):
    incident_id: UUID
    report_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(UseFact):
    incident_id: UUID
    kind: str
    phase: str
    cause: str
    harm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLoadSigned(UseFact):
    """R82: `who` is the signer's role; `left_in_tray` counts sachets of before (R26)."""

    roll_id: UUID
    counted: int
    left_in_tray: int
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStops(UseFact):
    """It was decided: the last moment of the dispenser is before `last_at`, and billing ends with that day."""

    reason: str
    last_at: datetime
    by: str
