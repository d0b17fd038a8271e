"""Which of an arrangement's routes an alert walks (R45, N2). Pure, total, and the same whenever it is asked.

Route 0 always holds; of the others the lowest number that fits goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reik.alerting.policy import SHORTEST, ArrangementInvalid, RouteStep, check_route
from reik.people.opening import is_public_holiday

TIME_CRITICAL, NORMAL, TOLERANT = 0, 1, 2
ANY_CRITICALITY = 0b111
HOLIDAY = 1 << 7
"""The bit of `weekdays` for public holidays; bit 0 is Monday."""
EVERY_DAY = 0b11111111
WORKING_DAYS = 0b00011111
WEEKEND = 0b11100000
MOST_ROUTES = 20
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When a route holds. A public holiday is no weekday: it is asked by its own bit.

    `hours` begin on one of these days, and past midnight they run on into the next; the end is not part of them.
    `moments` are local times of moments ("08:00"); an alert about the dispenser has none, and fits any.
    """

    weekdays: int = EVERY_DAY
    hours: tuple[time, time] | None = None
    criticalities: int = ANY_CRITICALITY
    moments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRoute:
    """A route that holds instead of route 0 at its own times."""

    name: str
    when: When
    steps: tuple[RouteStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an alert is chosen a route for: when its route begins, how critical it is, and its moment's time."""

    at: datetime
    criticality: int = NORMAL
    due_at: datetime | None = None


def choose(others: Sequence[tuple[int, When]], asked: Asked, zone: ZoneInfo) -> int:
    """The number of the route that holds: the lowest of the others that fits, else 0."""
    return min((number for number, when in others if fits(when, asked, zone)), default=0)


def fits(when: When, asked: Asked, zone: ZoneInfo) -> bool:
    """Whether a route that holds at these times holds for this alert."""
    if not when.criticalities >> min(max(asked.criticality, TIME_CRITICAL), TOLERANT) & 1:
        return False
    if when.moments and (
        asked.due_at is None or f"{asked.due_at.astimezone(zone):%H:%M}" not in when.moments
    ):
        return False
    local = asked.at.astimezone(zone)
    day, wall = local.date(), local.time()
    if when.hours is not None:
        since, until = when.hours
        if since > until and wall < until:
            day -= timedelta(days=1)  # the hours began the evening before
        elif not (since <= wall and (wall < until or since > until)):
            return False
    bit = HOLIDAY if is_public_holiday(day) else 1 << day.weekday()
    return bool(when.weekdays & bit)


def check_routes(
    route: Sequence[RouteStep], others: Sequence[OtherRoute], *, shortest: timedelta = SHORTEST
) -> None:
    """Raise ArrangementInvalid unless every route ends at someone who may be called at any hour (R47).

    It says which route: 0, or the place of one of the others.
    """
    if len(others) > MOST_ROUTES:
        raise ArrangementInvalid(f"An arrangement has {MOST_ROUTES} other routes at most.", "routes")
    for number, steps in enumerate([route, *(each.steps for each in others)]):
        try:
            check_route(steps, shortest=shortest)
        except ArrangementInvalid as refusal:
            named = f"Route {others[number - 1].name}: " if number else ""
            raise ArrangementInvalid(
                f"{named}{refusal}", refusal.code, route=number, position=refusal.position
            ) from None
    for number, other in enumerate(others, start=1):
        _check_when(number, other)


def _check_when(number: int, other: OtherRoute) -> None:
    when = other.when
    if not other.name.strip():
        raise ArrangementInvalid("Give each other route a name.", "unnamed", route=number)
    if not 1 <= when.weekdays <= EVERY_DAY or not 1 <= when.criticalities <= ANY_CRITICALITY:
        raise ArrangementInvalid(
            f"Route {other.name} would never hold: choose its days and for which moments.",
            "never",
            route=number,
        )
    if when.hours is not None and when.hours[0] == when.hours[1]:
        raise ArrangementInvalid(
            f"Route {other.name}: hours that begin and end at the same time hold no time.",
            "no_route_hours", route=number,
        )  # fmt: skip
    if any(not _CLOCK.fullmatch(each) for each in when.moments):
        raise ArrangementInvalid(f"Route {other.name}: a moment is a time as 08:00.", "moments", route=number)
