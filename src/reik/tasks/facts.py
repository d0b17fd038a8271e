"""What tasks announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact(Fact):
    organisation_id: UUID
    client_id: UUID
    task_id: UUID
    kind: str
    key: str
    about: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOverdue(TaskFact):
    """Its time is over and nobody has done it; announced once."""

    owner_role: str
    high_risk: bool
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnded(TaskFact):
    """A person did it (`done`), or it is no longer needed (`dropped`)."""

    ended_as: str
    by: str
