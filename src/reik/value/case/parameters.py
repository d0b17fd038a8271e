"""The assumptions of the business case, as data: what each means, in which unit, and where its range is from (R67).

A range that Reik brings along has a source; where nothing is published there is no range, and every outcome that
needs it says so until somebody fills it in. Pure.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GROUPS = ("care", "work", "alerts", "costs", "income", "cash_in", "green")
READ = "2026-11"
"""When the sources were read; said for those that bear no date."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "per day": (0, 24),
    "%": (0, 100),
    "per 100": (0, 100),
    "min": (0, 240),
    "min/week": (0, 2400),
    "min/client": (0, 2400),
    "days": (1, 62),
    "h": (0, 168),
    "€/h": (0, 500),
    "€/km": (0, 10),
    "€": (0, 1e8),
    "€/month": (0, 1e5),
    "€±/month": (-1e5, 1e5),
    "€/year": (0, 1e10),
    "km/h": (1, 130),
    "g/km": (0, 2000),
    "kg": (0, 1e4),
    "months": (1, 600),
    "n": (0, 1e6),
}
"""Least and most of each unit: what lies outside cannot be."""
ABOVE_ZERO = frozenset({"active_pct", "fte_hours_week"})
"""What is divided by."""
OWN, MEASURED, PUBLISHED, EMPTY = "own", "measured", "published", "empty"


class RangeRefused(ValueError):
    """This range cannot be; `code` and `key` say which to a screen, the message what to do instead."""

    def __init__(self, code: str, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.key = code, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something was read. `date`: of what it says, empty when it bears none; `found`: with which device."""

    code: str
    title: str
    url: str
    date: str
    found: str

    @property
    def when(self) -> str:
        return self.date or f"read {READ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Low, likely and high of one assumption, in its unit. `origin`: own, measured, published."""

    low: float
    likely: float
    high: float
    origin: str
    source: str
    date: str

    @property
    def wide(self) -> bool:
        return self.low < self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One assumption. `default` None: nothing is published, it asks for yours. `optional`: 0 without a value."""

    key: str
    group: str
    unit: str
    nl: str
    en: str
    what_nl: str
    what_en: str
    default: Range | None
    note: str
    optional: bool


@cache
def sources() -> Mapping[str, Source]:
    """By code."""
    found = tomllib.loads((HERE / "sources.toml").read_text("utf-8"))
    return {code: Source(code=code, **each) for code, each in found.items()}


@cache
def parameters() -> Mapping[str, Parameter]:
    """By key, in the order in which they are read."""
    found = tomllib.loads((HERE / "parameters.toml").read_text("utf-8"))
    return {key: _parameter(key, each) for key, each in found.items()}


def _parameter(key: str, written: dict[str, Any]) -> Parameter:
    given, source = written.pop("range", None), written.pop("source", "")
    default = None
    if given is not None:
        low, likely, high = map(float, given)
        where = sources()[source]
        default = Range(
            low=low, likely=likely, high=high, origin=PUBLISHED, source=where.title, date=where.when
        )
    note, optional = written.pop("note", ""), written.pop("optional", False)
    return Parameter(key=key, default=default, note=note, optional=optional, **written)


def check_range(key: str, low: float, likely: float, high: float) -> None:
    """Raise RangeRefused: an unknown key, a range that is not in order, a value that cannot be."""
    parameter = parameters().get(key)
    if parameter is None:
        raise RangeRefused("key", key, f"There is no assumption {key!r}: look at the list of assumptions.")
    if not all(math.isfinite(each) for each in (low, likely, high)):
        raise RangeRefused("number", key, f"{parameter.en}: give three numbers.")
    if not low <= likely <= high:
        raise RangeRefused("order", key, f"{parameter.en}: low is at most likely, likely at most high.")
    least, most = LIMITS[parameter.unit]
    if low < least or high > most or (key in ABOVE_ZERO and low <= 0):
        beyond = "more than 0" if key in ABOVE_ZERO else f"{least:g}"
        raise RangeRefused(
            "limits", key, f"{parameter.en} lies between {beyond} and {most:g} {parameter.unit}."
        )


def ranges(*own: Mapping[str, Range]) -> dict[str, Range]:
    """Which range counts for each key: the first of `own` that has one, else the published one, else none."""
    found: dict[str, Range] = {}
    for key, parameter in parameters().items():
        chosen = next((each[key] for each in own if key in each), parameter.default)
        if chosen is not None:
            found[key] = chosen
    return found
