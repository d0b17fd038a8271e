"""Sachet, roll and moment as the device knows them (device contract, sections 3, 5 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Fate(StrEnum):
    """Where a sachet of a loaded roll has gone; a sachet without a fate remains on the roll (R24)."""

    PRESENTED = "presented"
    OUT = "out"
    RETAINED = "retained"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, order=True)
class Sachet:
    """One sachet: the roll's number and its own number on that roll."""

    roll: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRoll:
    """A roll that Reik announced (`expect_roll`). It serves moments from `since` (incl.) until `until` (excl.)."""

    roll: str
    first: int
    last: int
    count: int
    since: datetime | None = None
    until: datetime | None = None
    sha256: str | None = None

    def serves(self, at: datetime) -> bool:
        """Whether a moment at this instant lies in the roll's period."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """One stay of a roll in the device. `count` is the sachets with content at loading (R16).

    `gone` are numbers that an earlier stay of the same roll used: they are not on it any more. `stay` numbers
    the stays of rolls in this device. `countable` is False from an unlocking until a person says which sachet
    is the lowest left.
    """

    roll: str
    first: int
    last: int
    count: int
    fates: Mapping[int, Fate] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()
    countable: bool = True
    stay: int = 0

    @property
    def remaining(self) -> int:
        """Sachets with content that are still on the roll."""
        return self.count - len(self.fates)

    def has(self, number: int) -> bool:
        """Whether this sachet is still on the roll."""
        return self.first <= number <= self.last and number not in self.fates and number not in self.gone

    def with_fate(self, number: int, fate: Fate) -> "Roll":
        """The roll after this sachet went its way."""
        return replace(self, fates={**self.fates, number: fate})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One planned hand-over (`set_plan`, section 5). Minutes may be fractions; `signals` count from `at`."""

    moment: str
    at: datetime
    roll: str
    sachets: tuple[int, ...]
    local: str = ""
    signals: tuple[float, ...] = ()
    early_min: float = 0
    window_min: float = 0
    late_min: float = 0
    gap_min: float = 0
    whole: bool = False

    def after(self, minutes: float) -> datetime:
        """The instant so many minutes after `at`."""
        return self.at + timedelta(minutes=minutes)

    @property
    def opens_early(self) -> datetime:
        """The first instant at which a press hands out."""
        return self.after(-self.early_min)

    @property
    def window_ends(self) -> datetime:
        """The last instant that is in time."""
        return self.after(self.window_min)

    @property
    def late_ends(self) -> datetime:
        """The latest hand-out time (R29)."""
        return self.after(self.late_min)

    def place_of(self, number: int) -> int:
        """k of `k of n`: the sachet's place in the moment, counted from 1, whether or not others are held."""
        return self.sachets.index(number) + 1
