"""Who is asked what and when: pure rules over a follow-up arrangement (R45 to R48, R56)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

NEEDS_A_PERSON = frozenset({"not_out", "partly", "unknown", "withheld", "device_failure"})
"""Outcomes of a moment about which someone must hear. Paused, by hand and *no notice* (R80) are none of them."""

SETTLES = frozenset({"in_time", "early", "late"})
"""Outcomes that close an open alert by themselves (R48)."""

WHILE_AWAY, GIVEN_BY_HAND, OUT_AFTER_ALL = "while_away", "given_by_hand", "out_after_all"


def needs_a_person(outcome: str, reason: str) -> bool:
    """Whether someone must hear of a moment that ended so: also of one that was paused though nobody is away."""
    return outcome in NEEDS_A_PERSON or (outcome == "paused" and reason != "away")


def closed_as(outcome: str, reason: str) -> str:
    """As what an open alert closes by itself (R10, R34, R48); empty: it stays."""
    if outcome in SETTLES:
        return OUT_AFTER_ALL
    if outcome == "by_hand":
        return GIVEN_BY_HAND
    return WHILE_AWAY if outcome == "paused" and reason == "away" else ""


PHONE_CLIENT, ASK_CARER, ASK_TEAM = "phone_client", "ask_carer", "ask_team"
NOTHING: Mapping[int, str] = MappingProxyType({})

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
    wait: timedelta | None = None  # until the next step, when nobody accepts


def check_route(route: Sequence[RouteStep], *, shortest: timedelta = SHORTEST) -> None:
    """Raise ArrangementInvalid unless the chain always ends at someone who may be called at any hour (R47).

    `shortest`: a demo that runs fast waits seconds where an installation waits minutes.
    """
    if not route:
        raise ArrangementInvalid("A follow-up route needs at least one step.")
    if route[-1].hours is not None:
        raise ArrangementInvalid("The last step must be reachable at any hour: add the care team on duty.")
    if route[-1].repeat is None:
        raise ArrangementInvalid("The last step must be repeated until someone accepts: give its interval.")
    if any(step.repeat is not None for step in route[:-1]):
        raise ArrangementInvalid("Only the last step is repeated.")
    if route[-1].repeat < shortest:
        raise ArrangementInvalid("The last step is repeated once a minute at most.")
    if any(not shortest <= step.wait <= LONGEST_WAIT for step in route):
        raise ArrangementInvalid("Each step waits 1 to 120 minutes for an answer.")
    if any(step.hours is not None and step.hours[0] == step.hours[1] for step in route):
        raise ArrangementInvalid(
            "Hours that begin and end at the same time hold no time: leave them out or change them."
        )


def plan(
    route: Sequence[RouteStep], now: datetime, zone: ZoneInfo, left_out: Mapping[int, str] = NOTHING
) -> list[PlannedStep]:
    """The steps of an alert that opens at `now`: each waits for the one before; a skipped one waits for nobody.

    `left_out`: positions that are skipped in any case, with the reason.
    """
    planned = []
    due = now
    for position, step in enumerate(route, start=1):
        skipped = left_out.get(position) or why_not_now(step.hours, due, zone)
        planned.append(_planned(position, step, due, skipped))
        if not skipped:
            due += step.wait
    return planned


def go_on(
    route: Sequence[RouteStep],
    after: int,
    now: datetime,
    zone: ZoneInfo,
    *,
    to_team: bool = False,
    left_out: Mapping[int, str] = NOTHING,
) -> list[PlannedStep]:
    """The rest of a route behind step `after`, its first step due at `now`; at its end the last step again.

    `to_team`: the care team is next (R50), and who stands between is skipped with that reason.
    """
    rest = [each for each in enumerate(route, start=1) if each[0] > after] or [(len(route), route[-1])]
    passed: list[tuple[int, RouteStep]] = []
    if to_team:
        goal = next((number for number, step in rest if step.action == ASK_TEAM), len(route))
        passed = [each for each in rest if each[0] < goal]
        rest = [each for each in rest if each[0] >= goal]
    skipped = [_planned(number, step, now, "to_team") for number, step in passed]
    numbers = [number for number, _ in rest]
    here = {place: left_out[number] for place, number in enumerate(numbers, start=1) if number in left_out}
    planned = plan([step for _, step in rest], now, zone, here)
    return skipped + [replace(each, position=number) for number, each in zip(numbers, planned, strict=True)]


def _planned(position: int, step: RouteStep, due_at: datetime, skipped: str) -> PlannedStep:
    return PlannedStep(
        position=position, round=1, action=step.action, responder=step.responder,
        destination_id=step.destination_id, due_at=due_at, repeat=step.repeat, skipped=skipped, wait=step.wait,
    )  # fmt: skip


def technical(route: Sequence[RouteStep]) -> dict[int, str]:
    """The steps that are left out where a dispenser itself is at fault: phoning the client repairs nothing.

    Gives reasons by position; never the last step, so that someone always hears of it.
    """
    return {
        number: "technical" for number, step in enumerate(route[:-1], start=1) if step.action == PHONE_CLIENT
    }


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
