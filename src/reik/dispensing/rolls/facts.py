"""What dispensing announces of rolls and plans in devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFact(Fact):
    organisation_id: UUID
    dispenser_id: UUID
    client_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongRoll(DeviceFact):
    """A roll at this dispenser is not this client's: someone must go there before the next moment (R17).

    `reason`: other_client, unknown (Reik knows no such roll) or ended (sent back before). `loaded`: whether
    the device took it in, so that it can hand out from it.
    """

    roll: str
    reason: str
    loaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRefusedByDevice(DeviceFact):
    """The dispenser did not take a roll in, for a reason of the device contract."""

    roll: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMismatch(DeviceFact):
    """The dispenser works by a plan that Reik did not give it (R41)."""

    version: int
    sha256: str
    given_version: int
