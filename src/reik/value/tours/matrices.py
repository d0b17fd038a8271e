"""How long it takes and how far it is from each place to each other place. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reik.value.tours.factors import Factors, Knots
from reik.value.tours.problem import Day, Place, TourRefused

EARTH_METRES = 6_371_008.8  # mean radius, IUGG
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Travel:
    """From row to column: `seconds` under way and `metres` by road, both (places × places), whole numbers."""

    seconds: Numbers
    metres: Numbers

    def __post_init__(self) -> None:
        side = (len(self.seconds), len(self.seconds))
        if self.seconds.shape != side or self.metres.shape != side:
            raise TourRefused("The travel times are no square of places by places: give each pair.", "square")
        if (self.seconds < 0).any() or (self.metres < 0).any():
            raise TourRefused("A travel time or distance below zero: correct the matrix.", "below_zero")


Travels = Mapping[str, Travel]  # by mode


def crow_metres(places: Sequence[Place]) -> Floats:
    """Great-circle metres between all places (haversine). Raises TourRefused for a place without coordinates."""
    for place in places:
        if place.latitude is None or place.longitude is None:
            raise TourRefused(
                f"{place.key} has no coordinates: give them, or a matrix file that names it.",
                "no_coordinates", place=place.key,
            )  # fmt: skip
    latitude = np.radians(np.array([place.latitude for place in places], dtype=np.float64))
    longitude = np.radians(np.array([place.longitude for place in places], dtype=np.float64))
    north = np.sin((latitude[:, None] - latitude) / 2) ** 2
    east = np.sin((longitude[:, None] - longitude) / 2) ** 2
    half = north + np.cos(latitude)[:, None] * np.cos(latitude) * east
    crow: Floats = 2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    np.fill_diagonal(crow, 0)
    return crow


def along(knots: Knots, crow: Floats) -> Floats:
    """The value at each distance: straight lines between the knots, the last line going on."""
    across, up = np.array(knots, dtype=np.float64).T
    slope = (up[-1] - up[-2]) / (across[-1] - across[-2])
    beyond = np.clip(crow - across[-1], 0, None) * slope
    return np.asarray(np.interp(crow, across, up) + beyond, dtype=np.float64)


def by_factors(places: Sequence[Place], factors: Factors) -> Travel:
    """Travel from coordinates by the published factors, or yours."""
    crow = crow_metres(places)
    seconds = along(factors.time, crow) + np.where(crow > 0, factors.stop_seconds, 0)
    return Travel(np.rint(seconds).astype(np.int64), np.rint(along(factors.road, crow)).astype(np.int64))


def for_day(day: Day, factors: Mapping[str, Factors]) -> dict[str, Travel]:
    """The travel of each way in which this day's nurses go."""
    missing = [mode for mode in day.modes if mode not in factors]
    if missing:
        raise TourRefused(
            f"No factors for travelling by {missing[0]}: use bike or car, or give your own factors.", "mode"
        )
    return {mode: by_factors(day.places, factors[mode]) for mode in day.modes}


def chosen(travel: Travel, places: Sequence[int]) -> Travel:
    """The same for some of the places, in that order."""
    rows: Any = np.ix_(list(places), list(places))
    return Travel(travel.seconds[rows], travel.metres[rows])
