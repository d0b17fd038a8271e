"""What the care path announces: value and the monitor count from these, without anybody typing it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFact(Fact):
    organisation_id: UUID
    client_id: UUID
    path_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PathOpened(PathFact):
    """A client's care path begins; `before` names the one that ended when it is a restart."""

    setting: str
    before: UUID | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMoved(PathFact):
    """An event moved a path; states and event are code words of `pathway.path`."""

    event: str
    from_state: str
    to_state: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecorded(PathFact):
    """Something that a step asks for was shown, at that instant."""

    kind: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceTakenBack(PathFact):
    """It was said by mistake, or does not hold any more."""

    kind: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetThrough(PathFact):
    """A condition that was not met was let through by who may; it is made good before then (R2)."""

    condition: str
    by: str
    make_good_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeGood(PathFact):
    """What was let through was shown after all."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesAllotted(PathFact):
    """Who does what was settled anew (R6)."""

    by: str
