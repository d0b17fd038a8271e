"""One day of one team, as a question to the solver: who is to be visited when, and who can go. Pure.

Times are whole seconds after midnight of the day; a shift may run past midnight, up to 36 h.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

HOUR, MINUTE = 3600, 60
LONGEST_SHIFT = 16 * HOUR  # beyond that a line is a mistake, not a shift
LAST_SECOND = 36 * HOUR
LONGEST_VISIT = 12 * HOUR
KINDS = ("none", "combined", "unique", "loading", "alert")  # the last two are made by the what-if


class TourRefused(ValueError):
    """This cannot be planned or read so; the message says what to change.

    `code` says it to a screen, with what was `said` in its words; empty where only a command line can come to it.
    """

    def __init__(self, sentence: str, code: str = "", **said: object) -> None:
        super().__init__(sentence)
        self.code = code
        self.said = {name: str(value) for name, value in said.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: a key, and WGS84 degrees where they are known."""

    key: str
    latitude: float | None = None
    longitude: float | None = None

    def __post_init__(self) -> None:
        for value, edge in ((self.latitude, 90), (self.longitude, 180)):
            if value is not None and not -edge <= value <= edge:
                raise TourRefused(
                    f"{value} is no coordinate of {self.key}: give degrees (WGS84).",
                    "coordinate",
                    value=value,
                )


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: `place` counts in the day's places, `seconds` is time inside, it begins within the window.

    `kind`: what of it is medication, see `KINDS`. `held`: this moment is kept by a person at this time, whatever
    a dispenser can do (insulin, drops). `skills`: what the nurse must be able to do. `heavy`: with care that
    the organisation calls heavy; None where nobody said so. It counts in no plan, only in what a plan asks of a nurse.
    """

    key: str
    client: str
    place: int
    seconds: int
    earliest: int
    latest: int
    kind: str = "none"
    planned: int = 0  # when it is planned now; 0 where that is not known
    held: bool = False
    skills: frozenset[str] = frozenset()
    heavy: bool | None = None

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= LONGEST_VISIT:
            raise TourRefused(
                f"Visit {self.key} of {self.seconds / MINUTE:g} minutes: give more than 0, at most 720.",
                "visit_minutes", visit=self.key, minutes=f"{self.seconds / MINUTE:g}",
            )  # fmt: skip
        if not 0 <= self.earliest <= self.latest <= LAST_SECOND:
            raise TourRefused(
                f"Visit {self.key} begins between two times that do not follow each other.",
                "visit_window", visit=self.key,
            )  # fmt: skip
        if self.kind not in KINDS:
            raise TourRefused(
                f"Visit {self.key} is {self.kind}: use none, combined or unique.",
                "visit_kind", visit=self.key, kind=self.kind,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nurse:
    """Who can go: from `since` to `until`, starting and ending at a place, or at her first and last client (None)."""

    key: str
    since: int
    until: int
    place: int | None = None
    mode: str = "bike"
    skills: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.since < self.until <= LAST_SECOND:
            raise TourRefused(
                f"The shift of {self.key} ends before it begins, or after 12:00 the next day.",
                "shift_order", nurse=self.key,
            )  # fmt: skip
        if self.until - self.since > LONGEST_SHIFT:
            raise TourRefused(
                f"The shift of {self.key} is {self.hours:.3g} h long: give at most 16 h.",
                "shift_long", nurse=self.key, hours=f"{self.hours:.3g}",
            )  # fmt: skip

    @property
    def hours(self) -> float:
        return (self.until - self.since) / HOUR


@dataclass(frozen=True, slots=True)
class Day:
    """The question: one day of one team (or organisation, or region)."""

    name: str
    places: tuple[Place, ...]
    visits: tuple[Visit, ...]
    nurses: tuple[Nurse, ...]
    ordinal: int = 0  # the date's ordinal, on which rounds every so many days are counted

    def __post_init__(self) -> None:
        for what, keys in (("visit", [v.key for v in self.visits]), ("shift", [n.key for n in self.nurses])):
            twice = [key for key, count in Counter(keys).items() if count > 1]
            if twice:
                raise TourRefused(
                    f"Two {what}s are called {twice[0]}: give each its own name.",
                    f"twice_{what}",
                    name=twice[0],
                )
        used = [v.place for v in self.visits] + [n.place for n in self.nurses if n.place is not None]
        if any(not 0 <= place < len(self.places) for place in used):
            raise TourRefused(
                f"{self.name} goes to a place that is not among its places.", "place", day=self.name
            )

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(sorted({nurse.mode for nurse in self.nurses}))

    @property
    def care_hours(self) -> float:
        """Hours inside, of all visits of this day, also of those that nobody has time for."""
        return sum(visit.seconds for visit in self.visits) / HOUR
