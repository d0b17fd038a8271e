"""Rolls of a client, from her schedule to her dispenser."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from reik.dispensing.models import DeviceCommand, Moment
from reik.medication.operations import (
    confirm_schedule,
    deliver_roll,
    load_roll,
    register_roll,
    write_schedule,
)
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from tests import cast

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)  # `now` is Monday 23 November, 8 o'clock
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LINES = (
    TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2, late_min=90),
    TimeLine(weekdays=EVERY_DAY, at=time(20)),
)


def arrive(zorg, name, device, now):
    voice = cast.beside(cast.welcome(zorg, name, now), device, now)
    schedule(voice, now, *LINES)
    return voice


def schedule(voice, now, *lines):
    id = write_schedule(
        organisation_id=voice.organisation_id, client_id=voice.client_id, lines=lines, by="nurse", now=now
    )
    confirm_schedule(id, "pharmacist", now)


def register(voice, now, number="26-0418", first=TUESDAY, days=7, **more):
    starts_at, ends_at = whole_days(first, first + days * DAY, ZONE)
    return register_roll(
        organisation_id=voice.organisation_id, client_id=voice.client_id, number=number, starts_at=starts_at,
        ends_at=ends_at, by="pharmacist", now=now, **more,
    )  # fmt: skip


def bring(voice, now, **more):
    """A roll registered from the plan and delivered."""
    id = register(voice, now, **more)
    deliver_roll(id, "courier", now)
    return id


def load(voice, now, number="26-0418", first=1, last=21, count=21):
    load_roll(
        organisation_id=voice.organisation_id, client_id=voice.client_id, number=number, first=first, last=last,
        count=count, by="nurse", now=now,
    )  # fmt: skip


def device_loads(voice, now, number="26-0418", first=1, last=21, count=21):
    return voice.event("roll_loaded", now, roll=number, first=first, last=last, count=count, by="n1")


def plans(voice):
    """The `set_plan` commands of a dispenser, oldest first."""
    rows = DeviceCommand.objects.filter(dispenser_id=voice.id, type="set_plan")
    return sorted((each.data for each in rows), key=lambda data: data["version"])


def keys(voice):
    return list(Moment.objects.filter(dispenser_id=voice.id).order_by("due_at").values_list("key", flat=True))


def of_kind(said, kind):
    return [each for each in said if isinstance(each, kind)]
