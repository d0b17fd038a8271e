"""Agreements as the planning needs them: what was agreed, with numbers and dates kept as they were written.

Block names are those of MP9: TA (toedieningsafspraak), WDS (wisselend doseerschema), MA (medicatieafspraak).
All values can be written and read back with msgspec.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# Stands for a number that is none. Every rule refuses what is less than nothing, so nothing is planned on it.
UNREADABLE = Decimal(-1)


class Block(StrEnum):
    """The MP9 building block of an agreement (contract B1)."""

    TA = "TA"
    WDS = "WDS"
    MA = "MA"


class StopKind(StrEnum):
    """How an agreement was stopped (E1)."""

    ENDED = "stopgezet"
    SUSPENDED = "onderbroken"
    CANCELLED = "geannuleerd"


def comparable(identifier: str) -> str:
    """An identifier `system|value` as it is compared (B5)."""
    return identifier.removeprefix("urn:oid:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Points at another agreement: `written` is its identifier as given, `found` that of the one in the file."""

    written: str | None = None
    found: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """What it may be called, the most telling first."""
        return tuple(comparable(each) for each in (self.written, self.found) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The medicine (A11)."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A length of time as written; units s, min, h, d, wk, mo, a."""

    value: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when to when, each a date or a date-time as written (C4, C5); `lasts` instead of an end (D1)."""

    start: str | None = None
    end: str | None = None
    lasts: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So much of a unit (A10)."""

    value: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MostPer:
    """At most `most` in every `per` (H3)."""

    most: Amount
    per: Decimal | None = None
    per_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long one step lasts (F2), or its own period (F5); `vague` when only a range is given (F6)."""

    lasts: Span | None = None
    period: Period | None = None
    vague: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When in a step (G). `None` among the events is one without a time."""

    coded: bool = False
    events: tuple[str | None, ...] = ()
    repeats: bool = False
    times: tuple[str, ...] = ()
    dayparts: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    frequency: Decimal | None = None
    frequency_varies: bool = False
    period: Decimal | None = None
    period_varies: bool = False
    unit: str | None = None
    count: Decimal | None = None
    count_varies: bool = False
    offset: Decimal | None = None
    exact: bool = False

    @property
    def present(self) -> bool:
        """Whether it says a time at all (G1)."""
        named = self.events or self.times or self.dayparts or self.weekdays
        numbers = (self.frequency, self.period, self.count)
        return bool(named) or any(number is not None for number in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsNeeded:
    """Given on the client's own need, never planned (H2, H3)."""

    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosage:
    """One line of the instructions: how much, when, for how long."""

    sequence: Decimal | None = None
    bounds: Bounds | None = None
    timing: Timing = Timing()
    dose: Amount | None = None
    dose_compared: bool = False  # "less than 2" is no dose (H1)
    dose_low: Amount | None = None
    dose_high: Amount | None = None
    as_needed: AsNeeded | None = None
    limit: MostPer | None = None
    for_the_night: bool = False  # the coded instruction "voor de nacht" (G11)

    @property
    def on_need(self) -> bool:
        """H2: said so, or only a maximum and no time."""
        return self.as_needed is not None or (self.limit is not None and not self.timing.present)

    @property
    def dose_varies(self) -> bool:
        return self.dose_low is not None or self.dose_high is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Makes an agreement end another one (E1, E2). `kind` None: a code that is not known (B6)."""

    kind: StopKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One TA, WDS or MA, in one version."""

    block: Block
    id: str
    treatment: str | None = None
    registered: str | None = None
    unknown_modifier: bool = False
    stop: Stop | None = None
    acts_on: Reference | None = None
    prescriptions: tuple[Reference, ...] = ()  # the MAs that a TA or WDS carries out (E7)
    period: Period | None = None
    condition: bool = False  # starts on a condition in words (D3)
    cycle: Span | None = None
    dosages: tuple[Dosage, ...] = ()
    product: Product = Product()
    packable: bool = False
    text: str | None = None
    in_error: bool = False  # this version says that it should never have been there

    @property
    def key(self) -> str:
        return comparable(self.id)
