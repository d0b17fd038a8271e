"""The pharmacy's routine: who writes and reads back schedules, and rolls of two weeks, in time, for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.operations import Draft, confirm_schedule, deliver_roll, register_roll, write_schedules
from reik.medication.schedule import TimeLine, local_day, whole_days
from reik.ops.demo.moving_in import Resident

PHARMACIST, SECOND = "Ruud Blok", "Ilse Nij Bijvank"
DRIVER = "koerier De Vijzel"
DAYS_OF_A_ROLL = 14
REGISTERED_BEFORE = timedelta(days=9)
"""Before the end of the roll before; it is delivered on the next round, in time for the device's own warning."""
FEW_MOMENTS = timedelta(days=3)
"""So much sooner for who has few: a plan ends with its last moment, which may be days before the roll does."""

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


@dataclass(slots=True)
class _Shelf:
    """What the pharmacy has made for one client: until which day, how many rolls, and one that is still to go out."""

    resident: Resident
    until: date
    number: int = 0
    to_deliver: UUID | None = None


class Pharmacy:
    """Makes and delivers rolls. The first ones have different lengths, so that not all end on one day.

    The first `round` makes and brings everyone's first roll, from the next midnight on.
    """

    def __init__(self, residents: Sequence[Resident], zone: ZoneInfo) -> None:
        self._zone = zone
        self._residents = residents
        self._shelves: list[_Shelf] = []

    def round(self, now: datetime) -> None:
        """One day: bring what was made yesterday, make what is needed next."""
        if not self._shelves:
            self._begin(now)
        self._deliver(now)
        for shelf in self._shelves:
            ahead = REGISTERED_BEFORE + (FEW_MOMENTS if shelf.resident.person.times == 1 else timedelta())
            if shelf.until <= local_day(now + ahead, self._zone):
                self._make(shelf, DAYS_OF_A_ROLL, now)

    def _begin(self, now: datetime) -> None:
        first = local_day(now, self._zone) + timedelta(days=1)
        self._shelves = [_Shelf(each, first) for each in self._residents]
        for shelf in self._shelves:
            self._make(shelf, 7 + shelf.resident.number % 8, now)

    def _make(self, shelf: _Shelf, days: int, now: datetime) -> None:
        resident = shelf.resident
        until = shelf.until + timedelta(days=days)
        starts_at, ends_at = whole_days(shelf.until, until, self._zone)
        shelf.number += 1
        shelf.to_deliver = register_roll(
            organisation_id=resident.organisation_id, client_id=resident.client_id, starts_at=starts_at,
            ends_at=ends_at, number=f"V{resident.number + 1:03d}-{shelf.number:02d}", by=SECOND, packer="De Vijzel",
            now=now,
        )  # fmt: skip
        shelf.until = until

    def _deliver(self, now: datetime) -> None:
        for shelf in self._shelves:
            if shelf.to_deliver is not None:
                deliver_roll(shelf.to_deliver, DRIVER, now)
                shelf.to_deliver = None
