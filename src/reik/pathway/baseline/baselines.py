"""The care as it is before the dispenser (R64, C12): proposed from what is known, put right by a person, kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from reik.pathway.selection.selection_seen import BaselineSeen, VisitSeen, newest_baselines, usual_minutes

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement of a path. `seen`: the newest one that the person saw, None for none."""

    moments: Sequence[WeekMoment]
    administration: Decimal
    measured_on: date
    note: str = ""
    seen: UUID | None = None


def measure(
    path_id: UUID, moments: Sequence[WeekMoment], administration: Decimal, *, measured_on: date, by: str,
    now: datetime, note: str = "", seen: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keep one measurement: `measure_all` for one; gives its id."""
    one = Measured(
        moments=moments, administration=administration, measured_on=measured_on, note=note, seen=seen
    )
    return measure_all({path_id: one}, by=by, now=now)[path_id]


@transaction.atomic
def measure_all(measured: Mapping[UUID, Measured], *, by: str, now: datetime) -> dict[UUID, UUID]:
    """Keep one measurement of each path with its visits; gives each path's. Set-wise.

    What was decided of a visit at the same time stays. Raises BaselineRefused (code `meanwhile` when somebody else
    measured), and PathRefused; then nothing was kept.
    """
    paths = selecting.all_locked(measured)
    clients = [each.client_id for each in paths.values()]
    zones, before = zones_of(clients), newest_baselines(clients)
    for id, one in measured.items():
        client_id = paths[id].client_id
        check_baseline(one.moments, one.administration, one.measured_on, local_day(now, zones[client_id]))
        known = before.get(client_id)
        if (known.id if known else None) != one.seen:
            raise BaselineRefused("meanwhile", "Somebody else measured meanwhile: look at it first.")
    rows = {id: _baseline(paths[id], one, by, now) for id, one in measured.items()}
    Baseline.objects.bulk_create(rows.values())
    _keep([(row, measured[id].moments, before.get(row.client_id)) for id, row in rows.items()], by, now)
    keep_tasks(paths, now, by)
    facts.publish([_told(row, measured[id], by) for id, row in rows.items()], now)
    return {id: row.id for id, row in rows.items()}


def _baseline(path: CarePath, one: Measured, by: str, now: datetime) -> Baseline:
    return Baseline(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path, by=by,
        measured_on=one.measured_on, administration_minutes=one.administration, note=one.note.strip(),
        created_at=now,
    )  # fmt: skip


def _told(row: Baseline, one: Measured, by: str) -> BaselineMeasured:
    week = week_of(one.moments, one.administration)
    return BaselineMeasured(
        organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.path_id, baseline_id=row.id,
        moments=week.moments, unique=week.unique, care_minutes=float(week.care),
        travel_minutes=float(week.travel), administration_minutes=float(one.administration), by=by,
    )  # fmt: skip


def _keep(
    measured: Sequence[tuple[Baseline, Sequence[WeekMoment], BaselineSeen | None]], by: str, now: datetime
) -> None:
    kept, visits = [], []
    for row, moments, before in measured:
        was = {each.moment.at: each for each in before.visits} if before else {}
        for each in moments:
            moment = BaselineMoment(
                id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, baseline=row,
                at=each.at, weekdays=each.weekdays, unique=each.unique, care_minutes=each.care_minutes,
                travel_minutes=each.travel_minutes, who=each.who,
            )  # fmt: skip
            kept.append(moment)
            visits.append(_visit(moment, was.get(each.at), by, now))
    BaselineMoment.objects.bulk_create(kept)
    PlannedVisit.objects.bulk_create(visits)


def _visit(moment: BaselineMoment, was: VisitSeen | None, by: str, now: datetime) -> PlannedVisit:
    return PlannedVisit(
        id=new_id(now), organisation_id=moment.organisation_id, client_id=moment.client_id, moment=moment,
        state=was.state if was else RUNS, because=was.because if was else "",
        stops_on=was.stops_on if was else None, changed_by=was.changed_by if was else by,
        changed_at=was.changed_at if was else now,
    )  # fmt: skip
