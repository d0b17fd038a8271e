"""What forms and cards need to know of one client, of her follow-up and of her type of dispenser. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Number:
    """Who answers, and the number as it was written down."""

    who: str
    phone: str


@dataclass(frozen=True, slots=True)
class StepKnown:
    """One agreed step. `wait_min`: minutes before the next; `hours`: only then, local."""

    action: str
    responder: str
    wait_min: int
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeKnown:
    """What her dispenser says of itself; None: not known, and nothing is claimed (R26, R35)."""

    device: str
    evidence: str
    sound: tuple[str, ...] | None = None
    battery_hours: float | None = None
    unlocks: bool | None = None
    roll_change: str | None = None
    early: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`doses`: each local time with its window in minutes. `otherwise`: other routes hold at some hours or moments.

    `care`: the one number, answered at all hours; `fault`: the supplier's, else the same. Empty or None: not known.
    """

    client: str
    today: date
    born: date | None = None
    organisation: str = ""
    team: str = ""
    language: str = "nl"
    pharmacy: str = ""
    pharmacy_phone: str = ""
    care: Number | None = None
    fault: Number | None = None
    doses: Sequence[tuple[time, int]] = ()
    route: Sequence[StepKnown] = ()
    otherwise: bool = False
    type: TypeKnown | None = None
