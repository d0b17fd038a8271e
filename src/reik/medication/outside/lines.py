"""Medication outside the roll: lines in versions, laid out over days, and what may be written as given. Pure (R5, R31).

Calendars expand as those of schedules do: a time in the gap of spring is its first valid instant, a time in the
fold of autumn its first pass. Nothing is reckoned from doses: how often at most is what a person wrote down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import EVERY_DAY, instant_of

WINDOW_MIN = 60
REMINDED_AFTER = timedelta(minutes=60)
"""After this long without a word it is told once more, as a high risk."""
DAY = timedelta(days=1)
MOST_TIMES = 24
LONGEST_BACK = timedelta(days=7)
"""How long afterwards it may still be written down."""
AHEAD_AT_MOST = timedelta(minutes=5)
RESPONSIBLE = ("client", "carer", "team")
REASONS = ("refused", "not_there", "unwell", "not_in_stock", "advice", "other")
IN_ERROR = "entered_in_error"
GIVEN, NOT_GIVEN, TO_COME, NOW, NO_WORD = "given", "not_given", "to_come", "now", "no_word"


class OutsideRefused(ValueError):
    """This cannot be written; `code` says why for a screen, the message what to do. `detail`: values of the words."""

    def __init__(self, code: str, sentence: str, **detail: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseWords:
    """What a line says. Without `times` it is as needed. Minutes as in a schedule; `last_on` inclusive.

    `every_days` above 1 counts from `starts_on`, and the weekdays are then all of them. `max_per_day`: how many
    times it may be given on one local day; None: nobody wrote one down.
    """

    product: str
    amount: str
    starts_on: date
    code: str = ""
    times: tuple[time, ...] = ()
    as_needed: bool = False
    weekdays: frozenset[int] = EVERY_DAY
    every_days: int = 1
    max_per_day: int | None = None
    criteria: str = ""
    window_min: int = WINDOW_MIN
    gap_min: int = 0
    last_on: date | None = None
    responsible: str = "team"
    responsible_name: str = ""
    second_person: bool = False
    agreement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseVersion:
    """One version of a line, with who wrote it. `stopped`: from `from_at` on the line is no more."""

    id: UUID
    line: UUID
    client_id: UUID
    version: int
    says: LooseWords
    stopped: bool
    because: str
    written_by: str
    written_role: str
    written_at: datetime

    def from_at(self, zone: ZoneInfo) -> datetime:
        """From when it counts. A first version also counts for a time whose window still runs."""
        early = timedelta(minutes=self.says.window_min) if self.version == 1 else timedelta()
        return max(instant_of(self.says.starts_on, time(), zone), self.written_at - early)


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseDose:
    """One planned time of a line: local day and time, the instant they mean (UTC), and when its window ends."""

    version: LooseVersion
    day: date
    at: time
    due_at: datetime

    @property
    def line(self) -> UUID:
        return self.version.line

    @property
    def deadline_at(self) -> datetime:
        return self.due_at + timedelta(minutes=self.version.says.window_min)

    @property
    def key(self) -> str:
        return dose_key(self.line, self.day, self.at)


def dose_key(line: UUID, day: date, at: time) -> str:
    """The name of a planned time, as its task has it."""
    return f"{line} {day:%Y-%m-%d} {at:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """What a person says: given (or why not), by whom, with which second person, and when (UTC)."""

    line: UUID
    day: date
    at: time | None
    amount: str
    given_at: datetime
    given_name: str
    given_by: UUID | None = None
    second_name: str = ""
    second_by: UUID | None = None
    not_given: str = ""
    because: str = ""
    remark: str = ""
    stock: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A giving as it was written down. `corrects`: the row whose place it takes."""

    id: UUID
    client_id: UUID
    said: Giving
    recorded_by: str
    recorded_at: datetime
    corrects: UUID | None


def expand(versions: Sequence[LooseVersion], first: date, until: date, zone: ZoneInfo) -> list[LooseDose]:
    """The planned times of these lines on the local days from `first` until `until` (exclusive), by instant.

    `versions`: all of each line, in any order. At every instant the newest version that has begun counts, so a
    change never takes away a time that was planned before it, nor asks for one that has passed.
    """
    doses: list[LooseDose] = []
    for of_line in by_line(versions).values():
        for version, since, end in _spans(of_line, zone):
            doses += [
                dose
                for dose in _of_version(version, first, until, zone)
                if since <= dose.due_at and (end is None or dose.due_at < end)
            ]
    return sorted(doses, key=lambda dose: (dose.due_at, dose.version.says.product, dose.key))


def by_line(versions: Iterable[LooseVersion]) -> dict[UUID, list[LooseVersion]]:
    """The versions of each line, in rising order."""
    found: dict[UUID, list[LooseVersion]] = {}
    for each in sorted(versions, key=lambda version: (version.line.int, version.version)):
        found.setdefault(each.line, []).append(each)
    return found


def _spans(
    versions: Sequence[LooseVersion], zone: ZoneInfo
) -> list[tuple[LooseVersion, datetime, datetime | None]]:
    """Of one line: each version with from when until when it counts; a later version ends all before it."""
    spans: list[tuple[LooseVersion, datetime, datetime | None]] = []
    end: datetime | None = None
    for version in reversed(versions):
        since = version.from_at(zone)
        if end is None or since < end:
            if not version.stopped:
                spans.append((version, since, end))
            end = since
    return spans[::-1]


def _of_version(version: LooseVersion, first: date, until: date, zone: ZoneInfo) -> list[LooseDose]:
    says = version.says
    day = max(first, says.starts_on)
    doses: list[LooseDose] = []
    while day < until and (says.last_on is None or day <= says.last_on):
        if day.isoweekday() in says.weekdays and (day - says.starts_on).days % says.every_days == 0:
            doses += [
                LooseDose(version=version, day=day, at=at, due_at=instant_of(day, at, zone))
                for at in says.times
            ]
        day += DAY
    return doses


def standing(versions: Sequence[LooseVersion], at: datetime, zone: ZoneInfo) -> list[LooseVersion]:
    """The version of each line that counts at this instant; a line that ended or has not begun is missing."""
    found = []
    for of_line in by_line(versions).values():
        for version, since, end in _spans(of_line, zone):
            over = version.says.last_on is not None and at.astimezone(zone).date() > version.says.last_on
            if since <= at and (end is None or at < end) and not over:
                found.append(version)
    return found


def counting(given: Iterable[Given]) -> list[Given]:
    """The rows that count: not put right by another, and not entered in error; by time."""
    rows = list(given)
    corrected = {each.corrects for each in rows if each.corrects is not None}
    return sorted(
        (each for each in rows if each.id not in corrected and each.said.not_given != IN_ERROR),
        key=lambda each: (each.said.given_at, each.recorded_at, each.id.int),
    )


def word_of(dose: LooseDose, given: Sequence[Given], now: datetime) -> tuple[str, Given | None]:
    """Where a planned time stands, and the row that says so. Silence is `no_word`: not known, never a miss."""
    rows = [
        each
        for each in counting(given)
        if (each.said.line, each.said.day, each.said.at) == (dose.line, dose.day, dose.at)
    ]
    done = next((each for each in rows if not each.said.not_given), None)
    if done is not None:
        return GIVEN, done
    if rows:
        return NOT_GIVEN, rows[-1]
    if now < dose.due_at:
        return TO_COME, None
    return (NOW if now < dose.deadline_at else NO_WORD), None


def same_person(name: str, account: UUID | None, other_name: str, other_account: UUID | None) -> bool:
    """Whether these are one person: by account where both have one, and always by name."""
    if account is not None and account == other_account:
        return True
    return _plain(name) == _plain(other_name)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
