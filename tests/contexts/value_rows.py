"""Rows from which the business case of an organisation is computed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reik.alerting.models import Alert, ArrangementStep, Step
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.ids import new_id
from reik.pathway.models import Baseline, BaselineMoment, CarePath, PlannedVisit
from reik.value.case.assumptions import NewRange, assume
from tests import cast

DAY = timedelta(days=1)
EVERY_DAY = 0b1111111
MONEY = {
    "wage_hour_eur": 42.0, "device_month_eur": 80.0, "device_start_eur": 0.0, "device_return_eur": 0.0,
    "coupling_start_eur": 0.0, "coupling_year_eur": 0.0, "centre_month_eur": 8.0, "centre_alert_eur": 0.0,
    "workers_trained": 10.0, "training_hours": 2.0, "project_start_eur": 5000.0, "tariff_hour_eur": 70.0,
    "declarable_pct": 100.0, "dispenser_month_eur": 150.0, "use_more_clients_pct": 50.0, "use_heavier_pct": 20.0,
    "use_fewer_hired_pct": 0.0, "refilled_declarable_pct": 60.0,
}  # fmt: skip


def fill_in(people: cast.Cast, now: datetime, **values: float) -> None:
    for key, value in values.items():
        new = NewRange(
            key=key, low=value, likely=value, high=value, source="contract", source_date=now.date()
        )
        assume(people.zorg.id, new, by="controller", now=now)


def baseline(voice: cast.Voice, now: datetime, *, unique: int, stopped: int) -> None:
    """A measured week: so many unique visits a day, of which so many have stopped, and one combined."""
    whose: dict[str, Any] = {"organisation_id": voice.organisation_id, "client_id": voice.client_id}
    path = CarePath.objects.create(
        id=new_id(now), **whose, setting="zvw", state="in_use", step=8, opened_at=now, opened_by="x", entered_at=now
    )  # fmt: skip
    row = Baseline.objects.create(
        id=new_id(now), **whose, path=path, measured_on=now.date(), administration_minutes=Decimal(14), by="x",
        created_at=now,
    )  # fmt: skip
    for number in range(unique + 1):
        moment = BaselineMoment.objects.create(
            id=new_id(now), **whose, baseline=row, at=time(8 + number), weekdays=EVERY_DAY, unique=number < unique,
            care_minutes=Decimal(6 if number < unique else 40), travel_minutes=Decimal(9), who="caregiver",
        )  # fmt: skip
        PlannedVisit.objects.create(
            id=new_id(now), **whose, moment=moment, state="stopped" if number < stopped else "runs", changed_by="x",
            changed_at=now,
        )  # fmt: skip


def alert(people: cast.Cast, voice: cast.Voice, opened: datetime, *, by_centre: bool, drove: bool) -> None:
    row = Alert.objects.create(
        id=new_id(opened), organisation_id=people.zorg.id, client_id=voice.client_id, dispenser_id=voice.id,
        arrangement=people.default, cause="not_out", reason="", priority=1, state="closed", opened_at=opened,
        handled_at=opened, handled_as="out_at_visit", closed_at=opened, closed_as="out_at_visit", remote=not drove,
    )  # fmt: skip
    for position, action in ((1, "phone_client"), (3, "ask_team")):
        if position == 3 and by_centre:
            continue
        step = ArrangementStep.objects.get(arrangement=people.default, position=position)
        Step.objects.create(
            id=new_id(opened), organisation_id=people.zorg.id, alert=row, position=position, action=action,
            responder=step.responder, destination=people.desks["centre"], due_at=opened, state=2, taken_at=opened,
        )  # fmt: skip


def moments(voices: list[cast.Voice], now: datetime, *, days: int, a_day: int) -> None:
    plan_moments(
        [
            cast.planned(voice, f"m-{day}-{number}", now - day * DAY - number * timedelta(hours=3))
            for voice in voices
            for day in range(1, days + 1)
            for number in range(a_day)
        ],
        now - (days + 1) * DAY,
    )


@pytest.fixture
def people(now: datetime) -> cast.Cast:
    return cast.gather(now - 200 * DAY)
