"""What was agreed with some of the neighbourhood: the presets of follow-up arrangements, and the words (R45, R46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from reik.alerting.arrangements.choosing import OtherRoute, When
from reik.alerting.arrangements.presets import Made, People, Preset, Reached, made
from reik.alerting.policy import ASK_TEAM, PHONE_CLIENT, RouteStep

ON_DUTY = "Wijkteam van dienst"
NIGHT = (time(22, 30), time(7))
FAMILY_FIRST, WITH_NIGHT = 1, 3
"""Of every six neighbours: which one agreed that her informal carer goes first, and which one on another night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Who is around one neighbour, and where they are reached."""

    centre: tuple[str, UUID]
    carer: tuple[str, UUID]
    team: tuple[str, UUID]
    hours: tuple[time, time]


def agreed(number: int, around: Around, pace: float) -> tuple[Made, str] | None:
    """The routes and the words that this neighbour has of her own; None for the usual three steps."""
    people = People(
        centre=_reached(around.centre), team=_reached(around.team),
        carers=[Reached(name=around.carer[0], destination_id=around.carer[1], hours=around.hours)],
    )  # fmt: skip
    carer = around.carer[0]
    if number % 6 == FAMILY_FIRST:
        words = f"{carer} wil het als eerste horen, zolang zij wakker is. Lukt het haar niet, dan belt de centrale."
        return made(Preset.FAMILY_FIRST, people, hurry=pace), words
    if number % 6 == WITH_NIGHT:
        usual = made(Preset.CENTRE_FIRST, people, hurry=pace)
        night = made(Preset.CENTRE_FIRST, People(centre=people.centre, team=people.team), hurry=pace)
        other = OtherRoute(name="Nacht", when=When(hours=NIGHT), steps=night.route)
        words = f"Overdag belt u mij eerst, dan {carer}. 's Nachts laten we {carer} slapen: dan komt het wijkteam."
        return Made(route=usual.route, others=(*usual.others, other)), words
    return None


def default_route(around: Around, pace: float) -> list[RouteStep]:
    """What holds for a client with whom nothing was agreed yet: the centre, then the team on duty."""
    wait = timedelta(minutes=5) / pace
    (centre, phones), (_, team) = around.centre, around.team
    return [
        RouteStep(action=PHONE_CLIENT, responder=centre, destination_id=phones, wait=wait),
        RouteStep(action=ASK_TEAM, responder=ON_DUTY, destination_id=team, wait=wait, repeat=wait),
    ]


def _reached(who: tuple[str, UUID]) -> Reached:
    return Reached(name=who[0], destination_id=who[1])
