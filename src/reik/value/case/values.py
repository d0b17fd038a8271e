"""The numbers that one computation uses: the likely ones, or many drawn from the ranges, always the same by seed. Pure.

Every value is an array of one column, one row per draw, so that a formula is written once and reads like the page
that explains it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reik.value.case.parameters import Range, parameters

Array = NDArray[np.float64]
PERT_WEIGHT = 4.0
"""How much the likely value weighs against low and high, as PERT has it."""


class ValueMissing(KeyError):
    """A formula was asked for without its values: `missing` was not looked at first."""


@dataclass(frozen=True, slots=True)
class Values:
    """One column of numbers per key that has a range."""

    of: Mapping[str, Array]

    def __getitem__(self, key: str) -> Array:
        try:
            return self.of[key]
        except KeyError:
            raise ValueMissing(key) from None

    def part(self, key: str) -> Array:
        """A percentage as a part of one."""
        return self[key] / 100

    def or_zero(self, key: str) -> Array:
        """An optional one; without a value it does not count."""
        found = self.of.get(key)
        return np.zeros((1, 1)) if found is None else found

    def missing(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(key for key in keys if key not in self.of)

    def with_one(self, key: str, value: float) -> Values:
        """The same with another number for one key."""
        return Values({**self.of, key: _column([value])})


def likely(ranges: Mapping[str, Range]) -> Values:
    """The likely number of each."""
    return Values({key: _column([each.likely]) for key, each in ranges.items()})


def drawn(ranges: Mapping[str, Range], draws: int, seed: int, *, shape: str = "pert") -> Values:
    """`draws` numbers of each range, `shape` pert or triangular.

    Each key has a stream of its own: what somebody fills in for one never moves the draws of another.
    """
    return Values({key: _draw(key, each, draws, seed, shape) for key, each in ranges.items()})


def _draw(key: str, of: Range, draws: int, seed: int, shape: str) -> Array:
    if not of.wide:
        return _column([of.likely] * draws)
    random = np.random.default_rng([seed, zlib.crc32(key.encode())])
    width = of.high - of.low
    if shape == "triangular":
        return random.triangular(of.low, of.likely, of.high, size=(draws, 1))
    up = 1 + PERT_WEIGHT * (of.likely - of.low) / width
    down = 1 + PERT_WEIGHT * (of.high - of.likely) / width
    column: Array = of.low + width * random.beta(up, down, size=(draws, 1))
    return column


def _column(numbers: list[float]) -> Array:
    return np.array(numbers, dtype=np.float64).reshape(-1, 1)


def not_counted(ranges: Mapping[str, Range]) -> tuple[str, ...]:
    """The optional ones without a value: they are in no outcome."""
    return tuple(key for key, each in parameters().items() if each.optional and key not in ranges)


USES = ("use_more_clients_pct", "use_heavier_pct", "use_fewer_hired_pct")


def within_the_whole(values: Values) -> Values:
    """An hour is cashed in once: shares that a draw brings above 100 % together are brought back to it."""
    known = [key for key in USES if key in values.of]
    if not known:
        return values
    times = 100 / np.maximum(sum(values[key] for key in known), 100.0)
    return Values({**values.of, **{key: values[key] * times for key in known}})
