"""The care as it is before the dispenser (R64, C12): proposed from what is known, put right by a person, kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import planned_doses, zones_of
from reik.medication.times.schedule import local_day
from reik.pathway.asking import keep_tasks
from reik.pathway.baseline.baseline_rules import RUNS, BaselineRefused, WeekMoment, check_baseline, week_of
from reik.pathway.models import Baseline, BaselineMoment, CarePath, PlannedVisit
from reik.pathway.selection import selecting
from reik.pathway.selection.selection_facts import BaselineMeasured
from reik.pathway.selection.selection_seen import VisitSeen, newest_baselines, usual_minutes

WEEK = timedelta(days=7)
CARE_MIN, TRAVEL_MIN, ADMINISTRATION_MIN = Decimal(10), Decimal(10), Decimal(15)
"""Where an organisation has measured nothing yet: a place to begin from, and the screen says so."""


def proposed(client_id: UUID, now: datetime) -> list[WeekMoment]:
    """The moments of the week as they are known already: of the newest baseline, else of the medication's times.

    The times are of the coming week; the minutes what this organisation measured lately of such visits.
    """
    known = newest_baselines([client_id]).get(client_id)
    if known is not None:
        return [each.moment for each in known.visits]
    today = local_day(now, zones_of([client_id])[client_id])
    days: dict[time, int] = defaultdict(int)
    for dose in planned_doses([client_id], today, today + WEEK).get(client_id, ()):
        days[dose.at] |= 1 << (dose.day.isoweekday() - 1)
    path = CarePath.objects.filter(client_id=client_id).first()
    usual = usual_minutes(path.organisation_id) if path else {}
    care, travel = usual.get(True, (CARE_MIN, TRAVEL_MIN))
    return [
        WeekMoment(
            at=at, weekdays=weekdays, unique=True, care_minutes=care, travel_minutes=travel, who="caregiver"
        )
        for at, weekdays in sorted(days.items())
    ]


@transaction.atomic
def measure(
    path_id: UUID, moments: Sequence[WeekMoment], administration: Decimal, *, measured_on: date, by: str,
    now: datetime, note: str = "", seen: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keep one measurement with its visits; gives its id. What was decided of a visit at the same time stays.

    `seen`: the newest measurement that the person saw, None for none. Raises BaselineRefused (code `meanwhile` when
    somebody else measured), and PathRefused.
    """
    path = selecting.locked(path_id)
    today = local_day(now, zones_of([path.client_id])[path.client_id])
    check_baseline(moments, administration, measured_on, today)
    before = newest_baselines([path.client_id]).get(path.client_id)
    if (before.id if before else None) != seen:
        raise BaselineRefused("meanwhile", "Somebody else measured meanwhile: look at it first.")
    row = Baseline.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path, by=by,
        measured_on=measured_on, administration_minutes=administration, note=note.strip(), created_at=now,
    )  # fmt: skip
    _keep(path, row, moments, {each.moment.at: each for each in before.visits} if before else {}, by, now)
    keep_tasks([path.id], now, by)
    week = week_of(moments, administration)
    facts.publish(
        [
            BaselineMeasured(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id,
                baseline_id=row.id, moments=week.moments, unique=week.unique, care_minutes=float(week.care),
                travel_minutes=float(week.travel), administration_minutes=float(administration), by=by,
            )
        ],
        now,
    )  # fmt: skip
    return row.id


def _keep(
    path: CarePath, row: Baseline, moments: Sequence[WeekMoment], before: Mapping[time, VisitSeen], by: str,
    now: datetime,
) -> None:  # fmt: skip
    kept = [
        BaselineMoment(
            id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, baseline=row,
            at=each.at, weekdays=each.weekdays, unique=each.unique, care_minutes=each.care_minutes,
            travel_minutes=each.travel_minutes, who=each.who,
        )
        for each in moments
    ]  # fmt: skip
    BaselineMoment.objects.bulk_create(kept)
    PlannedVisit.objects.bulk_create([_visit(each, before.get(each.at), by, now) for each in kept])


def _visit(moment: BaselineMoment, was: VisitSeen | None, by: str, now: datetime) -> PlannedVisit:
    return PlannedVisit(
        id=new_id(now), organisation_id=moment.organisation_id, client_id=moment.client_id, moment=moment,
        state=was.state if was else RUNS, because=was.because if was else "",
        stops_on=was.stops_on if was else None, changed_by=was.changed_by if was else by,
        changed_at=was.changed_at if was else now,
    )  # fmt: skip
