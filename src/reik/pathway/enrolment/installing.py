"""The visit at which the dispenser gets its place: signal in each room, coverage, power, and what is done without."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
from reik.pathway.models import CarePath, RoomTest
from reik.pathway.moving import lock
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


@transaction.atomic
def try_room(path_id: UUID, tested: RoomTried, *, by: str, now: datetime) -> tuple[str, ...]:
    """Keep what was found in one room; gives the rooms that still ask something. Raises InstallationRefused."""
    path = _locked(path_id)
    if wrong := flaw(tested):
        raise InstallationRefused(
            wrong, "Choose the room; where nobody hears or sees the signal, say what is done about it."
        )
    RoomTest.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
        room=tested.room.strip(), heard=tested.heard, seen=tested.seen, volume=tested.volume,
        measure=tested.measure.strip(), at=now, by=by,
    )  # fmt: skip
    left = lacking(rooms_of([path.id]).get(path.id, {}))
    keep_tasks([path.id], now, by)
    told = RoomTested(
        organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id, room=tested.room.strip(),
        reaches=tested.reaches, by=by,
    )  # fmt: skip
    facts.publish([told], now)
    return left


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


@transaction.atomic
def confirm_coverage(path_id: UUID, *, measure: str, by: str, role: str, now: datetime) -> UUID:
    """Whether messages get through from where it stands, with what the dispenser itself said of its network.

    Weak, none or unknown asks what was done about it or how it was seen. Raises InstallationRefused.
    """
    path = _locked(path_id)
    dispenser = dispensers_of([path.client_id]).get(path.client_id)
    dbm = dispenser.signal_dbm if dispenser else None
    how = coverage(dbm)
    if how != "good" and not measure.strip():
        raise InstallationRefused(
            "coverage", "The dispenser did not say that its network is good: say how you saw that it works."
        )
    detail = {"signal_dbm": dbm, "coverage": how, "measure": measure.strip()[:LONGEST_FALLBACK]}
    return recording.record(path.id, "coverage_tested", by=by, role=role, now=now, detail=detail)


@transaction.atomic
def confirm_power(path_id: UUID, *, by: str, role: str, now: datetime) -> UUID:
    """The plug was pulled, the dispenser went on by its battery, and the plug is in again."""
    path = _locked(path_id)
    dispenser = dispensers_of([path.client_id]).get(path.client_id)
    detail = {
        "mains": dispenser.mains if dispenser else None,
        "battery_pct": dispenser.battery_pct if dispenser else None,
    }
    return recording.record(path.id, "power_tested", by=by, role=role, now=now, detail=detail)


@transaction.atomic
def agree_fallback(path_id: UUID, *, words: str, by: str, role: str, now: datetime) -> UUID:
    """What is done when the dispenser stands still, and by whom. Raises InstallationRefused."""
    path = _locked(path_id)
    if not 0 < len(words.strip()) <= LONGEST_FALLBACK:
        raise InstallationRefused("fallback", "Say who gives the medicine when the dispenser stands still.")
    return recording.record(
        path.id, "fallback_agreed", by=by, role=role, now=now, detail={"words": words.strip()}
    )


@transaction.atomic
def try_access(path_id: UUID, *, by: str, now: datetime) -> None:
    """Somebody came in the way that is written down (R81); again after half a year. Raises InstallationRefused."""
    path = lock(path_id)
    kept = accesses_of([path.client_id]).get(path.client_id)
    if kept is None:
        raise InstallationRefused("access", "Nobody wrote down how one gets in: do that first.")
    house_access.confirm_access(kept.id, by=by, now=now)
    keep_tasks([path.id], now, by)


def _locked(path_id: UUID) -> CarePath:
    path = lock(path_id)
    if path.state not in AT_HOME:
        raise InstallationRefused(
            "state", "The dispenser is not there yet: arrange the roll and order it first."
        )
    return path


def shown_signal_tested(paths: Sequence[PathSeen]) -> dict[UUID, Shown]:
    """Reader: every room is settled, also where she is by day and where she sleeps."""
    found = {}
    for id, rooms in rooms_of([each.id for each in paths]).items():
        if not lacking(rooms):
            at, by = max((each.at, each.by) for each in rooms.values() if each.at is not None)
            found[id] = Shown(at=at, by=by)
    return found
