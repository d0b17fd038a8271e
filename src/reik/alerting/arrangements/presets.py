"""Arrangements as organisations mostly agree them: centre-first (the default), family-first, team-first, without
a centre (R46). Pure: who is called is handed in, and what is made can be changed step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum
from uuid import UUID

from reik.alerting.arrangements.choosing import TIME_CRITICAL, OtherRoute, When
from reik.alerting.policy import (
    ASK_CARER,
    ASK_TEAM,
    EMERGENCY_PATH,
    PHONE_CLIENT,
    ArrangementInvalid,
    RouteStep,
)

CENTRE_WAITS, CARER_WAITS = timedelta(minutes=5), timedelta(minutes=10)
TEAM_EVERY = timedelta(minutes=5)
TEAM_TIMES = 3
"""How often the team on duty is called before its back-up: every 5 minutes, the back-up after 15 (R46)."""
HURRIED = {CENTRE_WAITS: timedelta(minutes=3), CARER_WAITS: timedelta(minutes=4)}
"""Waits of a time-critical moment (N2)."""
TEAM_HURRIED, EVERY_HURRIED = 2, timedelta(minutes=3)
CRITICAL_NAME = "Tijdkritisch"


class Preset(StrEnum):
    """Who is asked first."""

    CENTRE_FIRST = "centre_first"
    FAMILY_FIRST = "family_first"
    TEAM_FIRST = "team_first"
    WITHOUT_CENTRE = "without_centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Someone who can be called, and how: a fixed destination, an informal carer, or whoever is on a roster."""

    name: str
    destination_id: UUID
    fallback_id: UUID | None = None
    roster_id: UUID | None = None
    carer_id: UUID | None = None
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who there is to call. Without `emergency` the team's back-up (or the team) is the end of each route."""

    team: Reached
    centre: Reached | None = None
    carers: Sequence[Reached] = ()
    backup: Reached | None = None
    emergency: Reached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a preset makes: route 0 and the others."""

    route: tuple[RouteStep, ...]
    others: tuple[OtherRoute, ...]


def made(preset: Preset, people: People, *, hurry: float = 1.0) -> Made:
    """The routes of a preset; a time-critical moment has its own, with shorter waits (N2).

    `hurry` shortens all waits, for a demo. Raises ArrangementInvalid for a preset with a centre where none is known.
    """
    if preset in (Preset.CENTRE_FIRST, Preset.FAMILY_FIRST) and people.centre is None:
        raise ArrangementInvalid(
            "No monitoring centre is known here: choose a route without a centre.", "no_centre"
        )
    usual = _steps(preset, people, TEAM_TIMES, TEAM_EVERY)
    critical = [
        replace(each, wait=HURRIED.get(each.wait, each.wait))
        for each in _steps(preset, people, TEAM_HURRIED, EVERY_HURRIED)
    ]
    when = When(criticalities=1 << TIME_CRITICAL)
    return Made(
        route=_hurried(usual, hurry),
        others=(OtherRoute(name=CRITICAL_NAME, when=when, steps=_hurried(critical, hurry)),),
    )


def _steps(preset: Preset, people: People, times: int, every: timedelta) -> list[RouteStep]:
    """The order of a preset, up to the end that is repeated."""
    carers = [_step(ASK_CARER, each, CARER_WAITS) for each in people.carers]
    centre = [_step(PHONE_CLIENT, people.centre, CENTRE_WAITS)] if people.centre else []
    # Without a centre, the team on duty phones the client (R46).
    phones = [_step(PHONE_CLIENT, people.team, CENTRE_WAITS)]
    heads = {
        Preset.CENTRE_FIRST: [*centre, *carers],
        Preset.FAMILY_FIRST: [*carers, *centre],
        Preset.TEAM_FIRST: [
            *phones,
            *(_step(ASK_TEAM, people.team, every) for _ in range(times - 1)),
            *carers,
        ],
        Preset.WITHOUT_CENTRE: [*phones, *carers],
    }
    return [*heads[preset], *_end(people, times, every)]


def _end(people: People, times: int, every: timedelta) -> Iterator[RouteStep]:
    """The team on duty again and again, then its back-up, then the emergency path; the last is repeated (R47)."""
    backup = people.backup or (people.team if people.team.roster_id else None)
    last = people.emergency or backup or people.team
    if last is not people.team or backup:
        yield from (_step(ASK_TEAM, people.team, every) for _ in range(times))
    if people.emergency and backup:
        yield _backup(people, backup, every)
    if people.emergency:
        yield replace(_step(EMERGENCY_PATH, people.emergency, every, hours=False), repeat=every)
    elif backup:
        yield replace(_backup(people, backup, every), repeat=every, hours=None)
    else:
        yield replace(_step(ASK_TEAM, people.team, every, hours=False), repeat=every)


def _backup(people: People, backup: Reached, every: timedelta) -> RouteStep:
    """The second on the team's own roster, or who was named as its back-up."""
    return replace(_step(ASK_TEAM, backup, every), place=1 if people.backup else 2)


def _step(action: str, who: Reached, wait: timedelta, *, hours: bool = True) -> RouteStep:
    return RouteStep(
        action=action, responder=who.name, destination_id=who.destination_id, wait=wait,
        hours=who.hours if hours else None, roster_id=who.roster_id, carer_id=who.carer_id,
        fallback_id=who.fallback_id,
    )  # fmt: skip


def _hurried(steps: Sequence[RouteStep], hurry: float) -> tuple[RouteStep, ...]:
    return tuple(
        replace(each, wait=each.wait / hurry, repeat=each.repeat / hurry if each.repeat else None)
        for each in steps
    )
