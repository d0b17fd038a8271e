"""Planned visits that stop as the dispenser takes over, and the ones that still do the same work (R77)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication.queries import planned_doses, zones_of
from reik.medication.times.schedule import instant_of, local_day
from reik.pathway.baseline.baseline_rules import (
    KEPT,
    RUNS,
    STOPPED,
    WINDING_DOWN,
    VisitRefused,
    check_visit,
    runs_still,
    same_work,
)
from reik.pathway.facts import PathMoved
from reik.pathway.models import CarePath, PlannedVisit
from reik.pathway.path import Event, State
from reik.pathway.selection.selection_facts import VisitsChanged
from reik.pathway.selection.selection_seen import VisitSeen, newest_baselines
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, open_tasks

TASK = "path.wind_down"
WITHIN = timedelta(days=14)
CLOSES = time(17)
OTHER_CARE = "other_care"
"""Why a visit is kept, as a code: one comes for other care as well. Anything else is a person's own words."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A visit that still runs at a time at which a dispenser in use hands out. `days`: bits, Monday 1.

    `stopping_since`: it was to stop on this day, and nobody said that it did.
    """

    visit: VisitSeen
    days: int
    stopping_since: date | None


def visits_of(client_ids: Collection[UUID]) -> dict[UUID, list[VisitSeen]]:
    """The visits of each client's newest baseline, by time of the day."""
    return {id: each.visits for id, each in newest_baselines(client_ids).items()}


def dispensed_times(client_ids: Collection[UUID], now: datetime) -> dict[UUID, set[tuple[int, time]]]:
    """At which ISO weekdays and times each client's plan hands out in the coming week."""
    found: dict[UUID, set[tuple[int, time]]] = {}
    days = {local_day(now, zone) for zone in zones_of(client_ids).values()}
    if not days:
        return found
    for id, doses in planned_doses(client_ids, min(days), max(days) + WEEK).items():
        found[id] = {(each.day.isoweekday(), each.at) for each in doses}
    return found


def duplicates(client_ids: Collection[UUID], now: datetime) -> dict[UUID, list[Duplicate]]:
    """Visits that run while a dispenser in use does the same work; clients without any are missing.

    A fixed number of statements for any number of clients. One that is kept with a reason is no duplicate.
    """
    in_use = _in_use(client_ids)
    visits = visits_of(in_use)
    dispensed, zones = dispensed_times(list(visits), now), zones_of(visits)
    found: dict[UUID, list[Duplicate]] = defaultdict(list)
    for id, of_client in visits.items():
        today = local_day(now, zones[id])
        for each in of_client:
            days = same_work(each.moment.at, each.moment.weekdays, dispensed.get(id, ()))
            if days and runs_still(each.state, each.stops_on, today):
                since = each.stops_on if each.state == WINDING_DOWN else None
                found[id].append(Duplicate(visit=each, days=days, stopping_since=since))
    return dict(found)


def _in_use(client_ids: Collection[UUID]) -> list[UUID]:
    rows = CarePath.objects.filter(client_id__in=client_ids, ended_at=None, state=State.IN_USE)
    return list(rows.values_list("client_id", flat=True))


@transaction.atomic
def set_visit(
    visit_id: UUID, state: str, *, by: str, now: datetime, because: str = "", stops_on: date | None = None,
    seen_at: str = "",
) -> None:  # fmt: skip
    """Say what becomes of one visit. `seen_at`: its `changed_at` as the person saw it.

    Raises VisitRefused, also when somebody else was first (code `meanwhile`).
    """
    row = PlannedVisit.objects.select_for_update(no_key=True).filter(id=visit_id).first()
    if row is None:
        raise VisitRefused("gone", "This visit is no longer there: look at the page again.")
    if seen_at and row.changed_at.isoformat() != seen_at:
        raise VisitRefused("meanwhile", f"{row.changed_by} changed this meanwhile: look again.")
    check_visit(state, because, stops_on, local_day(now, zones_of([row.client_id])[row.client_id]))
    row.state, row.because = state, because.strip() if state == KEPT else ""
    row.stops_on = stops_on if state == WINDING_DOWN else row.stops_on if state == STOPPED else None
    row.changed_by, row.changed_at = by, now
    row.save(update_fields=["state", "because", "stops_on", "changed_by", "changed_at"])
    _told([(row.organisation_id, row.client_id)], state, by, now)
    end_when_settled([row.client_id], by=by, now=now)


@transaction.atomic
def wind_down_all(client_id: UUID, stops_on: date, *, by: str, now: datetime) -> int:
    """Every visit that runs and does what the dispenser does stops from this day on; gives how many.

    One that is part of other care goes on for that care, which is its reason.
    """
    check_visit(WINDING_DOWN, "", stops_on, local_day(now, zones_of([client_id])[client_id]))
    dispensed = dispensed_times([client_id], now).get(client_id, set())
    same = [
        each
        for each in visits_of([client_id]).get(client_id, [])
        if each.state == RUNS and same_work(each.moment.at, each.moment.weekdays, dispensed)
    ]
    rows = PlannedVisit.objects.filter(state=RUNS)
    changed = rows.filter(id__in=[each.id for each in same if each.moment.unique]).update(
        state=WINDING_DOWN, stops_on=stops_on, because="", changed_by=by, changed_at=now
    )
    changed += rows.filter(id__in=[each.id for each in same if not each.moment.unique]).update(
        state=KEPT, because=OTHER_CARE, stops_on=None, changed_by=by, changed_at=now
    )
    if changed:
        organisation = CarePath.objects.filter(client_id=client_id).values_list("organisation_id", flat=True)
        _told([(organisation[0], client_id)], WINDING_DOWN, by, now)
    end_when_settled([client_id], by=by, now=now)
    return changed


def end_when_settled(client_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """The task ends when something was decided for each visit."""
    visits = visits_of(client_ids)
    settled = [id for id in client_ids if not any(each.state == RUNS for each in visits.get(id, ()))]
    end_tasks(settled, TASK, as_=DONE, by=by, now=now)


@transaction.atomic
def fall_back(client_ids: Collection[UUID], *, by: str, now: datetime) -> int:
    """Without the dispenser the visits run again (R8); gives how many. Three statements for any number of clients."""
    ids = [each.id for of_client in visits_of(client_ids).values() for each in of_client]
    rows = PlannedVisit.objects.filter(id__in=ids, state__in=(WINDING_DOWN, STOPPED))
    told = sorted(set(rows.values_list("organisation_id", "client_id")))
    changed = rows.update(state=RUNS, stops_on=None, because="", changed_by=by, changed_at=now)
    _told(told, RUNS, by, now)
    end_tasks(client_ids, TASK, as_=DROPPED, by=by, now=now)
    return changed


def _told(clients: Sequence[tuple[UUID, UUID]], state: str, by: str, now: datetime) -> None:
    facts.publish(
        [
            VisitsChanged(organisation_id=house, client_id=client, state=state, by=by)
            for house, client in clients
        ],
        now,
    )


def follow_moved(moved: Sequence[PathMoved], now: datetime) -> None:
    """In use: somebody says of each visit what becomes of it. Stopped or declined: the visits run again."""
    over = [each for each in moved if each.event in (Event.STOP, Event.DECLINE)]
    if over:
        fall_back([each.client_id for each in over], by=over[0].by, now=now)
    live = {each.client_id: each for each in moved if each.event == Event.GO_LIVE}
    visits = visits_of(live) if live else {}
    zones = zones_of(visits)
    open_tasks(
        [
            NewTask(
                organisation_id=live[id].organisation_id, client_id=id, kind=TASK, about=live[id].path_id,
                owner_role="nurse", by=live[id].by,
                due_at=instant_of(local_day(now + WITHIN, zones[id]), CLOSES, zones[id]),
            )
            for id, of_client in visits.items()
            if any(each.state == RUNS for each in of_client)
        ],
        now,
    )  # fmt: skip
