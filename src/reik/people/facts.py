"""What people announces."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reik.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMoved(Fact):
    """Her address became another one (R14). The first address that is entered is no move."""

    organisation_id: UUID
    client_id: UUID
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PharmacyChanged(Fact):
    """This pharmacy serves the client from now on (R14); `before` is empty where none did."""

    organisation_id: UUID
    client_id: UUID
    pharmacy: str
    before: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerLeft(Fact):
    """An informal carer takes no part any more: she left, or the client took her consent back (R14, R59)."""

    organisation_id: UUID
    client_id: UUID
    carer_id: UUID
    name: str
    by: str
