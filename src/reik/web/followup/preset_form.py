"""A preset on the form: who is the centre, the team, its back-up and the emergency path, and what that makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from django.http import QueryDict

from reik.alerting.arrangements.presets import Made, People, Preset, Reached, made
from reik.alerting.arrangements.responders import CarerSeen, Responders
from reik.alerting.arrangements.seen import StepAgreed, VersionSeen
from reik.alerting.policy import ASK_TEAM, PHONE_CLIENT, ArrangementInvalid
from reik.web.followup.choices import Choice, code_of

CARERS_HOURS = (time(8), time(22))
"""What is filled in for an informal carer until she says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Whom somebody chose for each part, by the codes of the choices; empty: nobody."""

    centre: str = ""
    team: str = ""
    backup: str = ""

    @classmethod
    def read(cls, post: QueryDict) -> Picked:
        return cls(
            centre=post.get("p_centre", ""), team=post.get("p_team", ""), backup=post.get("p_backup", "")
        )


def picked_of(held: VersionSeen | None, known: Mapping[str, Choice], found: Responders) -> Picked:
    """Who does each part by the arrangement that holds; a roster where the team is not known."""
    steps = held.routes[0].steps if held else ()
    centre = next((_code(each, known) for each in steps if each.action == PHONE_CLIENT), "")
    team = next(
        (_code(each, known) for each in reversed(steps) if each.action == ASK_TEAM and each.place == 1), ""
    )
    if not team and found.rosters:
        team = f"r.{found.rosters[0].id}.1"
    return Picked(centre="" if centre == team else centre, team=team)


def _code(step: StepAgreed, known: Mapping[str, Choice]) -> str:
    return code_of(step.carer_id, step.roster_id, step.place, step.destination_id, known)


def made_of(
    code: str, picked: Picked, known: Mapping[str, Choice], found: Responders, held: VersionSeen | None
) -> Made:
    """The routes of a preset with these people. Raises ArrangementInvalid when it lacks somebody."""
    if code not in tuple(Preset):
        raise ArrangementInvalid("Choose one of the presets.", "preset")
    team, centre, backup = (known.get(each) for each in (picked.team, picked.centre, picked.backup))
    if team is None or team.carer_id is not None:
        raise ArrangementInvalid("Choose the care team on duty first.", "no_team")
    return made(
        Preset(code),
        People(
            team=team.reached(), centre=centre.reached() if centre else None,
            backup=backup.reached() if backup else None,
            carers=tuple(_carers(found, held)),
        ),
    )  # fmt: skip


def _carers(found: Responders, held: VersionSeen | None) -> Iterator[Reached]:
    """Each informal carer by her first way, then her second; in the hours that she gave before."""
    hours = _hours_given(held)
    for each in found.carers:
        if each.ways:
            yield _carer(each, hours.get(each.id, CARERS_HOURS))


def _carer(carer: CarerSeen, hours: tuple[time, time] | None) -> Reached:
    first, *others = carer.ways
    return Reached(
        name=carer.name, destination_id=first.destination_id, carer_id=carer.id, hours=hours,
        fallback_id=others[0].destination_id if others else None,
    )  # fmt: skip


def _hours_given(held: VersionSeen | None) -> dict[UUID, tuple[time, time] | None]:
    if held is None:
        return {}
    return {step.carer_id: step.hours for route in held.routes for step in route.steps if step.carer_id}
