"""A later start of the demo: for some people the schedule changes, so that doses fall due within the next minutes.

A nurse writes the schedule, the pharmacist reads it back, the old rolls go back and one of the new plan is brought:
all as in life, shortly before the start, so that the devices know it already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.dispensing.models import Moment
from reik.dispensing.outcomes import OUT
from reik.medication.models import Schedule
from reik.medication.operations import confirm_schedule, write_schedule
from reik.medication.queries import timetables
from reik.medication.rolls.check import RollRefused
from reik.medication.times.schedule import ScheduleRefused, TimeLine
from reik.ops.demo import agenda, cast
from reik.ops.demo.pharmacy import PHARMACIST, Pharmacy
from reik.ops.history import Staff
from reik.people.models import Client

ONE_IN = 4
"""So many of all have a time that is soon."""
WITHIN = timedelta(minutes=30)
FREE = timedelta(days=1)
"""So long after the start the story's client has no dose of her own."""
SOON_MIN = [each for each in agenda.SOON_MIN if each < WITHIN / timedelta(minutes=1)]


def change(
    client_ids: Collection[UUID],
    at: datetime,
    now: datetime,
    *,
    staff: Mapping[UUID, Staff],
    pharmacy: Pharmacy,
    zone: ZoneInfo,
) -> int:
    """See that a quarter of these clients have a dose soon after `now`; what has to change does so `at` a time before.

    Gives how many schedules and rolls were changed: only of people with nothing under way and no draft of a visitor,
    so fewer when few times can be moved. In the caller's transaction, while the devices live in its time.
    """
    tables = timetables(client_ids)
    tables = {id: tables[id] for id in tables.keys() - _drafted(client_ids)}
    story = set(Client.objects.filter(id__in=tables, name=cast.STORY.name).values_list("id", flat=True))
    agree = partial(_agree, at=at, staff=staff, pharmacy=pharmacy)
    for id in story & _busy(story, at, now + FREE) - _busy(story, at, at):
        agree(id, _story(tables[id][-1].lines, now, zone))
    waiting = sorted(tables.keys() - story - _busy(client_ids, at, now + WITHIN))
    Random(now.isoformat()).shuffle(waiting)  # noqa: S311 - whose turn it is, no secret
    wanted, changed = len(client_ids) // ONE_IN - _due_soon(client_ids, now), 0
    for id in waiting:
        if changed >= wanted:
            break
        lines = agenda.moved(tables[id][-1].lines, _soon(changed, now, zone))
        changed += bool(lines) and agree(id, lines)
    return changed


def _due_soon(client_ids: Collection[UUID], now: datetime) -> int:
    """How many have a moment soon as it is."""
    due = Moment.objects.filter(
        client_id__in=client_ids, due_at__gt=now, due_at__lte=now + WITHIN, outcome=None
    )
    return due.values("client_id").distinct().count()


def _soon(number: int, now: datetime, zone: ZoneInfo) -> time:
    return agenda.start(now + timedelta(minutes=SOON_MIN[number % len(SOON_MIN)] + 1), zone)


def _busy(client_ids: Collection[UUID], at: datetime, until: datetime) -> set[UUID]:
    """Those with a moment under way or due between these instants, or with one out before its time."""
    moments = Moment.objects.filter(client_id__in=client_ids, latest_at__gt=at)
    waiting = moments.filter(due_at__lte=until).exclude(outcome__isnull=False, outcome__in=OUT)
    early = moments.filter(due_at__gt=at, outcome__isnull=False)
    return set((waiting | early).values_list("client_id", flat=True))


def _drafted(client_ids: Collection[UUID]) -> set[UUID]:
    """Those whose schedule a visitor is changing."""
    drafts = Schedule.objects.filter(client_id__in=client_ids, confirmed_at=None, sent_back_at=None)
    return set(drafts.values_list("client_id", flat=True))


def _story(lines: Sequence[TimeLine], now: datetime, zone: ZoneInfo) -> list[TimeLine]:
    """Her own days again, none of them within FREE."""
    return agenda.lines(cast.STORY, [lines[-1].at.replace(second=0)], agenda.story_days(now, zone))


def _agree(
    id: UUID, lines: Sequence[TimeLine], *, at: datetime, staff: Mapping[UUID, Staff], pharmacy: Pharmacy
) -> bool:
    """Whether it was possible: what a visitor did to her rolls may stand in its way."""

    def change(organisation_id: UUID) -> None:
        schedule_id = write_schedule(
            organisation_id=organisation_id, client_id=id, lines=lines, by=staff[id].team[0], now=at
        )
        confirm_schedule(schedule_id, PHARMACIST, at)

    try:
        with transaction.atomic():
            pharmacy.renew(id, at, change=change)
    except (RollRefused, ScheduleRefused):
        return False
    return True
