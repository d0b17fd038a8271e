"""Numbers for a person: the likely one with the band of the draws, or what is to be filled in first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from reik.value.case.money import Line, Result
from reik.value.case.values import Array

LOW, MIDDLE, HIGH = 10, 50, 90
Amount = dict[str, Any]
"""{"likely": number or None, "p10": …, "p50": …, "p90": …, "missing": [keys to fill in]}."""


def plain(number: Any) -> float:
    """Rounded for a page; never minus zero."""
    return round(float(number), 2) + 0.0


def amount(likely: Array, drawn: Array) -> Amount:
    """Of one number per draw."""
    low, middle, high = np.percentile(drawn, [LOW, MIDDLE, HIGH])
    return {
        "likely": plain(likely.ravel()[0]), "p10": plain(low), "p50": plain(middle), "p90": plain(high), "missing": [],
    }  # fmt: skip


def unknown(missing: Iterable[str]) -> Amount:
    """What cannot be said yet."""
    return {"likely": None, "p10": None, "p50": None, "p90": None, "missing": sorted(set(missing))}


def total(line: Line) -> Array:
    """Over all months, one number per draw. Only of a line that has an amount."""
    assert line.amount is not None
    found: Array = line.amount.sum(axis=1)
    return found


def over_all(key: str, likely: Result, drawn: Result) -> Amount:
    """A line over all months."""
    if likely.lines[key].amount is None:
        return unknown(likely.lines[key].missing)
    return amount(total(likely.lines[key]), total(drawn.lines[key]))


def per_client_month(keys: Iterable[str], likely: Result, drawn: Result) -> Amount:
    """The sum of lines, per active client in a month."""
    names = list(keys)
    missing = [each for key in names for each in likely.lines[key].missing]
    months = float(likely.ramp.active.sum())
    if missing or not months:
        return unknown(missing)
    return amount(sum_of(names, likely) / months, sum_of(names, drawn) / float(drawn.ramp.active.sum()))


def sum_of(keys: Iterable[str], result: Result) -> Array:
    """Of lines that all have an amount, over all months."""
    found: Array = np.sum([np.broadcast_to(total(result.lines[key]), _draws(result)) for key in keys], axis=0)
    return found


def _draws(result: Result) -> tuple[int, ...]:
    return (result.net_hours.shape[0],)


def per_year(key: str, likely: Result) -> list[float | None]:
    """The likely amount of each year."""
    line = likely.lines[key].amount
    if line is None:
        return [None] * likely.setting.years
    return [plain(line[0, 12 * year : 12 * year + 12].sum()) for year in range(likely.setting.years)]
