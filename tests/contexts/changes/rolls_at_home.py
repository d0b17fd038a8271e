"""Clients with a roll at home whose plan changes, and the answers of their dispensers."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.dispensing.commands import giving as commands
from reik.dispensing.models import DeviceCommand
from reik.medication.changes.seen import open_changes
from reik.medication.operations import (
    confirm_schedule,
    deliver_roll,
    register_roll,
    write_schedule,
)
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from reik.tasks.queries import open_tasks_of
from tests import cast

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)  # `now` is Monday 23 November, 8 o'clock
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2, late_min=90)
EVENING = TimeLine(weekdays=EVERY_DAY, at=time(20))
ALL_CAN = {"can_hold_single_sachets": True, "roll_change": "any_time"}
NONE_CAN = {"can_hold_single_sachets": False, "roll_change": "after_last_sachet"}


def arrive(zorg, name, device, now, can, number="26-0418"):
    voice = cast.beside(cast.welcome(zorg, name, now), device, now)
    cast.tell(
        voice,
        voice.event("started", now, reason="power", model="x", session="0" * 16, capabilities=can),
        at=now,
    )
    schedule(voice, now, MORNING, EVENING)
    starts_at, ends_at = whole_days(TUESDAY, TUESDAY + 7 * DAY, ZONE)
    roll = register_roll(
        organisation_id=zorg.id, client_id=voice.client_id, number=f"{number}-{name}", starts_at=starts_at,
        ends_at=ends_at, by="pharmacist", now=now,
    )  # fmt: skip
    deliver_roll(roll, "courier", now)
    cast.tell(
        voice,
        voice.event("roll_loaded", now, roll=f"{number}-{name}", first=1, last=21, count=21, by="n1"),
        at=now,
    )
    answer_all(voice, now)
    return voice


def schedule(voice, now, *lines, starts_on=None):
    id = write_schedule(
        organisation_id=voice.organisation_id, client_id=voice.client_id, lines=lines, by="nurse", now=now,
        starts_on=starts_on,
    )  # fmt: skip
    confirm_schedule(id, "second nurse", now)


def sent(voice, *types):
    """Commands of these types that the device has not answered, oldest first."""
    return list(
        DeviceCommand.objects.filter(dispenser_id=voice.id, type__in=types, ended_at=None).order_by(
            "given_at", "id"
        )
    )


@transaction.atomic
def answer_all(voice, now, *, refused=(), sachets=None):
    """The device answers everything that it was sent: confirmed, save types in `refused`."""
    while found := commands.take_due(partitions=range(16), now=now):
        mine = [each for each in found if each.device == voice.device]
        if not mine:
            break
        events = []
        for each in mine:
            data = {"command": each.command.command, "result": "confirmed"}
            if each.command.type in refused:
                data |= {"result": "refused", "reason": "already_out", "sachets": sachets}
            events.append(voice.event("command_result", now, **data))
        cast.tell(voice, *events, at=now)


def stop_evening(voice, now, **more):
    schedule(voice, now, MORNING, **more)


def the(voice):
    (change,) = open_changes([voice.client_id])
    return change


def kinds(voice):
    return {each.kind for each in open_tasks_of([voice.client_id])}


def answer(change, now, word="agreed", how="account"):
    (request,) = (
        each for each in requests_about([change.id])[change.id] if each.state in ("open", "unanswered")
    )
    requests.answer(
        request.id, answer=word, by="Apotheker Bos", how=how, now=now, read_back_by="nurse" if how == "phone" else ""
    )  # fmt: skip


def alerts(voice, cause):
    return cast.rows(
        "SELECT subject, closed_at IS NULL FROM alerting_alert WHERE dispenser_id = %s AND cause = %s",
        voice.id,
        cause,
    )


def givers(change, who="Buurvrouw Riet"):
    return {each.key: who for each in change.affected}
