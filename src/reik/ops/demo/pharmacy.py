"""The pharmacy's routine: who writes and reads back schedules, and rolls of two weeks, in time, for everyone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.models import LIVE, Roll
from reik.medication.operations import (
    Draft,
    confirm_schedule,
    deliver_roll,
    register_roll,
    return_roll,
    write_schedules,
)
from reik.medication.queries import planned_doses, timetables
from reik.medication.rolls import life as roll_life
from reik.medication.rolls.check import Refusal, RollRefused
from reik.medication.rolls.custody import Step
from reik.medication.rolls.sachets import SachetOnRoll, sachets_for
from reik.medication.rolls.steps import Hand
from reik.medication.times.schedule import TimeLine, local_day, whole_days
from reik.ops.demo.moving_in import Resident
from reik.ops.demo.prescribed import filled
from reik.tasks.queries import open_tasks_of

PHARMACIST, SECOND = "Ruud Blok", "Ilse Nij Bijvank"
DRIVER = "koerier De Vijzel"
PACKER = "De Vijzel"
NUMBERED = re.compile(r"-(\d+)$")
"""The end of a roll's number: which of this client's it is."""
NEIGHBOUR = re.compile(r"V(\d{3})")
"""The name of a shelf of somebody of the neighbourhood, by her number from 1."""
STOOD_STILL, OTHER_PLAN = "de demo stond stil", "schema gewijzigd"
DAYS_OF_A_ROLL = 14
REGISTERED_BEFORE = timedelta(days=9)
"""Before the end of the roll before; it is delivered on the next round, in time for the device's own warning."""
FEW_MOMENTS = timedelta(days=3)
"""So much sooner for who has few: a plan ends with its last moment, which may be days before the roll does."""

NURSE = "wijkverpleging"
STEPS = {
    roll_life.COUNT: (Step.COUNTED, NURSE, "nurse"),
    roll_life.BACK: (Step.HANDED_BACK, DRIVER, "courier"),
    roll_life.RECEIVE_BACK: (Step.RETURNED, SECOND, "pharmacist"),
}
"""What is done about what is left of a roll, one step a day."""

Lines = Mapping[UUID, Sequence[TimeLine]]
"""Each client's schedule."""


def agree_schedules(
    residents: Sequence[Resident], lines: Lines, now: datetime, *, read_back: datetime
) -> None:
    """Everyone's nurse writes the schedule, and at `read_back` the pharmacist confirms it (R15)."""
    by_writer: dict[tuple[UUID, str], list[Resident]] = {}
    for each in residents:
        by_writer.setdefault((each.organisation_id, each.team_members[0]), []).append(each)
    written: list[UUID] = []
    for (organisation_id, writer), theirs in by_writer.items():
        drafts = [Draft(client_id=each.client_id, lines=lines[each.client_id]) for each in theirs]
        written += write_schedules(organisation_id=organisation_id, drafts=drafts, by=writer, now=now)
    for schedule_id in written:
        confirm_schedule(schedule_id, PHARMACIST, read_back)


def bring_back_leftovers(client_ids: Sequence[UUID], now: datetime) -> None:
    """What is left of rolls is counted, taken along by the driver, and counted again at the pharmacy (R13, N6)."""
    for task in open_tasks_of(client_ids):
        if task.kind in STEPS and task.about is not None:
            step, by, role = STEPS[task.kind]
            said = task.detail.get("count")
            count = int(str(said)) if said is not None else 0
            roll_life.take_step(task.about, step, Hand(by=by, role=role, count=count, expected=count), now)


@dataclass(slots=True, kw_only=True)
class Shelf:
    """What the pharmacy has made for one client: until which day, how many rolls, and one that is still to go out.

    `name` begins the numbers of her rolls; `few`: she has few moments.
    """

    organisation_id: UUID
    client_id: UUID
    name: str
    few: bool
    until: date
    number: int = 0
    to_deliver: UUID | None = None


def shelves(now: datetime, zone: ZoneInfo) -> list[Shelf]:
    """What stands there already, for every client who ever got a roll; a roll that waits is still to go out."""
    by_client: dict[UUID, list[Roll]] = {}
    for roll in Roll.objects.exclude(state="refused").order_by("client_id", "ends_at"):
        by_client.setdefault(roll.client_id, []).append(roll)
    tables = timetables(by_client)
    return [
        _shelf(rolls, few=id in tables and len(tables[id][-1].lines) == 1, now=now, zone=zone)
        for id, rolls in by_client.items()
    ]


def _shelf(rolls: Sequence[Roll], *, few: bool, now: datetime, zone: ZoneInfo) -> Shelf:
    """`rolls` are one client's, the last to end at the end."""
    live = [each for each in rolls if each.state in LIVE]
    last = (live or rolls)[-1]
    name = NUMBERED.sub("", last.number)
    numbers = [int(found[1]) for each in rolls if (found := NUMBERED.search(each.number))]
    return Shelf(
        organisation_id=last.organisation_id, client_id=last.client_id, name=name, few=few,
        until=_day_after(last.ends_at if live else now, zone), number=max(numbers, default=1),
        to_deliver=last.id if last.state == "registered" else None,
    )  # fmt: skip


def _day_after(end: datetime, zone: ZoneInfo) -> date:
    """The first local day that begins at this instant or later."""
    return local_day(end - timedelta(microseconds=1), zone) + timedelta(days=1)


class Pharmacy:
    """Makes and delivers rolls. The first ones have different lengths, so that not all end on one day.

    The first `round` makes and brings everyone's first roll, from the next midnight on. With `shelves` it goes on
    with what is there; others have written meanwhile, so what Reik refuses is theirs to settle and waits.
    """

    def __init__(
        self, residents: Sequence[Resident], zone: ZoneInfo, *, shelves: Sequence[Shelf] = ()
    ) -> None:
        self._zone = zone
        self._residents = residents
        self._shelves = list(shelves)
        self._refused: tuple[type[Exception], ...] = (RollRefused,) if shelves else ()

    def round(self, now: datetime) -> None:
        """One day: bring what was made yesterday, make what is needed next."""
        if self._residents and not self._shelves:
            self._begin(now)
        for shelf in self._shelves:
            with suppress(*self._refused):
                self._deliver(shelf, now)
        bring_back_leftovers(list({shelf.client_id for shelf in self._shelves}), now)
        for shelf in self._shelves:
            ahead = REGISTERED_BEFORE + (FEW_MOMENTS if shelf.few else timedelta())
            if shelf.until <= local_day(now + ahead, self._zone):
                with suppress(*self._refused):
                    self._make(shelf, DAYS_OF_A_ROLL, now)

    def _begin(self, now: datetime) -> None:
        first = local_day(now, self._zone) + timedelta(days=1)
        for each in self._residents:
            shelf = Shelf(
                organisation_id=each.organisation_id, client_id=each.client_id, name=f"V{each.number + 1:03d}",
                few=each.person.times == 1, until=first,
            )  # fmt: skip
            self._shelves.append(shelf)
            self._make(shelf, 7 + each.number % 8, now)

    def renew(self, client_id: UUID, now: datetime, *, change: Callable[[UUID], None]) -> None:
        """Her rolls go back, `change` of this organisation's plan counts, and a roll of the new plan is brought.

        Raises RollRefused, also when she never had a roll.
        """
        shelf = next((each for each in self._shelves if each.client_id == client_id), None)
        if shelf is None:
            raise RollRefused([Refusal("unknown", "She has no roll yet: register one first.")])
        for roll in Roll.objects.filter(client_id=client_id, state__in=LIVE, ends_at__gt=now):
            return_roll(roll.id, SECOND, OTHER_PLAN, now)
        change(shelf.organisation_id)
        until = local_day(now, self._zone) + timedelta(days=DAYS_OF_A_ROLL)
        _, ends_at = whole_days(until - timedelta(days=1), until, self._zone)
        self._register(shelf, now, ends_at, now, gap_because=OTHER_PLAN)
        shelf.until = until
        self._deliver(shelf, now)

    def _make(self, shelf: Shelf, days: int, now: datetime) -> None:
        first = max(shelf.until, local_day(now, self._zone) + timedelta(days=1))
        until = first + timedelta(days=days)
        starts_at, ends_at = whole_days(first, until, self._zone)
        gap_because = STOOD_STILL if first > shelf.until else ""
        self._register(shelf, starts_at, ends_at, now, gap_because=gap_because)
        shelf.until = until

    def _register(
        self, shelf: Shelf, starts_at: datetime, ends_at: datetime, now: datetime, *, gap_because: str
    ) -> None:
        shelf.to_deliver = register_roll(
            organisation_id=shelf.organisation_id, client_id=shelf.client_id, starts_at=starts_at, ends_at=ends_at,
            number=f"{shelf.name}-{shelf.number + 1:02d}", by=SECOND, packer=PACKER, now=now, gap_because=gap_because,
            sachets=self._packed(shelf, starts_at, ends_at),
        )  # fmt: skip
        shelf.number += 1

    def _packed(self, shelf: Shelf, starts_at: datetime, ends_at: datetime) -> list[SachetOnRoll] | None:
        """The sachets as the packer fills them; None for a visitor's own client, of whom only the times are known."""
        neighbour = NEIGHBOUR.fullmatch(shelf.name)
        if neighbour is None:
            return None
        first, until = local_day(starts_at, self._zone), _day_after(ends_at, self._zone)
        doses = planned_doses([shelf.client_id], first, until)[shelf.client_id]
        to_pack = [each for each in doses if starts_at <= each.due_at < ends_at]
        return filled(sachets_for(to_pack), int(neighbour[1]) - 1)

    def _deliver(self, shelf: Shelf, now: datetime) -> None:
        if shelf.to_deliver is not None:
            deliver_roll(shelf.to_deliver, DRIVER, now)
            shelf.to_deliver = None
