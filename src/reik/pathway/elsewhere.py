"""What other contexts know of a care path's conditions: each asked once for all paths, by its own queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from reik.alerting.drills.go_live import follow_up_of
from reik.alerting.queries import open_alerts
from reik.dispensing.away import path as away
from reik.dispensing.away.seen import open_absences
from reik.dispensing.queries import dispensers_of
from reik.medication.queries import planned_doses
from reik.medication.requests.seen import RequestSeen, requests_of
from reik.medication.seen.overview import rolls_shown, still_at_home
from reik.medication.times.written import newest
from reik.pathway.evidence import Shown
from reik.pathway.queries import PathSeen
from reik.people.homes_access import accesses_of
from reik.tasks.queries import open_tasks_of

ByKind = dict[str, dict[UUID, Shown]]
Paths = Sequence[PathSeen]
PLANS_WITHIN = timedelta(days=28)
AGREED, WITHDRAWN = "agreed", "withdrawn"
LEFTOVERS = ("leftovers_count", "leftovers_back", "leftovers_receive", "return_roll_and_device")
CHECKS: Mapping[str, str] = {
    away.MEDICATION: "medication_checked",
    away.ROLL: "roll_checked",
    away.ROUTE: "route_tested",
}
"""The checks of an absence before the restart (R12) are the conditions of the path's restart: one act, one record."""


def read(paths: Paths, wanted: frozenset[str], now: datetime) -> Iterator[ByKind]:
    """What holds of these kinds; a reader that shows none of them is not asked."""
    if not paths:
        return
    for kinds, reader in READERS:
        if not wanted.isdisjoint(kinds):
            yield reader(paths, now)


def _clients(paths: Paths) -> list[UUID]:
    return sorted({each.client_id for each in paths})


def _each(paths: Paths, found: Mapping[UUID, Shown]) -> dict[UUID, Shown]:
    """By path what is known by client."""
    return {each.id: found[each.client_id] for each in paths if each.client_id in found}


def of_dispenser(paths: Paths, _now: datetime) -> ByKind:
    """Linked when it was heard; back when none stands with the client any more."""
    devices = dispensers_of(_clients(paths))
    linked = {
        id: Shown(at=one.heard_at, by=one.device, about=one.id, words=one.device)
        for id, one in devices.items()
        if one.heard_at is not None
    }
    gone = {each.client_id: Shown() for each in paths if each.client_id not in devices}
    return {"device_linked": _each(paths, linked), "device_back": _each(paths, gone)}


def of_rolls(paths: Paths, now: datetime) -> ByKind:
    """Confirmed when one is registered that is not over; loaded when a dispenser said that it is in it."""
    clients = _clients(paths)
    rolls = rolls_shown(clients, now)
    confirmed, loaded = {}, {}
    for id, of_client in rolls.items():
        for roll in of_client:
            if roll.ends_at > now:
                confirmed[id] = Shown(by=roll.packer, until=roll.ends_at, words=roll.number)
            if roll.state == "loaded" and roll.ends_at > now:
                loaded[id] = Shown(until=roll.ends_at, words=roll.number)
    return {"roll_confirmed": _each(paths, confirmed), "roll_loaded": _each(paths, loaded)}


def of_leftovers(paths: Paths, now: datetime) -> ByKind:
    """Back when no roll is in the home and nobody still has to count or bring what was left."""
    clients = _clients(paths)
    rolls = still_at_home(clients, now)
    waiting = {each.client_id for each in open_tasks_of(clients) if each.kind in LEFTOVERS}
    back = {id: Shown() for id in clients if id not in waiting and id not in rolls}
    return {"leftovers_back": _each(paths, back)}


def of_times(paths: Paths, now: datetime) -> ByKind:
    """A schedule that was read back, or agreements that plan within four weeks."""
    clients = _clients(paths)
    written, today = newest(clients), now.date()
    doses = planned_doses(clients, today, today + PLANS_WITHIN)
    found = {}
    for id in clients:
        if doses.get(id):
            row = written.get(id)
            confirmed = row if row is not None and row.confirmed_at is not None else None
            found[id] = (
                Shown(at=confirmed.confirmed_at, by=confirmed.confirmed_by or "", about=confirmed.id)
                if confirmed
                else Shown()
            )
    return {"times_confirmed": _each(paths, found)}


def of_pharmacy(paths: Paths, _now: datetime) -> ByKind:
    """The newest question to start that was asked since this path opened, and its answer."""
    since = min(each.opened_at for each in paths)
    asked: dict[UUID, list[RequestSeen]] = {}
    for one in requests_of(_clients(paths), since):
        if one.kind == "start_client" and one.state != WITHDRAWN:
            asked.setdefault(one.client_id, []).append(one)
    found: ByKind = {"pharmacy_asked": {}, "pharmacy_agreed": {}}
    for path in paths:
        mine = [
            each
            for each in asked.get(path.client_id, ())
            if each.asked_at >= path.opened_at and (path.ended_at is None or each.asked_at < path.ended_at)
        ]
        if mine:
            last = max(mine, key=lambda each: (each.asked_at, each.id))
            found["pharmacy_asked"][path.id] = Shown(at=last.asked_at, by=last.asked_by, about=last.id)
            if last.answer == AGREED:
                found["pharmacy_agreed"][path.id] = Shown(
                    at=last.answered_at, by=last.answered_by, about=last.id
                )
    return found


def of_follow_up(paths: Paths, _now: datetime) -> ByKind:
    """An arrangement with steps holds for her; the newest drill of every route of it passed (R57)."""
    agreed, tested = {}, {}
    for id, one in follow_up_of(_clients(paths)).items():
        agreed[id] = Shown(at=one.agreed_at, by=one.agreed_by, about=one.arrangement_id)
        if one.test.state == "passed":
            tested[id] = Shown(at=one.test.at, about=one.test.drill_id)
    return {"follow_up_agreed": _each(paths, agreed), "test_alarm": _each(paths, tested)}


def of_house_access(paths: Paths, _now: datetime) -> ByKind:
    """How one gets in is written down (R81), and was tried."""
    known, tried = {}, {}
    for id, one in accesses_of(_clients(paths)).items():
        known[id] = Shown(at=one.created_at, by=one.created_by, about=one.id)
        if one.checked_at is not None:
            tried[id] = Shown(at=one.checked_at, by=one.checked_by, about=one.id, until=one.due_at)
    return {"house_access": _each(paths, known), "house_access_tried": _each(paths, tried)}


def of_absence(paths: Paths, _now: datetime) -> ByKind:
    """The checks of the open absence."""
    found: ByKind = {kind: {} for kind in CHECKS.values()}
    absences = open_absences(_clients(paths))
    for path in paths:
        one = absences.get(path.client_id)
        for what, done in (one.checks if one else {}).items():
            if what in CHECKS and one is not None:
                found[CHECKS[what]][path.id] = Shown(
                    at=datetime.fromisoformat(str(done["at"])), by=str(done["by"]), about=one.id
                )
    return found


def of_routes(paths: Paths, _now: datetime) -> ByKind:
    """Closed when no dispenser stands there that could report, and no alert is open."""
    clients = _clients(paths)
    busy = dispensers_of(clients).keys() | {each.client_id for each in open_alerts(clients)}
    return {"routes_closed": _each(paths, {id: Shown() for id in clients if id not in busy})}


READERS: Sequence[tuple[tuple[str, ...], Callable[[Paths, datetime], ByKind]]] = (
    (("device_linked", "device_back"), of_dispenser),
    (("roll_confirmed", "roll_loaded"), of_rolls),
    (("leftovers_back",), of_leftovers),
    (("times_confirmed",), of_times),
    (("pharmacy_asked", "pharmacy_agreed"), of_pharmacy),
    (("follow_up_agreed", "test_alarm"), of_follow_up),
    (("house_access", "house_access_tried"), of_house_access),
    (tuple(CHECKS.values()), of_absence),
    (("routes_closed",), of_routes),
)
