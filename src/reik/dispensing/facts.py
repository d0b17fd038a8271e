"""What dispensing announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.dispensing.outcomes import Outcome
from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentEnded(Fact):
    """A moment got its (first or another) outcome. `before` is None when it was open until now.

    `reason` tells in one word why: `device` (its own report), or what `watch` concluded from.
    """

    moment_id: UUID
    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID
    due_at: datetime
    deadline_at: datetime
    latest_at: datetime
    criticality: int
    outcome: Outcome
    before: Outcome | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswered(Fact):
    """A command to a device ended: `state` is confirmed, refused, unknown or expired (it never went out)."""

    command_id: UUID
    organisation_id: UUID
    dispenser_id: UUID
    type: str
    state: str
    reason: str
    data: Mapping[str, object]
