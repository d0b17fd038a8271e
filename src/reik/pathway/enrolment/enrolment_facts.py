"""What enrolment, delivery and instruction announce: value counts lead times and visits from these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reik.pathway.facts import PathFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyAsked(PathFact):
    """The pharmacy was asked to deliver rolls to this client, from that day on."""

    request_id: UUID
    starts_on: date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollPromised(PathFact):
    """The pharmacy promised a roll that is not registered yet, from the first day up to and including the last."""

    first_day: date
    last_day: date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenserOrdered(PathFact):
    """A dispenser was asked of a supplier (R3)."""

    order_id: UUID
    supplier_id: UUID
    model: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(PathFact):
    """An order went from one state of `pathway.enrolment.ordering` to another."""

    order_id: UUID
    from_state: str
    to_state: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTested(PathFact):
    """The signal was tried in one room; `reaches`: it was heard or seen there."""

    room: str
    reaches: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionGiven(PathFact):
    """Somebody was shown, and showed it back (R75). `who`: client or carer."""

    who: str
    understood: bool
    repeat_on: date | None
    by: str
