"""Who is asked what and when: pure rules over a follow-up arrangement (R45 to R48, R56)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
EMERGENCY_PATH = "emergency"
CARER_AWAY, NOBODY_ON_DUTY, FALLBACK = "carer_away", "nobody_on_duty", "fallback"
NOTHING: Mapping[int, str] = MappingProxyType({})

SHORTEST = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=120)


class ArrangementInvalid(ValueError):
    """The route would leave a client unheard; the message says what to add.

    `code`: by which a screen finds its own words; `route` and `position`: where it is, 0 for the whole.
    """

    def __init__(self, sentence: str, code: str = "", *, route: int = 0, position: int = 0) -> None:
        super().__init__(sentence)
        self.code, self.route, self.position = code, route, position


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """One step of an agreed route. `hours` are local times between which this responder may be called.

    With `roster_id` whoever stands on that roster is called (`place` 1 who goes first, 2 her back-up), and
    `destination_id` is where it goes when nobody does. `carer_id`: her absence leaves the step out. `fallback_id`:
    where it goes when it does not arrive (R56).
    """

    action: str
    responder: str
    destination_id: UUID
    wait: timedelta
    repeat: timedelta | None = None
    hours: tuple[time, time] | None = None
    roster_id: UUID | None = None
    place: int = 1
    carer_id: UUID | None = None
    fallback_id: UUID | None = None


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
    roster_id: UUID | None = None
    place: int = 1
    fallback_id: UUID | None = None


def check_route(route: Sequence[RouteStep], *, shortest: timedelta = SHORTEST) -> None:
    """Raise ArrangementInvalid unless the chain always ends at someone who may be called at any hour (R47).

    `shortest`: a demo that runs fast waits seconds where an installation waits minutes.
    """
    if not route:
        raise ArrangementInvalid("A follow-up route needs at least one step.", "no_steps")
    last = route[-1]
    if last.hours is not None:
        raise _at_end(
            "The last step must be reachable at any hour: add the care team on duty.", "end_hours", route
        )
    if last.repeat is None:
        raise _at_end(
            "The last step must be repeated until someone accepts: give its interval.", "end_once", route
        )
    if any(step.repeat is not None for step in route[:-1]):
        raise ArrangementInvalid("Only the last step is repeated.", "repeated_before_end")
    if last.repeat < shortest:
        raise _at_end("The last step is repeated once a minute at most.", "end_hammers", route)
    if last.carer_id is not None or last.action == ASK_CARER:
        raise _at_end("An informal carer can be away: end with the care team on duty.", "end_carer", route)
    for position, step in enumerate(route, start=1):
        _check_step(position, step, shortest)


def _at_end(sentence: str, code: str, route: Sequence[RouteStep]) -> ArrangementInvalid:
    return ArrangementInvalid(sentence, code, position=len(route))


def _check_step(position: int, step: RouteStep, shortest: timedelta) -> None:
    if not shortest <= step.wait <= LONGEST_WAIT:
        raise ArrangementInvalid("Each step waits 1 to 120 minutes for an answer.", "wait", position=position)
    if step.hours is not None and step.hours[0] == step.hours[1]:
        raise ArrangementInvalid(
            "Hours that begin and end at the same time hold no time: leave them out or change them.",
            "no_hours", position=position,
        )  # fmt: skip


def plan(
    route: Sequence[RouteStep],
    now: datetime,
    zone: ZoneInfo,
    left_out: Mapping[int, str] = NOTHING,
    *,
    away: Collection[UUID] = (),
) -> list[PlannedStep]:
    """The steps of an alert that opens at `now`: each waits for the one before; a skipped one waits for nobody.

    `left_out`: positions that are skipped in any case, with the reason. `away`: informal carers who are away at
    `now`: what is due then goes to the next; of later steps it is asked when they are taken.
    """
    planned = []
    due = now
    for position, step in enumerate(route, start=1):
        skipped = left_out.get(position) or why_not_now(step.hours, due, zone)
        if not skipped and due == now and step.carer_id in away:
            skipped = CARER_AWAY
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
    away: Collection[UUID] = (),
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
    planned = plan([step for _, step in rest], now, zone, here, away=away)
    return skipped + [replace(each, position=number) for number, each in zip(numbers, planned, strict=True)]


def _planned(position: int, step: RouteStep, due_at: datetime, skipped: str) -> PlannedStep:
    return PlannedStep(
        position=position, round=1, action=step.action, responder=step.responder,
        destination_id=step.destination_id, due_at=due_at, repeat=step.repeat, skipped=skipped, wait=step.wait,
        roster_id=step.roster_id, place=step.place, fallback_id=step.fallback_id,
    )  # fmt: skip


def asked_now(
    planned: Sequence[PlannedStep],
    route: Sequence[RouteStep],
    now: datetime,
    zone: ZoneInfo,
    away: Collection[UUID],
) -> list[PlannedStep]:
    """What is due now is asked for now: a step that was drawn forward may lie outside the hours or in the absence
    of who would be called, and is skipped then. The last step has neither."""

    def why(each: PlannedStep) -> str:
        if each.skipped or each.due_at > now or each.position > len(route):
            return each.skipped
        agreed = route[each.position - 1]
        return CARER_AWAY if agreed.carer_id in away else why_not_now(agreed.hours, now, zone)

    return [replace(each, skipped=why(each)) if each.due_at <= now else each for each in planned]


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
