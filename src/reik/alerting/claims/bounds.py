"""For how long a person may have an alert, and by how much all of them together may put off its last step. Pure.

While somebody has an alert nobody is called. That costs time only up to a bound: no sequence of claims, releases,
late presses and takeovers moves the last step of a time-critical alert by more than 10 minutes, of another by more
than 30. Once the last step was taken, each end of a claim calls it again at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reik.alerting.outcomes import Role, until
from reik.alerting.policy import PlannedStep

TIME_CRITICAL = 0
"""Priority of an alert about a time-critical moment, or about what cannot wait."""

SCREEN, PHONE = "screen", "phone"
BY_PHONE = timedelta(minutes=5)
"""How long a key on the phone holds an alert; opening it on a screen makes the claim a whole one."""
SHORTEST = timedelta(minutes=1)
"""Less than this is no claim: the last step is about to be called anyway."""
LONGEST_ASKED = timedelta(hours=2)
BEHIND = timedelta(seconds=90)
"""When a step that is due and was not taken says that `reik watch` stands still."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`claim`: for one person; `team`: for who decides on a visit, by when what is accepted and not handled opens
    again; `together`: by which all holds together may move the last step."""

    claim: timedelta
    team: timedelta
    together: timedelta


ORDINARY = Bounds(timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=30))
URGENT = Bounds(timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=10))


class NoClaim(ValueError):
    """She cannot have this alert (again); the message says what she can do. `used`: she has had it once."""

    def __init__(self, sentence: str, *, used: bool = False) -> None:
        super().__init__(sentence)
        self.used = used


def bounds_of(priority: int) -> Bounds:
    """The bounds of an alert of this priority (0 is time-critical)."""
    return URGENT if priority == TIME_CRITICAL else ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an alert's route is. `last_due_at`: when its last step was planned before anybody held it, None where
    no step is known; `reached`: the last step was taken, so that it is only repeated."""

    priority: int
    latest_at: datetime | None
    last_due_at: datetime | None
    reached: bool

    @property
    def at_the_latest(self) -> datetime | None:
        """When the last step is called whatever people do; None where it was, or where no route is known."""
        if self.reached or self.last_due_at is None:
            return None
        return self.last_due_at + bounds_of(self.priority).together


def claimed_until(
    route: Route,
    role: Role,
    now: datetime,
    *,
    kind: str = SCREEN,
    lasts: timedelta | None = None,
    begun: datetime | None = None,
) -> datetime:
    """When a claim that begins now ends; `begun`: when it began, where a phone's claim becomes a screen's.

    `lasts` only makes it shorter. Raises NoClaim where less than a minute is left before the last step.
    """
    longest = longest_of(route.priority, role, kind)
    ends = until(begun or now, longest if lasts is None else min(lasts, longest), route.latest_at)
    end = held_until(route, ends, now)
    if end < ends and end - now < SHORTEST:
        raise NoClaim(
            "Others have had this alert for as long as is allowed, and the last step is about to be called: "
            "say how it went as soon as you know."
        )
    return end


def longest_of(priority: int, role: Role, kind: str = SCREEN) -> timedelta:
    """How long one person has an alert of this priority, as this role."""
    bounds = bounds_of(priority)
    longest = bounds.team if role is Role.TEAM else bounds.claim
    return min(longest, BY_PHONE) if kind == PHONE else longest


def held_until(route: Route, end: datetime, now: datetime) -> datetime:
    """The end of a claim, a watch or a minute to undo: never so late that the last step comes beyond its bound.

    Where Reik itself is so late that nobody was called by then, whoever takes it has it as long as anybody.
    """
    cap = route.at_the_latest
    return end if cap is None or cap < now - BEHIND else min(end, cap)


def refuse_second(had_it: bool) -> None:
    """Raise NoClaim where she has had the alert before: each person once per alert."""
    if had_it:
        raise NoClaim(
            "You have had this alert once: say how it went, or leave it to whoever is called next.", used=True
        )


def within(planned: Sequence[PlannedStep], route: Route) -> list[PlannedStep]:
    """The rest of a route at the agreed waits, drawn together where it would run beyond the bound."""
    cap = route.at_the_latest
    if cap is None:
        return list(planned)
    return [each if each.due_at <= cap else replace(each, due_at=cap) for each in planned]


def moved(route: Route, last_due_at: datetime) -> timedelta:
    """By how much the last step now comes later than it was planned first; nothing where it comes sooner."""
    if route.last_due_at is None or route.reached:
        return timedelta(0)
    return max(last_due_at - route.last_due_at, timedelta(0))
