"""Plan beside roll, day by day: what the plan hands over, which sachets are there for it, and what differs. Pure.

Differences are those of `check`; nothing here decides or corrects (R15, R23). A moment that no live roll covers
is no difference: its roll is still to come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.rolls.check import Difference, differences
from reik.medication.rolls.contents import ContentDifference
from reik.medication.rolls.sachets import Content, SachetOnRoll
from reik.medication.times.schedule import PlannedDose, instant_of

ON_ROLL, NO_ROLL, OTHER_CONTENTS = "on_roll", "no_roll", "other_contents"
"""States of a moment besides the kinds of a Difference: missing, extra, other_time, other_number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """A roll that counts: the sachets of [starts_at, ends_at) are on it, and their contents where known."""

    id: UUID
    number: str
    state: str
    starts_at: datetime
    ends_at: datetime
    sachets: Sequence[SachetOnRoll]
    contents: Sequence[ContentDifference] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One medicine at a moment, as the agreements or the packer wrote it; `amount` may be empty: not said."""

    text: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InRoll:
    """One sachet beside the plan; `contents` None: not known."""

    roll_id: UUID
    roll: str
    sequence: int
    contents: tuple[Content, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One local time of a day. `planned` None: nothing planned. `other_at`: the roll's time for these sachets.

    `contents`: what is in the sachets and not agreed, or the other way round. `accepted`: why the pharmacy said
    that all of it may be; None while something is left that nobody accepted.
    """

    at: time
    state: str
    planned: PlannedDose | None
    medicines: Sequence[Said]
    sachets: Sequence[InRoll]
    other_at: time | None = None
    contents: Sequence[ContentDifference] = ()
    accepted: str | None = None

    @property
    def differs(self) -> bool:
        return self.state not in (ON_ROLL, NO_ROLL)

    @property
    def compared(self) -> bool:
        """Whether contents could be compared too: the agreements say what is in it, and so does the packer."""
        return bool(self.medicines) and all(each.contents is not None for each in self.sachets)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBeside:
    day: date
    moments: Sequence[Beside]

    @property
    def differing(self) -> int:
        return sum(each.differs for each in self.moments)


Place = tuple[date, time]


def days_beside(
    doses: Sequence[PlannedDose],
    rolls: Sequence[Covering],
    medicines: Mapping[Place, Sequence[Said]],
    accepted: Mapping[tuple[UUID, str], str],
    *,
    first: date,
    days: int,
    zone: ZoneInfo,
) -> list[DayBeside]:
    """Each of so many local days, every planned or packed moment of it in the order of the day.

    `accepted`: by roll and key of a difference, why a person said that it may be.
    """
    planned = {(each.day, each.at): each for each in doses}
    rows: dict[Place, Beside] = {}
    for roll in rolls:
        for place, row in _on_roll(roll, planned, medicines, accepted, zone).items():
            rows.setdefault(place, row)
    for place, dose in planned.items():
        if place not in rows:
            rows[place] = Beside(
                at=dose.at, state=NO_ROLL, planned=dose, medicines=medicines.get(place, ()), sachets=()
            )
    by_day: dict[date, list[Beside]] = defaultdict(list)
    for (day, _at), row in sorted(rows.items()):
        by_day[day].append(row)
    return [
        DayBeside(day=day, moments=by_day.get(day, ()))
        for day in (first + timedelta(days=number) for number in range(days))
    ]


def _on_roll(
    roll: Covering,
    planned: Mapping[Place, PlannedDose],
    medicines: Mapping[Place, Sequence[Said]],
    accepted: Mapping[tuple[UUID, str], str],
    zone: ZoneInfo,
) -> dict[Place, Beside]:
    """The moments that this roll covers; sachets at another time stand beside the time that they are planned at."""
    here = {place: each for place, each in planned.items() if roll.starts_at <= each.due_at < roll.ends_at}
    sachets = _by_place(roll.sachets)
    found = {(each.day, each.at): each for each in differences(list(here.values()), roll.sachets)}
    moved = {(each.day, each.other_at) for each in found.values() if each.kind == "other_time"}
    contents = _contents(roll)
    rows = {}
    for place in sorted(here.keys() | (sachets.keys() - moved)):
        differing = found.get(place)
        where = _where(place, differing)
        rows[place] = Beside(
            at=place[1], state=_state(differing, contents.get(where, ())), planned=here.get(place),
            medicines=medicines.get(place, ()), sachets=[_seen(roll, each) for each in sachets.get(where, [])],
            other_at=differing.other_at if differing else None, contents=contents.get(where, ()),
            accepted=_accepted(roll, differing, contents.get(where, ()), accepted),
        )  # fmt: skip
    return {place: row for place, row in rows.items() if _covers(roll, place, zone)}


def _contents(roll: Covering) -> dict[Place, list[ContentDifference]]:
    found: dict[Place, list[ContentDifference]] = defaultdict(list)
    for each in roll.contents:
        found[each.day, each.at].append(each)
    return found


def _state(differing: Difference | None, contents: Sequence[ContentDifference]) -> str:
    if differing is not None:
        return differing.kind
    return OTHER_CONTENTS if contents else ON_ROLL


def _accepted(
    roll: Covering, differing: Difference | None, contents: Sequence[ContentDifference],
    accepted: Mapping[tuple[UUID, str], str],
) -> str | None:  # fmt: skip
    """Why all that differs here may be; None when nothing differs, or something is left."""
    keys = [each.key for each in (differing, *contents) if each is not None]
    said = [accepted.get((roll.id, key)) for key in keys]
    return None if not said or None in said else "; ".join(dict.fromkeys(each for each in said if each))


def _where(place: Place, differing: Difference | None) -> Place:
    if differing is not None and differing.other_at is not None:
        return place[0], differing.other_at
    return place


def _covers(roll: Covering, place: Place, zone: ZoneInfo) -> bool:
    return roll.starts_at <= instant_of(place[0], place[1], zone) < roll.ends_at


def _seen(roll: Covering, sachet: SachetOnRoll) -> InRoll:
    return InRoll(roll_id=roll.id, roll=roll.number, sequence=sachet.sequence, contents=sachet.contents)


def _by_place(sachets: Iterable[SachetOnRoll]) -> dict[Place, list[SachetOnRoll]]:
    found: dict[Place, list[SachetOnRoll]] = defaultdict(list)
    for each in sorted(sachets, key=lambda one: one.sequence):
        if not each.empty and each.day is not None and each.at is not None:
            found[each.day, each.at].append(each)
    return found
