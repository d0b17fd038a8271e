"""Writes of the end: stopping, closing what is open, and ending when all is done (R13, R49)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from reik.alerting.gone import ROLL_TASKS, ask_for_no_rolls
from reik.dispensing.away.path import DIED as ABSENCE_DIED
from reik.dispensing.away.path import USE_STOPPED
from reik.dispensing.away.seen import open_absences, stopped_as
from reik.dispensing.away.stopping import stop_client
from reik.dispensing.devices.facts import DispenserFetched
from reik.dispensing.devices.taking_in import take_in_for_good
from reik.dispensing.queries import dispensers_of
from reik.kernel import facts
from reik.medication.queries import planned_doses, zones_of
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import open_requests
from reik.medication.seen.overview import still_at_home
from reik.pathway.asking import keep_tasks
from reik.pathway.models import CarePath, PathEvent
from reik.pathway.moving import move
from reik.pathway.path import TRANSITIONS, Event, State
from reik.pathway.recording import record
from reik.pathway.use.stopping_rules import DIED, LOOKED_AHEAD, Instead, Slot, StopRefused, check
from reik.pathway.use.use_facts import UseStops
from reik.people import carers, homes_access
from reik.people.pharmacies import pharmacies_of

STOPS = ("nurse",)
BY = "reik"
LEFTOVERS_WITHIN = timedelta(days=7)
BELIEVED_AFTER = timedelta(minutes=2)
"""Until then whoever said that a client died takes it back with one press."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStop:
    """`last_at`: nothing that is due from then on is handed out any more. `version`: of the path on the page."""

    reason: str
    last_at: datetime
    instead: Sequence[Instead]
    note: str = ""
    version: int | None = None


def slots_after(client_id: UUID, last_at: datetime) -> list[Slot]:
    """What the dispenser would have given in the two weeks from `last_at` on."""
    zone = zones_of([client_id])[client_id]
    first = last_at.astimezone(zone).date()
    doses = planned_doses([client_id], first, first + LOOKED_AHEAD)[client_id]
    return [Slot(day=each.day, at=each.at) for each in doses if each.due_at >= last_at]


@transaction.atomic
def stop(path_id: UUID, new: NewStop, *, by: str, role: str, now: datetime) -> None:
    """She stops with the dispenser: the path moves, the pharmacy is told, and what must be closed are tasks.

    Raises StopRefused for a gap, PathRefused from where nothing can be stopped.
    """
    if role not in STOPS:
        raise StopRefused("role", "A district nurse stops the dispenser: ask her.")
    row = CarePath.objects.get(id=path_id)
    slots = slots_after(row.client_id, new.last_at)
    check(
        reason=new.reason, note=new.note, last_at=new.last_at, instead=new.instead, slots=slots, now=now
    )  # fmt: skip
    _stop(row, new, by, role, now)


def _stop(row: CarePath, new: NewStop, by: str, role: str, now: datetime) -> None:
    care = [_plain(each) for each in new.instead]
    move(
        row.id, Event.STOP, by=by, role=role, now=now, note=new.note, version=new.version,
        detail={"because": new.reason, "last_at": new.last_at, "instead": care},
    )  # fmt: skip
    record(row.id, "care_instead", by=by, role=role, now=now, detail={"instead": care, "reason": new.reason})
    _tell_pharmacy(row, new, by, now)
    _announce_leftovers(row, new, by, now)
    facts.publish(
        [
            UseStops(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id, reason=new.reason,
                last_at=new.last_at, by=by,
            )
        ],
        now,
    )  # fmt: skip
    if new.last_at <= now:
        close_routes([row.id], now)


def _plain(each: Instead) -> dict[str, object]:
    return {
        "who": each.who, "name": each.name, "from_on": each.from_on.isoformat(), "weekdays": each.weekdays,
        "at": f"{each.at:%H:%M}" if each.at else "",
    }  # fmt: skip


def _tell_pharmacy(row: CarePath, new: NewStop, by: str, now: datetime) -> None:
    """Once: whoever said that she died told the pharmacy as well (R49)."""
    if any(each.kind == "stop_client" for each in open_requests([row.client_id])):
        return
    requests.ask(
        [
            requests.NewRequest(
                organisation_id=row.organisation_id, client_id=row.client_id, kind="stop_client", about=row.id,
                urgency="today", answer_by=now + timedelta(days=1), by=by,
                detail={"why": new.reason, "last_at": new.last_at.isoformat()},
            )
        ],
        now,
    )  # fmt: skip


def _announce_leftovers(row: CarePath, new: NewStop, by: str, now: datetime) -> None:
    """The pharmacy that takes her rolls back hears that they come (R13): where one is known, and a roll is at home."""
    numbers = still_at_home([row.client_id], now).get(row.client_id, [])
    if not numbers or row.client_id not in pharmacies_of([row.client_id]):
        return
    requests.ask(
        [
            requests.NewRequest(
                organisation_id=row.organisation_id, client_id=row.client_id, kind="leftovers", about=row.id,
                urgency="week", answer_by=max(new.last_at, now) + LEFTOVERS_WITHIN, by=by,
                detail={"why": "stop", "last_at": new.last_at.isoformat(), "rolls": numbers},
            )
        ],
        now,
    )  # fmt: skip


def ends_of(path_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Of each path that stops what was said then: because, last_at (ISO), instead; with `by` and `at`."""
    rows = PathEvent.objects.filter(path_id__in=path_ids, event=Event.STOP.value).order_by("at", "id")
    return {each.path_id: {**each.detail, "by": each.by, "at": each.at, "note": each.note} for each in rows}


def look_at_stops(now: datetime) -> int:
    """For `reik watch`: last moments that are over, and deaths that an alert or an absence told of. Gives how many."""
    dead = _follow_deaths(now)
    paths = list(CarePath.objects.filter(state=State.STOPPING.value).values_list("id", flat=True))
    return dead + (close_routes(paths, now) if paths else 0)


def close_routes(path_ids: Collection[UUID], now: datetime) -> int:
    """From its last moment on the dispenser hands out and reports nothing any more. Who is stopped already stays so."""
    ends = ends_of(path_ids)
    due = [id for id, end in ends.items() if datetime.fromisoformat(str(end["last_at"])) <= now]
    clients = dict(CarePath.objects.filter(id__in=due).values_list("id", "client_id"))
    absences, devices = open_absences(clients.values()), dispensers_of(clients.values())
    done = 0
    for id, client_id in sorted(clients.items()):
        one = absences.get(client_id)
        if client_id not in devices or (one is not None and one.state == "stopped"):
            continue
        by = str(ends[id]["by"])
        with transaction.atomic():
            stop_client(client_id=client_id, reason=USE_STOPPED, by=by, now=now, ends=ROLL_TASKS)
            ask_for_no_rolls(client_id, by, now)
            keep_tasks([id], now, by)
        done += 1
    return done


def _follow_deaths(now: datetime) -> int:
    """Once it is believed."""
    return _stop_for_the_dead(stopped_as(ABSENCE_DIED, now - BELIEVED_AFTER), now)


def follow_fetched(told: Sequence[DispenserFetched], now: datetime) -> None:
    """Handler: a dispenser left its client. Whoever fetched it from who died believed that."""
    _stop_for_the_dead(
        {each.client_id: each.by for each in told if each.because == ABSENCE_DIED and each.client_id}, now
    )
    clients = [each.client_id for each in told if each.client_id]
    paths = CarePath.objects.filter(client_id__in=clients, state=State.STOPPING.value)
    keep_tasks(list(paths.values_list("id", flat=True)), now)


def _stop_for_the_dead(dead: Mapping[UUID, str], now: datetime) -> int:
    """The path of a client who died ends like any other; nothing replaces the care. By client who said so."""
    paths = CarePath.objects.filter(client_id__in=dead, ended_at=None).exclude(state=State.STOPPING.value)
    done = 0
    for row in paths.order_by("id"):
        by = dead[row.client_id]
        if (State(row.state), Event.STOP) in TRANSITIONS:
            _stop(row, NewStop(reason=DIED, last_at=now, instead=[]), by, BY, now)
        else:
            move(row.id, Event.DECLINE, by=by, role=BY, now=now, detail={"because": DIED})
        done += 1
    return done


@transaction.atomic
def close_access(
    path_id: UUID, *, end_house_access: bool, carer_ids: Collection[UUID], by: str, role: str, now: datetime
) -> None:
    """Who may see and enter no longer: the house access that only this needed, and carers who took part for this."""
    row = _stopping(path_id)
    if end_house_access:
        homes_access.end_access(row.client_id, now)
    for each in sorted(set(carer_ids)):
        carers.end_part(each, row.client_id, by=by, now=now)
    detail = {"house_access": end_house_access, "carers": len(set(carer_ids))}
    record(row.id, "access_closed", by=by, role=role, now=now, detail=detail)


@transaction.atomic
def device_fetched(path_id: UUID, *, by: str, now: datetime) -> str:
    """Who took the dispenser back says so; gives its name. Raises TakeInRefused while a roll is in it, or it runs."""
    row = _stopping(path_id)
    return take_in_for_good(client_id=row.client_id, by=by, now=now)


def _stopping(path_id: UUID) -> CarePath:
    row = CarePath.objects.select_for_update(no_key=True, of=("self",)).filter(id=path_id).first()
    if row is None or row.state != State.STOPPING.value:
        raise StopRefused("path", "This client is not stopping: look at her care path again.")
    return row


def end(path_id: UUID, *, by: str, role: str, now: datetime, version: int | None = None) -> None:
    """All is done. Raises PathRefused with what is still missing."""
    move(path_id, Event.STOPPED, by=by, role=role, now=now, version=version)
