"""What a roll, its client and its pharmacy went through."""

from __future__ import annotations

from datetime import datetime

from reik.dispensing.rolls.abilities import HOME_SIDE
from reik.medication.models import RollStep
from reik.medication.operations import tell_rolls_due
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.queries import open_tasks_of
from tests.contexts.rolls.rolls_of import ZONE


def local(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def chain(roll_id):
    rows = RollStep.objects.filter(roll_id=roll_id).order_by("number")
    return [(each.step, each.how, each.by, each.count) for each in rows]


def open_kinds(voice):
    return sorted((each.kind, each.owner_role, each.high_risk) for each in open_tasks_of([voice.client_id]))


def pharmacy(voice, now, partner=None, **more):
    id = register_pharmacy(
        organisation_id=voice.organisation_id, name="Apotheek De Vijzel", partner_id=partner, now=now,
        email="apotheek@voorbeeld.test", phone="+31 30 000 00 00", **more,
    )  # fmt: skip
    give_pharmacy(voice.client_id, id)


def tell(now):
    return tell_rolls_due(now, HOME_SIDE)
