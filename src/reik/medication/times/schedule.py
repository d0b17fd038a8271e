"""Times only: weekday × time × number of sachets, laid out over days in the client's zone. Pure (R15, R27, R32).

Contents are not known here; a screen says "inhoud niet bekend". Calendars expand on the wall clock: a time in the
gap of spring is its first valid instant, a time in the fold of autumn its first pass (architecture, rule 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PRESETS_MIN = (15, 45, 75)
"""Minutes until a moment that is not out is told (R27)."""
WINDOW_MIN = 45
LONGEST_WINDOW_MIN = 240
LONGEST_LATE_MIN = 24 * 60
MOST_SACHETS = 30
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
EVERY_DAY = frozenset(range(1, 8))
DAY = timedelta(days=1)


class ScheduleRefused(ValueError):
    """This schedule cannot be taken; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """On these weekdays (ISO: 1 Monday to 7 Sunday), at this local time, so many sachets.

    `window_min`: minutes until it is told when nothing is out (R27). `late_min`: the latest hand-out time in
    minutes after `at` (R29); None, not set by the pharmacy: until the window ends. `gap_min`: the least interval
    in minutes after the moment before it was handed out (R31); 0, none. `criticality`: 0 time-critical, 1 normal,
    2 tolerant (N2).
    """

    weekdays: frozenset[int]
    at: time
    sachets: int = 1
    window_min: int = WINDOW_MIN
    late_min: int | None = None
    criticality: int = 1
    gap_min: int = 0

    @property
    def latest_min(self) -> int:
        return self.window_min if self.late_min is None else self.late_min


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """One confirmed version of a schedule. `starts_on` None: from whenever; a later one replaces it from its day on."""

    starts_on: date | None
    lines: tuple[TimeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDose:
    """One planned hand-over: local day and time as they are shown, and the instant they mean (UTC)."""

    key: str  # its name at the device
    day: date
    at: time
    due_at: datetime
    sachets: int
    window_min: int
    late_min: int
    criticality: int
    gap_min: int = 0

    @property
    def deadline_at(self) -> datetime:
        return self.due_at + timedelta(minutes=self.window_min)

    @property
    def latest_at(self) -> datetime:
        return self.due_at + timedelta(minutes=self.late_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the sachets of one local day and time are: on one roll, in the order in which they are handed over."""

    roll: str
    sequences: tuple[int, ...]


def check_lines(lines: Sequence[TimeLine], *, seconds: bool = False) -> None:
    """Raise ScheduleRefused, with the line's number, for what cannot be planned.

    `seconds`: a time may have them, for a demo that plans a dose a quarter of a minute ahead.
    """
    if not lines:
        raise ScheduleRefused("A schedule needs at least one time.")
    for number, line in enumerate(lines, start=1):
        flaw = _flaw(line, seconds)
        if flaw:
            raise ScheduleRefused(f"Line {number}: {flaw}")
    for day in EVERY_DAY:
        for at in {line.at for line in lines}:
            if sum(line.sachets for line in lines if line.at == at and day in line.weekdays) > MOST_SACHETS:
                raise ScheduleRefused(f"At {at:%H:%M} there are more than {MOST_SACHETS} sachets.")


def _flaw(line: TimeLine, seconds: bool) -> str:
    if not line.weekdays or not line.weekdays <= EVERY_DAY:
        return "name the days of the week."
    if (line.at.second and not seconds) or line.at.microsecond or line.at.tzinfo is not None:
        return "a time is hours and minutes."
    if not 1 <= line.sachets <= MOST_SACHETS:
        return f"a moment has 1 to {MOST_SACHETS} sachets."
    if not 1 <= line.window_min <= LONGEST_WINDOW_MIN:
        return f"the window is 1 to {LONGEST_WINDOW_MIN} minutes, usually {WINDOW_MIN}."
    if line.late_min is not None and not line.window_min <= line.late_min <= LONGEST_LATE_MIN:
        return "the latest hand-out time is not before the end of the window, and within a day."
    if not 0 <= line.gap_min <= LONGEST_LATE_MIN:
        return "the least interval after the moment before is 0 (none) up to a day."
    if line.criticality not in (0, 1, 2):
        return "criticality is 0 (time-critical), 1 or 2."
    return ""


def expand(versions: Sequence[Timetable], first: date, until: date, zone: ZoneInfo) -> list[PlannedDose]:
    """The doses of the local days from `first` (inclusive) until `until` (exclusive), by instant.

    `versions` in rising order: of each day the last one that has started counts. Lines that coincide are one
    dose with all their sachets, kept to the strictest of their windows.
    """
    doses: list[PlannedDose] = []
    day = first
    while day < until:
        table = next(
            (each for each in reversed(versions) if each.starts_on is None or each.starts_on <= day), None
        )
        if table is not None:
            doses += _of_day(table.lines, day, zone)
        day += DAY
    return sorted(doses, key=lambda dose: (dose.due_at, dose.key))


def _of_day(lines: Iterable[TimeLine], day: date, zone: ZoneInfo) -> list[PlannedDose]:
    merged: dict[time, TimeLine] = {}
    for line in lines:
        if day.isoweekday() in line.weekdays:
            known = merged.get(line.at)
            merged[line.at] = line if known is None else _together(known, line)
    return [
        PlannedDose(
            key=key_of(day, at), day=day, at=at, due_at=instant_of(day, at, zone), sachets=line.sachets,
            window_min=line.window_min, late_min=line.latest_min, criticality=line.criticality,
            gap_min=line.gap_min,
        )
        for at, line in merged.items()
    ]  # fmt: skip


def _together(one: TimeLine, other: TimeLine) -> TimeLine:
    window = min(one.window_min, other.window_min)
    return replace(
        one,
        sachets=one.sachets + other.sachets,
        window_min=window,
        late_min=max(window, min(one.latest_min, other.latest_min)),
        criticality=min(one.criticality, other.criticality),
        gap_min=max(one.gap_min, other.gap_min),
    )


def key_of(day: date, at: time) -> str:
    """A moment's name at the device: one per local day and time, so that it never depends on when it was planned."""
    return f"m-{day:%Y%m%d}-{_digits(at)}"


def _digits(at: time) -> str:
    return f"{at:%H%M%S}" if at.second else f"{at:%H%M}"


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time: in a gap the first valid one, in a fold the first pass."""
    wall = datetime.combine(day, at)
    before, after = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    found = (wall - before).replace(tzinfo=UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    low, high = (wall - after).replace(tzinfo=UTC), found  # the clock is put forward between these two
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def whole_days(first: date, until: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period of the local days from `first` (inclusive) until `until` (exclusive), as instants."""
    return instant_of(first, time(), zone), instant_of(until, time(), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedDose:
    """What the pharmacy's agreements put into the roll at one local day and time. `units`: pieces at most."""

    day: date
    at: time
    due_at: datetime
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Agreements against times-only schedule, the days on which it is the same taken together.

    `kind`: missing (agreed, not in the schedule), extra, other_time (`other_at` in the schedule) or
    other_number (more sachets in the schedule than pieces agreed).
    """

    kind: str
    at: time
    other_at: time | None
    agreed: int
    scheduled: int
    days: tuple[date, ...]

    @property
    def key(self) -> str:
        other = _digits(self.other_at) if self.other_at else ""
        weekdays = "".join(str(each) for each in sorted({day.isoweekday() for day in self.days}))
        return f"{self.kind} {_digits(self.at)} {other} {self.agreed} {self.scheduled} {weekdays}"

    @property
    def sentence(self) -> str:
        at = f"{self.at:%H:%M}"
        if self.kind == "other_time" and self.other_at:
            return f"{at} in the pharmacy's agreements stands at {self.other_at:%H:%M} in the schedule."
        if self.kind == "missing":
            return f"{at} is in the pharmacy's agreements and not in the schedule."
        if self.kind == "extra":
            return f"{at} is in the schedule and not in the pharmacy's agreements."
        return f"{at} has {self.scheduled} sachets in the schedule, but {self.agreed} pieces are agreed."


def compare(agreed: Sequence[AgreedDose], scheduled: Sequence[PlannedDose]) -> list[Mismatch]:
    """Every difference between the agreements' plan and the schedule over the same days; nothing is corrected."""
    by_day: dict[date, tuple[dict[time, int], dict[time, int]]] = {}
    for dose in agreed:
        by_day.setdefault(dose.day, ({}, {}))[0][dose.at] = dose.units
    for planned in scheduled:
        by_day.setdefault(planned.day, ({}, {}))[1][planned.at] = planned.sachets
    together: dict[tuple[str, time, time | None, int, int], list[date]] = {}
    for day in sorted(by_day):
        for found in _differing(*by_day[day]):
            together.setdefault(found, []).append(day)
    return [
        Mismatch(kind=kind, at=at, other_at=other, agreed=units, scheduled=sachets, days=tuple(days))
        for (kind, at, other, units, sachets), days in together.items()
    ]


SHIFTED_AT_MOST_MIN = 180
"""A time of the same day this near, where the other side has none, is the same dose at another time."""


def _differing(
    agreed: dict[time, int], scheduled: dict[time, int]
) -> list[tuple[str, time, time | None, int, int]]:
    found: list[tuple[str, time, time | None, int, int]] = [
        ("other_number", at, None, units, scheduled[at])
        for at, units in agreed.items()
        if at in scheduled and scheduled[at] > units
    ]
    extra = sorted(at for at in scheduled if at not in agreed)
    for at in sorted(at for at in agreed if at not in scheduled):
        other = min(extra, key=lambda each: minutes_apart(each, at), default=None)
        if other is not None and minutes_apart(other, at) <= SHIFTED_AT_MOST_MIN:
            extra.remove(other)
            found.append(("other_time", at, other, agreed[at], scheduled[other]))
        else:
            found.append(("missing", at, None, agreed[at], 0))
    return found + [("extra", at, None, 0, scheduled[at]) for at in extra]


def minutes_apart(one: time, other: time) -> int:
    return abs((one.hour - other.hour) * 60 + one.minute - other.minute)
