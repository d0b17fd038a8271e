"""Arrangements agreed on, and alerts that walk their routes."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import transaction

from reik.alerting.arrangements.choosing import When
from reik.alerting.calls import take_due_steps
from reik.alerting.models import Alert, Step
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.operations import add_destination
from reik.people.models import Roster, RosterException, RosterMember
from tests.cast import tell

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
State = Step.State
NIGHT = When(hours=(time(23), time(7)))


def open_alert(voice, at, key="m") -> Alert:
    tell(voice, voice.closed(key, "not_taken_out", at), at=at)
    return Alert.objects.get(moment__key=key, dispenser_id=voice.id)


@transaction.atomic
def watch(now) -> int:
    return take_due_steps(now=now)


@transaction.atomic
def publish(*told, now):
    facts.publish(told, now)


def walked(alert) -> list[tuple[str, str, str]]:
    found = Step.objects.filter(alert_id=alert.id).order_by("due_at", "position", "round")
    return [(s.responder, State(s.state).name, s.reason) for s in found]


def agree(cast, client_id, route, now, **more):
    return agree_arrangement(
        organisation_id=cast.zorg.id, client_id=client_id, route=route, agreed_by="Jo", now=now, **more
    )


def place(cast, name, now):
    return add_destination(
        organisation_id=cast.zorg.id, channel="email", name=name, now=now,
        address=f"smtp://127.0.0.1/?to={name}@example.org&from=reik@example.org&tls=none",
    )  # fmt: skip


class Duty:
    """A roster on which people are put for stretches of time."""

    def __init__(self, cast, now):
        self._org, self._now = cast.zorg.id, now
        self.resort = place(cast, "achterwacht", now)
        self.row = Roster.objects.create(
            id=new_id(now), organisation_id=self._org, name="Team van dienst", last_resort_id=self.resort.id,
            created_at=now,
        )  # fmt: skip
        self._cast = cast

    def on(self, name, since, until, *, place_=1, fallback=None):
        member = RosterMember.objects.create(
            id=new_id(self._now), organisation_id=self._org, roster=self.row, name=name, created_at=self._now,
            destination=place(self._cast, name.lower(), self._now), fallback=fallback,
        )  # fmt: skip
        RosterException.objects.create(
            id=new_id(self._now), organisation_id=self._org, roster=self.row, member=member, kind="on",
            place=place_, starts_at=since, ends_at=until, by="Jo", created_at=self._now,
        )  # fmt: skip
        return member

    def step(self, **more) -> RouteStep:
        values = {"wait": 5 * MINUTE, "repeat": 5 * MINUTE, **more}
        return RouteStep(
            action="ask_team", responder="Team van dienst", destination_id=self.resort.id,
            roster_id=self.row.id, **values,
        )  # fmt: skip


@pytest.fixture
def duty(cast, now):
    return Duty(cast, now)
