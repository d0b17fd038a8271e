"""What indication, selection, decision and baseline announce: value takes the nulmeting from here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reik.kernel.facts import Fact
from reik.pathway.facts import PathFact


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationEntered(Fact):
    """A client needs medicatieaanreiking, on this basis (R2); also when an open one was changed."""

    organisation_id: UUID
    client_id: UUID
    indication_id: UUID
    basis: str
    source: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationEnded(Fact):
    """The indication is over."""

    organisation_id: UUID
    client_id: UUID
    indication_id: UUID
    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSkipped(PathFact):
    """The form was not filled in, for a reason (R76)."""

    because: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSigned(PathFact):
    """A version of the form was signed (R4)."""

    selection_id: UUID
    version: int
    outcome: str
    measures: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(PathFact):
    """A choice was made together (R8). `freely`: it is an agreement."""

    decision_id: UUID
    choice: str
    freely: bool
    wzd: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineMeasured(PathFact):
    """The care as it is was measured (R64); moments and minutes of one week."""

    baseline_id: UUID
    moments: int
    unique: int
    care_minutes: float
    travel_minutes: float
    administration_minutes: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsChanged(Fact):
    """Something was decided of a client's planned visits (R77); `state` of them: runs, winding_down, stopped, kept."""

    organisation_id: UUID
    client_id: UUID
    state: str
    by: str
