"""What forms and cards need to know of one client, read where it lives. What is not there is empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.arrangements import seen as arrangements
from reik.dispensing.queries import dispensers_of
from reik.dispensing.rolls.at_home import capabilities_of
from reik.kernel.queries import organisation_names
from reik.medication.queries import planned_doses
from reik.medication.times.schedule import local_day
from reik.pathway.forms.known import Known, Number, StepKnown, TypeKnown
from reik.people.homes import UNKNOWN, homes_of
from reik.people.homes_numbers import DutyNumberSeen, numbers_of
from reik.people.pharmacies import pharmacies_of
from reik.people.queries import ClientCard

LOOKED_AHEAD = timedelta(days=28)
CARE, FAULT = ("team", "centre"), ("supplier",)
"""Whose number stands on paper, in this order; only one that is answered at all hours."""
MINUTE = timedelta(minutes=1)


def gather(card: ClientCard, now: datetime) -> Known:
    """Of a client whom the caller may see already. A fixed number of statements."""
    today = local_day(now, ZoneInfo(card.zone))
    pharmacy = pharmacies_of([card.id]).get(card.id)
    numbers = numbers_of(card.organisation_id)
    doses = planned_doses([card.id], today, today + LOOKED_AHEAD).get(card.id, ())
    route, otherwise = _route(card.id)
    return Known(
        client=card.display, today=today, born=card.birth_date, team=card.team,
        organisation=organisation_names([card.organisation_id]).get(card.organisation_id, ""),
        language=homes_of([card.id]).get(card.id, UNKNOWN).language,
        pharmacy=pharmacy.name if pharmacy else "", pharmacy_phone=pharmacy.phone if pharmacy else "",
        care=_always(numbers, CARE), fault=_always(numbers, FAULT), type=_type(card.id), route=route,
        otherwise=otherwise, doses=sorted({(each.at, each.window_min) for each in doses}),
    )  # fmt: skip


def _always(numbers: Sequence[DutyNumberSeen], kinds: Sequence[str]) -> Number | None:
    """The first number of these kinds that has no hours: paper lies there at night too."""
    found = (each for kind in kinds for each in numbers if each.kind == kind and not each.hours)
    first = next(found, None)
    return Number(first.name, first.phone) if first else None


def _route(client_id: UUID) -> tuple[Sequence[StepKnown], bool]:
    """The usual route, and whether at some hours or moments another one holds."""
    version = arrangements.holding(client_id)
    if version is None:
        return (), False
    usual = next((each for each in version.routes if each.when is None), None)
    steps = [
        StepKnown(
            action=each.action, responder=each.responder, wait_min=each.wait // MINUTE, hours=each.hours
        )
        for each in (usual.steps if usual else ())
    ]
    return steps, any(each.when is not None and each.steps for each in version.routes)


def _type(client_id: UUID) -> TypeKnown | None:
    dispenser = dispensers_of([client_id]).get(client_id)
    if dispenser is None:
        return None
    can = capabilities_of([dispenser.id])[dispenser.id]
    return TypeKnown(
        device=dispenser.device, evidence=dispenser.evidence, sound=can.sound, battery_hours=can.battery_hours,
        unlocks=can.unlocks_at_battery_end, roll_change=can.roll_change, early=can.early,
    )  # fmt: skip


def made_up(now: datetime, zone: ZoneInfo) -> Known:
    """A client who does not exist, for looking at a text before it is approved."""
    return Known(
        client="Mw. A. (Annie) Voorbeeld", today=local_day(now, zone), born=local_day(now, zone).replace(1941, 2, 3),
        organisation="Zorg aan Zee", team="Team Noord", pharmacy="Apotheek Noord", pharmacy_phone="053 555 02 00",
        care=Number("Wijkteam Noord", "053 555 01 00"), fault=Number("De leverancier", "053 555 03 00"),
        doses=((time(8), 45), (time(12, 30), 45), (time(20), 45)),
        route=(
            StepKnown("phone_client", "Zorgcentrale", 5),
            StepKnown("ask_carer", "Petra (dochter)", 10, (time(8), time(22))),
            StepKnown("ask_team", "Wijkteam Noord", 5),
        ),
        type=TypeKnown(
            device="REIK-00000", evidence="removed", sound=("tone",), battery_hours=24.0, unlocks=None,
            roll_change="any_time", early=None,
        ),
    )  # fmt: skip
