"""What a measurement of the care as it is may say, and how a planned visit is wound down. Pure (R64, R77, C12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

WHO = ("nurse", "caregiver", "helper", "informal_carer")
LONGEST_MIN = Decimal(240)
MOST_ADMINISTRATION_MIN = Decimal(2400)
MOST_MOMENTS = 24
EVERY_DAY = 0b1111111
NEAR_MIN = 90
"""A dispenser's moment this many minutes or fewer from a visit of the same weekday does the same work."""

RUNS, WINDING_DOWN, STOPPED, KEPT = "runs", "winding_down", "stopped", "kept"
VISIT_STATES = (RUNS, WINDING_DOWN, STOPPED, KEPT)


class BaselineRefused(ValueError):
    """This cannot be measured so; `code` says why to a screen, the message what to do instead. `row`: from 0."""

    def __init__(self, code: str, sentence: str, row: int | None = None) -> None:
        super().__init__(sentence)
        self.code, self.row = code, row


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekMoment:
    """One medication moment of the week as it is. `weekdays`: bits, Monday 1; minutes of one visit.

    `unique`: one comes for the medication alone; else it is part of other care.
    """

    at: time
    weekdays: int
    unique: bool
    care_minutes: Decimal
    travel_minutes: Decimal
    who: str

    @property
    def days(self) -> int:
        """On how many days of the week."""
        return self.weekdays.bit_count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What these moments come to in a week; minutes."""

    moments: int
    unique: int
    care: Decimal
    travel: Decimal
    administration: Decimal

    @property
    def total(self) -> Decimal:
        return self.care + self.travel + self.administration


def week_of(moments: Iterable[WeekMoment], administration: Decimal) -> Week:
    """Care and travel count for the unique ones as well as for the others; who counts what is not decided here."""
    rows = list(moments)
    return Week(
        moments=sum(each.days for each in rows),
        unique=sum(each.days for each in rows if each.unique),
        care=sum((each.days * each.care_minutes for each in rows), Decimal()),
        travel=sum((each.days * each.travel_minutes for each in rows), Decimal()),
        administration=administration,
    )


def check_baseline(
    moments: Sequence[WeekMoment], administration: Decimal, measured_on: date, today: date
) -> None:
    """Raise BaselineRefused for what cannot be."""
    if not moments:
        raise BaselineRefused("none", "Give at least one moment of the week.")
    if len(moments) > MOST_MOMENTS:
        raise BaselineRefused("many", f"At most {MOST_MOMENTS} moments.")
    if not 0 <= administration <= MOST_ADMINISTRATION_MIN:
        raise BaselineRefused("administration", "Administration is 0 to 2400 minutes a week.")
    if measured_on > today:
        raise BaselineRefused("future", "It is measured today or earlier.")
    taken: set[tuple[time, int]] = set()
    for row, each in enumerate(moments):
        _check_moment(each, row)
        days = {(each.at, day) for day in range(7) if each.weekdays >> day & 1}
        if days & taken:
            raise BaselineRefused("twice", "This time stands there already for one of these days.", row)
        taken |= days


def _check_moment(each: WeekMoment, row: int) -> None:
    if each.at.second or each.at.microsecond or each.at.tzinfo is not None:
        raise BaselineRefused("time", "A time is hours and minutes.", row)
    if not 1 <= each.weekdays <= EVERY_DAY:
        raise BaselineRefused("weekdays", "Name the days of the week.", row)
    if not 0 < each.care_minutes <= LONGEST_MIN or not 0 <= each.travel_minutes <= LONGEST_MIN:
        raise BaselineRefused("minutes", "Care takes 0.5 to 240 minutes, travel 0 to 240.", row)
    if each.who not in WHO:
        raise BaselineRefused("who", "Say who does this now.", row)


class VisitRefused(ValueError):
    """This cannot be done with this visit; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def check_visit(state: str, because: str, stops_on: date | None, today: date) -> None:
    """Raise VisitRefused: winding down has a day from today on, a visit that is kept has a reason."""
    if state not in VISIT_STATES:
        raise VisitRefused("state", "Choose what becomes of this visit.")
    if state == WINDING_DOWN and (stops_on is None or stops_on < today):
        raise VisitRefused("day", "Say from which day on nobody comes for this: today or later.")
    if state == KEPT and not because.strip():
        raise VisitRefused("because", "Say why one keeps coming.")


def minutes_between(one: time, other: time) -> int:
    """How far two times of the day are from each other, also over midnight."""
    apart = abs((one.hour - other.hour) * 60 + one.minute - other.minute)
    return min(apart, 24 * 60 - apart)


def same_work(at: time, weekdays: int, dispensed: Collection[tuple[int, time]]) -> int:
    """The weekdays (bits) on which a dispenser hands out near this visit. `dispensed`: (ISO weekday, time)."""
    return sum(
        1 << (day - 1)
        for day in range(1, 8)
        if weekdays >> (day - 1) & 1
        and any(day == other and minutes_between(at, when) <= NEAR_MIN for other, when in dispensed)
    )


def runs_still(state: str, stops_on: date | None, today: date) -> bool:
    """Whether somebody still comes: kept on with a reason is not meant here. A day that is over is no proof."""
    return state == RUNS or (state == WINDING_DOWN and stops_on is not None and stops_on <= today)
