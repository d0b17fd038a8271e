"""Loading rounds from what is known: which rolls have to be changed in the coming days, by whom (R6, R19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.dispensing.rolls.abilities import abilities_of
from reik.medication.queries import zones_of
from reik.medication.rolls.life_seen import RollSeen, rolls_seen
from reik.pathway.allotments import Duty, duties_of
from reik.pathway.lists.round_rules import NO_ROLL, TOO_TIGHT, Change, Plan, Slot, Stop, plan
from reik.pathway.path import State
from reik.pathway.queries import paths_of

DAYS = 14
NOT_BEFORE = timedelta(days=2)
"""A type that takes another roll at any time still uses most of the old one first: what is left goes back."""
IN_DEVICE = ("loaded", "emptied")
TEAM = "team"
BY_ROLE: Mapping[str, str] = {"informal_carer": "carer", "pharmacist": "pharmacy"}
"""Who changes the roll where no care path says so: as the rolls were arranged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One change as a page shows it. `next_home`: the roll that goes in is in the home already."""

    client_id: UUID
    roll_id: UUID
    number: str
    next_number: str
    next_home: bool
    last_sachet_at: datetime | None
    who: str
    name: str
    stop: Stop | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Rounds by day, part of the day and who makes them; what has no possible day; what a carer does at home."""

    rounds: Mapping[Slot, Sequence[Due]]
    without: Sequence[Due]
    carers: Sequence[Due]


def rounds_of(client_ids: Collection[UUID], now: datetime, days: int = DAYS) -> Rounds:
    """The rolls of these clients that have to be changed within so many days. A fixed number of statements.

    Only the change that comes next is planned: what follows it is known when that roll is in.
    """
    zones = zones_of(client_ids)
    rolls = rolls_seen(client_ids, now, abilities_of(client_ids), zones)
    paths = paths_of(client_ids)
    duties = duties_of([each.id for each in paths.values()])
    until = now + timedelta(days=days)
    found: dict[UUID, tuple[Due, Change]] = {}
    for id, of_client in rolls.items():
        path = paths.get(id)
        if path is not None and path.state in (State.PAUSED, State.STOPPING):
            continue  # who is away or stops gets no next roll
        in_it = [each for each in of_client if each.state in IN_DEVICE and not _followed(each, of_client)]
        roll = next(iter(in_it), None)
        if roll is None or not _within(roll, until):
            continue
        duty = duties.get(path.id, {}).get("change_roll") if path else None
        due = _due(roll, duty)
        found[id] = due, _change(roll, due.who, zones[id])
    return _planned(found, now, days)


def _followed(roll: RollSeen, of_client: Sequence[RollSeen]) -> bool:
    """Another roll is in the dispenser after this one."""
    return any(each.state == "loaded" and each.starts_at > roll.starts_at for each in of_client)


def _within(roll: RollSeen, until: datetime) -> bool:
    """Its last sachet comes before then."""
    return roll.last_sachet_at is not None and roll.last_sachet_at < until


def _due(roll: RollSeen, duty: Duty | None) -> Due:
    arranged = roll.arrangement
    return Due(
        client_id=roll.client_id, roll_id=roll.id, number=roll.number, next_number=roll.next_roll or "",
        next_home=roll.next_roll_at_home, last_sachet_at=roll.last_sachet_at,
        who=duty.who if duty else BY_ROLE.get(arranged.loader_role, TEAM),
        name=(duty.name if duty else "") or arranged.loader,
    )  # fmt: skip


def _change(roll: RollSeen, who: str, zone: ZoneInfo) -> Change:
    window = roll.window
    # Without a next roll nothing can be put in, whatever the window says.
    because = NO_ROLL if window is None or roll.next_roll is None else "" if window.possible else TOO_TIGHT
    return Change(
        client_id=roll.client_id, who=who, zone=zone, because=because, weekday=roll.arrangement.change_day,
        opens_at=window.opens_at if window else None, closes_at=window.closes_at if window else None,
        rather_from=roll.last_sachet_at - NOT_BEFORE if roll.last_sachet_at else None,
    )  # fmt: skip


def _planned(found: Mapping[UUID, tuple[Due, Change]], now: datetime, days: int) -> Rounds:
    """A carer changes the roll at home and makes no round; each of her changes stands by itself."""
    made: Plan = plan([change for due, change in found.values() if due.who != "carer"], now, days)
    alone = [plan([change], now, days) for due, change in found.values() if due.who == "carer"]
    carers = [stop for each in alone for stops in each.rounds.values() for stop in stops]
    without = [*made.without, *(one for each in alone for one in each.without)]
    return Rounds(
        rounds={slot: [_with(found, stop) for stop in stops] for slot, stops in made.rounds.items()},
        carers=[_with(found, stop) for stop in sorted(carers, key=lambda each: each.since)],
        without=[_without(found, change, because) for change, because in without],
    )


def _with(found: Mapping[UUID, tuple[Due, Change]], stop: Stop) -> Due:
    due, _change_of = found[stop.change.client_id]
    return Due(**{name: getattr(due, name) for name in Due.__slots__} | {"stop": stop})


def _without(found: Mapping[UUID, tuple[Due, Change]], change: Change, because: str) -> Due:
    due, _change_of = found[change.client_id]
    return Due(**{name: getattr(due, name) for name in Due.__slots__} | {"because": because})
