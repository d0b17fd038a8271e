"""A demo is hurried, and knows made-up people and this machine only; anything else is neither."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from reik.dispensing.plans import keeping as plan_keeping
from reik.kernel.database import Role, become
from reik.kernel.operations import OnlyMadeUp, add_destination, mark_installation, pace, set_pace
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.times.schedule import EVERY_DAY, ScheduleRefused, TimeLine
from reik.ops.database import as_owner
from reik.ops.watch import HURRIED_PATIENCE, Watch
from reik.people.operations import register_client
from tests import cast

MIDNIGHT = datetime.fromisoformat("2026-11-24T00:00+01:00")
LINE = TimeLine(weekdays=EVERY_DAY, at=time(8), window_min=45, late_min=90)


def make(kind: str, speed: float, now: datetime) -> bool:
    changed: list[bool] = []

    def mark() -> None:
        mark_installation(kind, now)
        changed.append(set_pace(speed))

    as_owner(mark)
    become(Role.WORKER)
    return changed[0]


def home_of_carla(now: datetime) -> cast.Voice:
    zorg = cast.gather(now).zorg
    client = cast.welcome(zorg, "Carla", now)
    id = write_schedule(organisation_id=zorg.id, client_id=client.id, lines=[LINE], by="nurse", now=now)
    confirm_schedule(id, "pharmacist", now)
    roll = register_roll(
        organisation_id=zorg.id, client_id=client.id, number="C", starts_at=MIDNIGHT,
        ends_at=MIDNIGHT + timedelta(days=7), by="p", now=now,
    )  # fmt: skip
    deliver_roll(roll, "courier", now)
    return cast.beside(client, "CARLA-1", now)


def spans(voice: cast.Voice) -> set[tuple[timedelta, timedelta]]:
    return set(
        cast.rows(
            "SELECT deadline_at - due_at, latest_at - due_at FROM dispensing_moment WHERE dispenser_id = %s",
            voice.id,
        )
    )


def minutes_at_device(voice: cast.Voice) -> tuple[object, ...]:
    ((moment, version),) = cast.rows(
        "SELECT (moments->0)::text, version FROM dispensing_deviceplan WHERE dispenser_id = %s", voice.id
    )
    found = json.loads(moment)
    return version, found["window_min"], found["late_min"], found["signals"]


def test_in_a_demo_windows_and_signals_are_hurried_for_reik_and_device_alike(
    database: str, now: datetime
) -> None:
    assert make("demo", 60, now)
    assert pace() == 60
    carla = home_of_carla(now)
    assert spans(carla) == {(timedelta(seconds=45), timedelta(seconds=90))}
    assert minutes_at_device(carla) == (1, 0.75, 1.5, [0, 0.0833, 0.25, 0.5])
    assert Watch()._patience() == HURRIED_PATIENCE


def test_another_pace_renews_every_plan(database: str, now: datetime) -> None:
    make("demo", 60, now)
    carla = home_of_carla(now)
    assert not make("demo", 60, now)
    assert make("demo", 1, now)
    with transaction.atomic():
        assert plan_keeping.renew_all(now) == 1
    assert spans(carla) == {(timedelta(minutes=45), timedelta(minutes=90))}
    assert minutes_at_device(carla) == (2, 45, 90, [0, 5, 15, 30])


def test_nothing_real_is_ever_hurried(database: str, now: datetime) -> None:
    assert not make("real", 60, now)
    assert pace() == 1
    assert spans(home_of_carla(now)) == {(timedelta(minutes=45), timedelta(minutes=90))}
    with pytest.raises(IntegrityError):
        as_owner(hurry_anyway)


def hurry_anyway() -> None:
    cast.rows("UPDATE kernel_installation SET pace = 2 RETURNING 1")


def test_a_demo_sends_to_this_machine_only(database: str, now: datetime) -> None:
    zorg = cast.gather(now).zorg
    make("demo", 1, now)
    for address in ("https://example.org/x", "smtp://10.0.0.1/?to=a@b.nl&from=a@b.nl", "nonsense"):
        with pytest.raises(OnlyMadeUp, match="this machine only"):
            add_destination(organisation_id=zorg.id, channel="webhook", name="x", address=address, now=now)
    add_destination(
        organisation_id=zorg.id, channel="webhook", name="y", address="http://127.0.0.1:9/", now=now
    )


def test_a_demo_takes_made_up_people_only(database: str, now: datetime) -> None:
    zorg = cast.gather(now).zorg
    register_client(organisation_id=zorg.id, name="Real", bsn="111222333", now=now)
    make("demo", 1, now)
    with pytest.raises(OnlyMadeUp, match="9999"):
        register_client(organisation_id=zorg.id, name="Anna", bsn="111222333", now=now)
    register_client(
        organisation_id=zorg.id, name="Anna", bsn="999900006", birth_date=date(1940, 1, 1), now=now
    )


def test_a_time_has_seconds_in_a_hurried_demo_only(database: str, now: datetime) -> None:
    zorg = cast.gather(now).zorg
    client = cast.welcome(zorg, "Anna", now)
    line = TimeLine(weekdays=EVERY_DAY, at=time(8, 0, 15))
    with pytest.raises(ScheduleRefused, match="hours and minutes"):
        write_schedule(organisation_id=zorg.id, client_id=client.id, lines=[line], by="nurse", now=now)
    make("demo", 60, now)
    write_schedule(organisation_id=zorg.id, client_id=client.id, lines=[line, LINE], by="nurse", now=now)
