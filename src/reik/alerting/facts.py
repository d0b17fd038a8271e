"""What alerting announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOpened(Fact):
    alert_id: UUID
    organisation_id: UUID
    client_id: UUID
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertClosed(Fact):
    """`outcome` is R49's code, or `out_after_all` where the device closed it by itself (R48)."""

    alert_id: UUID
    organisation_id: UUID
    client_id: UUID
    outcome: str
