"""Who is asked what and when: pure rules over a follow-up arrangement (R45 to R48, R56)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

NEEDS_A_PERSON = frozenset({"not_out", "partly", "unknown", "withheld", "device_failure"})
"""Outcomes of a moment about which someone must hear. Paused, by hand and *no notice* (R80) are none of them."""

SETTLES = frozenset({"in_time", "early", "late"})
"""Outcomes that close an open alert by themselves (R48)."""


SHORTEST = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=120)


class ArrangementInvalid(ValueError):
    """The route would leave a client unheard; the message says what to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """One step of an agreed route. `hours` are local times between which this responder may be called."""

    action: str
    responder: str
    destination_id: UUID
    wait: timedelta
    repeat: timedelta | None = None
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step of one alert: when it is due, or why it is skipped."""

    position: int
    round: int
    action: str
    responder: str
    destination_id: UUID
    due_at: datetime
    repeat: timedelta | None
    skipped: str = ""


def check_route(route: Sequence[RouteStep]) -> None:
    """Raise ArrangementInvalid unless the chain always ends at someone who may be called at any hour (R47)."""
    if not route:
        raise ArrangementInvalid("A follow-up route needs at least one step.")
    if route[-1].hours is not None:
        raise ArrangementInvalid("The last step must be reachable at any hour: add the care team on duty.")
    if route[-1].repeat is None:
        raise ArrangementInvalid("The last step must be repeated until someone accepts: give its interval.")
    if any(step.repeat is not None for step in route[:-1]):
        raise ArrangementInvalid("Only the last step is repeated.")
    if route[-1].repeat < SHORTEST:
        raise ArrangementInvalid("The last step is repeated once a minute at most.")
    if any(not SHORTEST <= step.wait <= LONGEST_WAIT for step in route):
        raise ArrangementInvalid("Each step waits 1 to 120 minutes for an answer.")
    if any(step.hours is not None and step.hours[0] == step.hours[1] for step in route):
        raise ArrangementInvalid(
            "Hours that begin and end at the same time hold no time: leave them out or change them."
        )


def plan(route: Sequence[RouteStep], now: datetime, zone: ZoneInfo) -> list[PlannedStep]:
    """The steps of an alert that opens at `now`: each waits for the one before; a skipped one waits for nobody."""
    planned = []
    due = now
    for position, step in enumerate(route, start=1):
        skipped = why_not_now(step.hours, due, zone)
        planned.append(
            PlannedStep(
                position=position, round=1, action=step.action, responder=step.responder,
                destination_id=step.destination_id, due_at=due, repeat=step.repeat, skipped=skipped,
            )
        )  # fmt: skip
        if not skipped:
            due += step.wait
    return planned


def why_not_now(hours: tuple[time, time] | None, at: datetime, zone: ZoneInfo) -> str:
    """Empty when `at` falls in the hours that a responder gave, else why not.

    Hours past midnight run on into the next day; the end is not part of them.
    """
    if hours is None:
        return ""
    start, end = hours
    local = at.astimezone(zone).time()
    if start <= local < end if start <= end else local >= start or local < end:
        return ""
    return f"outside_hours {start:%H:%M}-{end:%H:%M}"
