"""Why a dosage cannot be planned without a guess (contract H1 and H5). Pure.

Each check is one number of H5's list; the first that speaks gives the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from reik.medication.agreed.agreements import Dosage, Timing
from reik.medication.agreed.calendar import DAY_S, read_instant, seconds
from reik.medication.agreed.timing import DAYPARTS, DEFAULTS, WEEKDAYS, clock_time, named_slots

_SHORTEST_INTERVAL_MIN = 1  # shorter than a minute is no interval that a person could mean


def refusal(dosage: Dosage) -> str | None:
    """The reason of a dosage that is not as needed; None when it can be planned."""
    for check in _CHECKS:
        reason = check(dosage)
        if reason is not None:
            return reason
    if dosage.timing.events:
        return None
    for check in _REPEAT_CHECKS:
        reason = check(dosage)
        if reason is not None:
            return reason
    return None


def _coded(dosage: Dosage) -> str | None:
    """1 (G1)"""
    return "timing-unsupported" if dosage.timing.coded and not dosage.timing.present else None


def _absent(dosage: Dosage) -> str | None:
    """2 (G1)"""
    return None if dosage.timing.present else "no-timing"


def _dose_range(dosage: Dosage) -> str | None:
    """3"""
    return "dose-range" if dosage.dose_varies else None


def _dose(dosage: Dosage) -> str | None:
    """4 (H1)"""
    value = dosage.dose.value if dosage.dose is not None else None
    negative = value is not None and value < 0
    return "dose-invalid" if negative or dosage.dose_compared else None


def _events(dosage: Dosage) -> str | None:
    """5 (G8)"""
    if not dosage.timing.events:
        return None
    if dosage.timing.repeats:
        return "timing-conflict"
    timed = all(read_instant(event) is not None for event in dosage.timing.events)
    return None if timed else "timing-unsupported"


def _ranges(dosage: Dosage) -> str | None:
    """6, 7, 8"""
    timing = dosage.timing
    if timing.frequency_varies:
        return "frequency-range"
    if timing.period_varies:
        return "period-range"
    return "count-range" if timing.count_varies else None


def _words(dosage: Dosage) -> str | None:
    """9: an offset, seconds, and codes that have no clock time here."""
    timing = dosage.timing
    known = (
        not timing.offset
        and all(clock_time(each) is not None for each in timing.times)
        and all(each in DAYPARTS for each in timing.dayparts)
        and all(each in WEEKDAYS for each in timing.weekdays)
    )
    return None if known else "timing-unsupported"


def _both(dosage: Dosage) -> str | None:
    """10"""
    return "timing-conflict" if dosage.timing.times and dosage.timing.dayparts else None


def _numbers(dosage: Dosage) -> str | None:
    """11: numbers that belong together, more than nothing; how often is a whole number."""
    timing = dosage.timing
    halves = (timing.period is None) != (timing.unit is None)
    loose = timing.frequency is not None and timing.period is None
    numbers = [each for each in (timing.frequency, timing.period, timing.count) if each is not None]
    often = [each for each in (timing.frequency, timing.count) if each is not None]
    wrong = any(each <= 0 for each in numbers) or not all(map(_whole, often))
    return "timing-unsupported" if halves or loose or wrong else None


def _unit(dosage: Dosage) -> str | None:
    """12 to 15, by the unit"""
    unit = dosage.timing.unit
    if unit in ("h", "min"):
        return _interval(dosage.timing)
    if unit in ("mo", "a"):
        return "date-missing"
    return _weeks(dosage) if unit == "wk" else _days(dosage)


def _interval(timing: Timing) -> str | None:
    """12 (G7)"""
    if timing.times or timing.dayparts or timing.weekdays:
        return "timing-conflict"
    minutes = (timing.period or Decimal(1)) * (60 if timing.unit == "h" else 1)
    often = timing.frequency is not None and timing.frequency > 1
    return "timing-unsupported" if often or minutes < _SHORTEST_INTERVAL_MIN else None


def _weeks(dosage: Dosage) -> str | None:
    """14 (G6)"""
    timing = dosage.timing
    if not timing.weekdays:
        return "weekday-missing"
    if not _whole(timing.period or Decimal(1)):
        return "timing-unsupported"
    slots = named_slots(timing)
    if timing.frequency is not None and timing.frequency != len(set(timing.weekdays)) * max(1, len(slots)):
        return "timing-conflict"
    return "slot-conflict" if not slots and dosage.for_the_night else None


def _days(dosage: Dosage) -> str | None:
    """15 (G4, G5), and every unit that is none of the others"""
    timing = dosage.timing
    period = timing.period if timing.period is not None else Decimal(1)
    if timing.unit not in (None, "d") or not _whole(period):
        return "timing-unsupported"
    slots = named_slots(timing)
    differs = bool(slots) and timing.frequency is not None and timing.frequency != len(slots)
    if (timing.weekdays and period > 1) or differs:
        return "timing-conflict"
    if slots:
        return None
    return "slots-missing" if _slots_missing(timing, period) else _night(dosage)


def _slots_missing(timing: Timing, period: Decimal) -> bool:
    frequency = timing.frequency or Decimal(1)
    alone = timing.frequency is None and timing.period is None and not timing.weekdays
    more_than_once = alone and timing.count is not None and timing.count > 1
    return frequency > max(DEFAULTS) or (frequency > 1 and period > 1) or more_than_once


def _night(dosage: Dosage) -> str | None:
    """G11"""
    return "slot-conflict" if dosage.for_the_night else None


def _too_short(dosage: Dosage) -> str | None:
    """16 (F7)"""
    timing = dosage.timing
    lasts = dosage.bounds.lasts if dosage.bounds is not None else None
    length = seconds(lasts) if lasts is not None else None
    per_day = timing.unit in (None, "d") and not timing.weekdays
    return "step-too-short" if per_day and length is not None and length < DAY_S else None


def _whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


_CHECKS: tuple[Callable[[Dosage], str | None], ...] = (_coded, _absent, _dose_range, _dose, _events)
_REPEAT_CHECKS: tuple[Callable[[Dosage], str | None], ...] = (
    _ranges,
    _words,
    _both,
    _numbers,
    _unit,
    _too_short,
)
