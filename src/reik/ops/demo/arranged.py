"""The follow-up arrangements of the neighbourhood: who is asked in which order, and the words of some (R45, R46)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from reik.alerting.arrangements.choosing import OtherRoute, When
from reik.alerting.arrangements.presets import Made, People, Preset, Reached, made
from reik.alerting.operations import EmergencyPath, agree_arrangement
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT, SHORTEST, RouteStep
from reik.ops.demo import cast
from reik.ops.demo.moving_in import Resident
from reik.people.models import Carer

ON_DUTY = "Wijkteam van dienst"
NIGHT = (time(22, 30), time(7))
FAMILY_FIRST, WITH_NIGHT, BY_ROSTER = 1, 3, (2, 5)
"""Of every six neighbours: which one agreed that her informal carer goes first, which one on another night, and of whom
whoever stands on the team's roster is asked."""
CARERS_HOURS = (time(7), time(22, 30))
LATE_HOURS = (time(8), time(21))
EMERGENCY_WORDS = (
    "Niet bereikt en ongerust: de wijkverpleegkundige van dienst gaat er direct heen. Twijfel: bel 112."
)
Rosters = Mapping[str, UUID]
"""The roster of a team, by the team's name."""


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


def agree_routes(
    residents: Sequence[Resident], now: datetime, *, pace: float = 1.0, rosters: Rosters | None = None
) -> None:
    """Everyone's follow-up arrangement: centre, informal carer in her hours, team on duty again and again (R46), and
    where it goes when nobody is reached and there is worry."""
    for each in residents:
        own = agreed(each.number, _around(each), pace) if each.person is not cast.STORY else None
        route = own[0].route if own else _route(each, pace, rosters or {})
        agree_arrangement(
            organisation_id=each.organisation_id, client_id=each.client_id, now=now,
            route=_named(route, each), others=own[0].others if own else (), emergency=_emergency(each),
            words=own[1] if own else "", agreed_by=each.team_members[0], shortest=SHORTEST / pace,
        )  # fmt: skip
    for each in {each.organisation_id: each for each in residents}.values():
        agree_arrangement(
            organisation_id=each.organisation_id, client_id=None, route=default_route(_around(each), pace), now=now,
            agreed_by=each.team_members[0], shortest=SHORTEST / pace, emergency=_emergency(each),
        )  # fmt: skip


def _emergency(resident: Resident) -> EmergencyPath:
    return EmergencyPath(words=EMERGENCY_WORDS, responder=ON_DUTY, destination_id=resident.desks[2])


def _named(route: Sequence[RouteStep], resident: Resident) -> list[RouteStep]:
    """Her informal carer's own absence leaves her step out."""
    carers = Carer.objects.filter(client_id=resident.client_id, name=resident.person.carer)
    carer = carers.values_list("id", flat=True).first()
    return [replace(each, carer_id=carer) if each.action == ASK_CARER else each for each in route]


def _around(resident: Resident) -> Around:
    centre, carer, team = resident.desks
    person = resident.person
    return Around(
        centre=(cast.CENTRE, centre), carer=(person.carer, carer), team=(person.team, team),
        hours=LATE_HOURS if resident.number % 3 == 0 else CARERS_HOURS,
    )  # fmt: skip


def _route(resident: Resident, pace: float, rosters: Rosters) -> list[RouteStep]:
    def wait(minutes: int) -> timedelta:
        return timedelta(minutes=minutes) / pace

    around, person = _around(resident), resident.person
    (centre, phones), (carer, home), (team, desk) = around.centre, around.carer, around.team
    hours = None if person is cast.STORY else around.hours  # the story can be played at any hour
    last = RouteStep(action=ASK_TEAM, responder=team, destination_id=desk, wait=wait(5), repeat=wait(5))
    roster = rosters.get(person.team) if person is not cast.STORY else None
    if roster and resident.number % 6 in BY_ROSTER:
        last = replace(last, responder=ON_DUTY, roster_id=roster)
    return [
        RouteStep(action=PHONE_CLIENT, responder=centre, destination_id=phones, wait=wait(5)),
        RouteStep(action=ASK_CARER, responder=carer, destination_id=home, wait=wait(10), hours=hours),
        last,
    ]
