"""Visits as they are planned, cut into days to be solved: windows around a planned time, shifts from who goes. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reik.value.tours.problem import (
    HOUR,
    LAST_SECOND,
    LONGEST_SHIFT,
    MINUTE,
    Day,
    Nurse,
    Place,
    TourRefused,
    Visit,
)

LEVELS = ("team", "organisation", "region")
BETWEEN_SHIFTS = 2 * HOUR  # so long without a visit and the nurse's day is two shifts
ALL = "region"


@dataclass(frozen=True, slots=True)
class Planned:
    """One visit of a planning. Times are seconds after midnight; `earliest` and `latest` only where it says so."""

    line: int
    day: date
    client: str
    place: Place
    start: int
    seconds: int
    kind: str  # none, combined, unique
    nurse: str = ""
    team: str = ""
    organisation: str = ""
    earliest: int | None = None
    latest: int | None = None
    held: bool = False
    candidate: bool | None = None  # whether a dispenser would do for this client, where somebody looked
    heavy: bool | None = None  # with care that the organisation calls heavy; None: nobody said


@dataclass(frozen=True, slots=True)
class Shift:
    """One nurse's working time on one day, as a list of shifts says it."""

    nurse: str
    day: date | None  # None: each day
    since: int
    until: int
    team: str = ""
    organisation: str = ""
    place: Place | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a planning is made into days. All are choices of who asks, not measurements."""

    level: str = "team"
    around: int = 30 * MINUTE  # before and after the planned time, where the planning gives no window
    slack: int = (
        30 * MINUTE
    )  # before a nurse's first visit and after her last, where there is no list of shifts
    mode: str = "bike"
    depot: Place | None = None


def days(planned: Sequence[Planned], reading: Reading, shifts: Sequence[Shift] = ()) -> list[Day]:
    """A day per date and team (or organisation, or all). Raises TourRefused where nobody is there to go."""
    groups: dict[tuple[date, str], list[Planned]] = defaultdict(list)
    for each in planned:
        groups[each.day, _of(each, reading.level)].append(each)
    return [_day(when, name, groups[when, name], reading, shifts) for when, name in sorted(groups)]


def _of(each: Planned | Shift, level: str) -> str:
    if level == "team":
        return f"{each.organisation}/{each.team}"
    return each.organisation if level == "organisation" else ALL


def _day(when: date, name: str, planned: list[Planned], reading: Reading, shifts: Sequence[Shift]) -> Day:
    mine = [each for each in shifts if each.day in (None, when) and _of(each, reading.level) == name]
    places = _Places()
    visits = tuple(_visit(each, places, reading) for each in planned)
    nurses = tuple(_of_list(mine, places, reading) if shifts else _of_visits(planned, places, reading))
    if not nurses:
        raise TourRefused(
            f"Nobody goes on {when} in {name.strip('/') or 'this planning'}: fill the column nurse, or give --nurses.",
            "nobody", day=f"{when} {name.strip('/')}".strip(),
        )  # fmt: skip
    return Day(f"{when} {name.strip('/')}".strip(), tuple(places.known), visits, nurses, when.toordinal())


class _Places:
    """Places in the order in which they are first used."""

    def __init__(self) -> None:
        self.known: list[Place] = []
        self._index: dict[str, int] = {}

    def index(self, place: Place) -> int:
        if place.key not in self._index:
            self._index[place.key] = len(self.known)
            self.known.append(place)
        return self._index[place.key]


def _visit(each: Planned, places: _Places, reading: Reading) -> Visit:
    earliest = max(0, each.start - reading.around) if each.earliest is None else each.earliest
    latest = each.start + reading.around if each.latest is None else each.latest
    return Visit(
        str(each.line), each.client, places.index(each.place), each.seconds, earliest, min(latest, LAST_SECOND),
        each.kind, each.start, each.held, heavy=each.heavy,
    )  # fmt: skip


def _of_list(shifts: Iterable[Shift], places: _Places, reading: Reading) -> Iterable[Nurse]:
    for number, each in enumerate(shifts, start=1):
        place = each.place or reading.depot
        yield Nurse(
            f"{each.nurse} ({number})", each.since, each.until, None if place is None else places.index(place),
            each.mode or reading.mode,
        )  # fmt: skip


def _of_visits(planned: Iterable[Planned], places: _Places, reading: Reading) -> Iterable[Nurse]:
    """Shifts as they follow from who goes where: from her first visit to her last, with some slack."""
    going: dict[str, list[Planned]] = defaultdict(list)
    for each in planned:
        if each.nurse:
            going[each.nurse].append(each)
    home = None if reading.depot is None else places.index(reading.depot)
    for nurse in sorted(going):
        for number, (since, until) in enumerate(_shifts(going[nurse]), start=1):
            first, last = max(0, since - reading.slack), min(until + reading.slack, LAST_SECOND)
            if last - first > LONGEST_SHIFT:
                raise TourRefused(
                    f"{nurse} would work {(last - first) / HOUR:.3g} h on {going[nurse][0].day}: look at her lines.",
                    "long_day", nurse=nurse, hours=f"{(last - first) / HOUR:.3g}", day=going[nurse][0].day,
                )  # fmt: skip
            yield Nurse(f"{nurse} ({number})", first, last, home, reading.mode)


def _shifts(visits: Iterable[Planned]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for each in sorted(visits, key=lambda each: each.start):
        end = each.start + each.seconds
        if found and each.start - found[-1][1] < BETWEEN_SHIFTS:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((each.start, end))
    return found
