"""The visit at which the dispenser gets its place: signal in each room, coverage, power, and what is done without."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting import house_access
from reik.dispensing.queries import dispensers_of
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import recording
from reik.pathway.asking import keep_tasks
from reik.pathway.enrolment.enrolment_facts import RoomTested
from reik.pathway.enrolment.room_rules import RoomTried, coverage, flaw, lacking, newest_of_each
from reik.pathway.evidence import Shown
from reik.pathway.locking import lock, lock_all
from reik.pathway.models import CarePath, RoomTest
from reik.pathway.path import State
from reik.pathway.queries import PathSeen
from reik.people.homes_access import accesses_of

AT_HOME = (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED)
"""Where a dispenser may stand in the home, so that there is something to test; in use after a move."""
LONGEST_FALLBACK = 500


class InstallationRefused(ValueError):
    """This cannot be written down of an installation; `code` names the field to a screen."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def try_room(path_id: UUID, tested: RoomTried, *, by: str, now: datetime) -> tuple[str, ...]:
    """Keep what was found in one room; gives the rooms that still ask something: `try_rooms` for one."""
    return try_rooms([(path_id, tested)], by=by, now=now)[path_id]


@transaction.atomic
def try_rooms(
    tests: Sequence[tuple[UUID, RoomTried]], *, by: str, now: datetime
) -> dict[UUID, tuple[str, ...]]:
    """Keep what was found in these rooms of these homes; gives the rooms of each that still ask something. Set-wise.

    Raises InstallationRefused; then nothing was kept.
    """
    paths = _all_locked({id for id, _tested in tests})
    for _id, tested in tests:
        if wrong := flaw(tested):
            raise InstallationRefused(
                wrong, "Choose the room; where nobody hears or sees the signal, say what is done about it."
            )
    RoomTest.objects.bulk_create([_tested(paths[id], tested, by, now) for id, tested in tests])
    rooms = rooms_of(paths)
    keep_tasks(paths, now, by)
    facts.publish(
        [
            RoomTested(
                organisation_id=paths[id].organisation_id, client_id=paths[id].client_id, path_id=id,
                room=tested.room.strip(), reaches=tested.reaches, by=by,
            )
            for id, tested in tests
        ],
        now,
    )  # fmt: skip
    return {id: lacking(rooms.get(id, {})) for id in paths}


def _tested(path: CarePath, tested: RoomTried, by: str, now: datetime) -> RoomTest:
    return RoomTest(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
        room=tested.room.strip(), heard=tested.heard, seen=tested.seen, volume=tested.volume,
        measure=tested.measure.strip(), at=now, by=by,
    )  # fmt: skip


def rooms_of(path_ids: Collection[UUID]) -> dict[UUID, dict[str, RoomTried]]:
    """The test of each room that counts, in the order in which the rooms were first tried. One statement."""
    tests: dict[UUID, list[RoomTried]] = {}
    for each in RoomTest.objects.filter(path_id__in=path_ids).order_by("at", "id"):
        tests.setdefault(each.path_id, []).append(
            RoomTried(
                room=each.room, heard=each.heard, seen=each.seen, volume=each.volume, measure=each.measure,
                at=each.at, by=each.by,
            )
        )  # fmt: skip
    return {id: newest_of_each(of_path) for id, of_path in tests.items()}


def confirm_coverage(path_id: UUID, *, measure: str, by: str, role: str, now: datetime) -> UUID:
    """Whether messages get through in one home: `confirm_coverages` for one; gives the row's id."""
    return confirm_coverages({path_id: measure}, by=by, role=role, now=now)[path_id]


@transaction.atomic
def confirm_coverages(measures: Mapping[UUID, str], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """Whether messages get through from where it stands, with what the dispenser itself said of its network.

    By path what was done about it or how it was seen; weak, none or unknown asks that. Raises InstallationRefused.
    """
    paths = _all_locked(measures)
    dispensers = dispensers_of([each.client_id for each in paths.values()])
    details: dict[UUID, dict[str, object]] = {}
    for id, path in paths.items():
        dispenser, measure = dispensers.get(path.client_id), measures[id].strip()
        dbm = dispenser.signal_dbm if dispenser else None
        how = coverage(dbm)
        if how != "good" and not measure:
            raise InstallationRefused(
                "coverage",
                "The dispenser did not say that its network is good: say how you saw that it works.",
            )
        details[id] = {"signal_dbm": dbm, "coverage": how, "measure": measure[:LONGEST_FALLBACK]}
    return recording.record_all(details, "coverage_tested", by=by, role=role, now=now)


def confirm_power(path_id: UUID, *, by: str, role: str, now: datetime) -> UUID:
    """The plug was pulled in one home: `confirm_powers` for one; gives the row's id."""
    return confirm_powers([path_id], by=by, role=role, now=now)[path_id]


@transaction.atomic
def confirm_powers(path_ids: Collection[UUID], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """The plug was pulled, the dispenser went on by its battery, and the plug is in again."""
    paths = _all_locked(path_ids)
    dispensers = dispensers_of([each.client_id for each in paths.values()])
    details = {
        id: {"mains": one.mains if one else None, "battery_pct": one.battery_pct if one else None}
        for id, one in ((id, dispensers.get(path.client_id)) for id, path in paths.items())
    }
    return recording.record_all(details, "power_tested", by=by, role=role, now=now)


def agree_fallback(path_id: UUID, *, words: str, by: str, role: str, now: datetime) -> UUID:
    """What is done in one home when the dispenser stands still: `agree_fallbacks` for one; gives the row's id."""
    return agree_fallbacks({path_id: words}, by=by, role=role, now=now)[path_id]


@transaction.atomic
def agree_fallbacks(words: Mapping[UUID, str], *, by: str, role: str, now: datetime) -> dict[UUID, UUID]:
    """What is done when the dispenser stands still, and by whom, by path. Raises InstallationRefused."""
    _all_locked(words)
    details = {id: {"words": each.strip()} for id, each in words.items()}
    if not all(0 < len(each["words"]) <= LONGEST_FALLBACK for each in details.values()):
        raise InstallationRefused("fallback", "Say who gives the medicine when the dispenser stands still.")
    return recording.record_all(details, "fallback_agreed", by=by, role=role, now=now)


@transaction.atomic
def try_access(path_id: UUID, *, by: str, now: datetime) -> None:
    """Somebody came in the way that is written down (R81); again after half a year. Raises InstallationRefused."""
    path = lock(path_id)
    kept = accesses_of([path.client_id]).get(path.client_id)
    if kept is None:
        raise InstallationRefused("access", "Nobody wrote down how one gets in: do that first.")
    house_access.confirm_access(kept.id, by=by, now=now)
    keep_tasks([path.id], now, by)


def _all_locked(path_ids: Collection[UUID]) -> dict[UUID, CarePath]:
    paths = lock_all(path_ids)
    if any(each.state not in AT_HOME for each in paths.values()):
        raise InstallationRefused(
            "state", "The dispenser is not there yet: arrange the roll and order it first."
        )
    return paths


def shown_signal_tested(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: every room is settled, also where she is by day and where she sleeps."""
    found = {}
    for id, rooms in rooms_of([each.id for each in paths]).items():
        if not lacking(rooms):
            at, by = max((each.at, each.by) for each in rooms.values() if each.at is not None)
            found[id] = Shown(at=at, by=by)
    return found
