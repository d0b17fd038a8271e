"""What medication announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFact(Fact):
    organisation_id: UUID
    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTouched(ClientFact):
    """Said before anything of a client's rolls is written, so that her dispenser is locked first (lock order)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementsReceived(ClientFact):
    """A message with agreements was taken in. The numbers are what people have to look at."""

    message_id: str
    unplannable: int
    differences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(ClientFact):
    """What is planned for this client may have changed: by `schedule`, `agreements` or `limit`."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollFact(ClientFact):
    roll_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRegistered(RollFact):
    """A roll is known to Reik, with the differences to the plan that the pharmacy has to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollDelivered(RollFact):
    """A roll is in the home and may be loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLoaded(RollFact):
    """A roll is in the dispenser (R18). `how`: a person said so, or the device did."""

    first: int
    last: int
    count: int
    by: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RollLeft(RollFact):
    """A roll is in the dispenser no more: `emptied`, `delivered` (taken out with sachets on it) or `returned`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollNearlyEmpty(RollFact):
    """Less than seven days are left and no other roll follows (R20, R21)."""

    ends_at: datetime
