"""A measured value with how sure it is; too few cases say so instead of a number. Pure (R70)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from reik.kernel.shares import FEWEST, Z_95, wilson
from reik.value.indicators.plan import RATE, SHARE, Indicator

ENOUGH, TOO_FEW, NOT_MEASURED = "enough", "too_few", "not_measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The planning in which it was counted: the file, its days, its routes, and of how many visits it is not known."""

    file_id: UUID
    name: str
    first_day: date
    last_day: date
    routes: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What was found: numerator, denominator, and of how many cases (clients, moments, forms, routes) that is.

    `missing`: assumptions without which it cannot be computed; then there are no numbers. `planning`: where it was
    counted, if in one.
    """

    numerator: float
    denominator: float
    cases: int
    missing: tuple[str, ...] = ()
    typed: bool = False
    planning: Counted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A measure of one indicator. `value`, `low`, `high` are None where it was not measured or has too few cases."""

    status: str
    value: float | None
    low: float | None
    high: float | None
    measure: Measure | None


NOTHING = Value(status=NOT_MEASURED, value=None, low=None, high=None, measure=None)


def value_of(indicator: Indicator, found: Measure | None) -> Value:
    """The number with its 95 % interval: Wilson for a share, Byar for a rate, none for a mean.

    None either for what was counted in a planning: that is all of it, and the same clients come back each day.
    """
    if found is None or found.missing or (found.denominator <= 0 and found.cases == 0):
        return Value(status=NOT_MEASURED, value=None, low=None, high=None, measure=found)
    if found.cases < FEWEST or found.denominator <= 0:
        return Value(status=TOO_FEW, value=None, low=None, high=None, measure=found)
    low: float | None = None
    high: float | None = None
    scale = 1.0
    if indicator.kind == SHARE:
        scale = 100.0
        whole = float(found.numerator).is_integer() and float(found.denominator).is_integer()
        if whole and found.planning is None:
            low, high = (100 * each for each in wilson(int(found.numerator), int(found.denominator)))
    elif indicator.kind == RATE:
        scale = float(indicator.per)
        low, high = (scale * each / found.denominator for each in byar(found.numerator))
    value = scale * found.numerator / found.denominator
    return Value(status=ENOUGH, value=_short(value), low=_short(low), high=_short(high), measure=found)


def byar(count: float, z: float = Z_95) -> tuple[float, float]:
    """Byar's interval of a count of rare events."""
    high = (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * math.sqrt(count + 1))) ** 3
    if count <= 0:
        return 0.0, high
    return count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3, high


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 3 if abs(number) < 10 else 1)
