"""What dispensing announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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


MARKED_AFTER = timedelta(hours=24)
"""How long after it was due a moment's change is told apart: days younger than this are counted again anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMomentChanged(Fact):
    """A moment that was due more than a day ago was planned or changed: its day is no longer as it was counted."""

    organisation_id: UUID
    client_id: UUID
    due_at: datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceFact(Fact):
    """About the absence of a client, with or without a dispenser; `reason` is one of `away.path`'s."""

    organisation_id: UUID
    client_id: UUID
    absence_id: UUID
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceBegan(AbsenceFact):
    """From now on her dispenser hands out nothing; may be said again of one that goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEnded(AbsenceFact):
    """Her dispenser goes on, or it was brought back; `checks` by name: who, when and what was said (R12)."""

    checks: Mapping[str, Mapping[str, object]]
