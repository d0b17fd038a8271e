"""How a crow's distance becomes a road and a time: published figures, each with source and date. Pure (C20).

A figure is a list of knots between which a straight line is drawn, so that a place further away is never nearer by
road. Replace them by a file: `--factors FILE.json`, in the form that `as_data` gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from reik.value.tours.problem import TourRefused

Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, and of when it is."""

    what: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Factors:
    """One way of travelling. `road`: crow metres → road metres; `time`: crow metres → seconds under way.

    `stop_seconds`: added to each trip (parking, locking, walking); nothing is published for it, so it is 0 until
    you give yours.
    """

    mode: str
    road: Knots
    time: Knots
    stop_seconds: float
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        for name, knots in (("road", self.road), ("time", self.time)):
            if len(knots) < 2 or knots[0] != (0.0, 0.0):
                raise TourRefused(f"{self.mode}: {name} needs two knots or more, the first (0, 0).")
            if any(a >= c or b >= d for (a, b), (c, d) in pairwise(knots)):
                raise TourRefused(f"{self.mode}: the knots of {name} must rise, both of them.")
        if self.stop_seconds < 0 or not self.sources:
            raise TourRefused(
                f"{self.mode}: give 0 or more seconds per stop, and at least one source with its date."
            )


_OTTERLO = (
    "own computation over the public road network (BGT) of one Dutch village, Otterlo; Kadaster, CC BY 4.0"
)
_BIKE_ROAD: Knots = ((0.0, 0.0), (200, 305), (450, 611), (800, 1026), (1500, 1838), (5000, 6040))
_CAR_ROAD: Knots = (
    (0.0, 0.0),
    (200, 334),
    (450, 648),
    (800, 1057),
    (1500, 1833),
    (3500, 4438),
    (10_000, 13_168),
)
EBIKE_METRES_PER_SECOND = 18.7 / 3.6

BIKE = Factors(
    "bike", _BIKE_ROAD, tuple((crow, road / EBIKE_METRES_PER_SECOND) for crow, road in _BIKE_ROAD), 0.0,
    (Source("detour up to 2 km, median per class of distance", _OTTERLO, "2020-09-15"),
     Source("detour beyond 2 km: 1.2", "Dutch Cycling Embassy, design norm of cycle routes: "
            "https://blog.johnkyle.ca/2019/04/26/i-attended-a.html", "2019-04-26"),
     Source("speed 18.7 km/h, mean of e-bikes in the Netherlands", "Fietsberaad: https://iamexpat.nl/node/86090",
            "2012"),
     Source("seconds per stop", "not published: give your own", "")),
)  # fmt: skip
CAR = Factors(
    "car", _CAR_ROAD,
    ((0.0, 0.0), (250, 60), (750, 120), (1250, 180), (1750, 240), (2500, 360), (3500, 450), (5000, 600), (7000, 810),
     (10_000, 1080), (14_000, 1410), (20_000, 1890)),
    0.0,
    (Source("detour up to 5 km, median per class of distance", _OTTERLO, "2020-09-15"),
     Source("detour beyond 5 km: 1.343, mean of 300 European cities", "Environment and Planning B, "
            "https://doi.org/10.1177/23998083231168870", "2023"),
     Source("minutes by crow's distance, median of two flat cities (Udine, Reggio Emilia)", "own computation from the "
            "OSRM matrices of the home-care instances of Ceschia and others, https://doi.org/10.1111/itor.13585 (MIT)",
            "2024"),
     Source("seconds per stop", "not published: give your own", "")),
)  # fmt: skip
PUBLISHED: Mapping[str, Factors] = {each.mode: each for each in (BIKE, CAR)}


def with_stops(factors: Mapping[str, Factors], seconds: float) -> dict[str, Factors]:
    """The same with so many seconds more at each stop, of your own. Raises TourRefused below zero."""
    if not seconds:
        return dict(factors)
    own = Source(f"{seconds:g} seconds more per stop", "your own", "")
    return {
        mode: replace(each, stop_seconds=each.stop_seconds + seconds, sources=(*each.sources, own))
        for mode, each in factors.items()
    }


def as_data(factors: Factors) -> dict[str, Any]:
    """The figures as JSON has them."""
    return asdict(factors)


def read(given: Any) -> dict[str, Factors]:
    """Your own figures beside the published ones: a list of objects in the form of `as_data`.

    Raises TourRefused with what is wrong with them.
    """
    if not isinstance(given, list) or not given:
        raise TourRefused(
            "The factors are no list of ways of travelling; see the reference of the planning file."
        )
    return {**PUBLISHED, **{each.mode: each for each in map(_one, given)}}


def _knots(given: Any) -> Knots:
    return tuple((float(across), float(up)) for across, up in given)


def _one(each: Any) -> Factors:
    try:
        return Factors(
            str(each["mode"]),
            _knots(each["road"]),
            _knots(each["time"]),
            float(each.get("stop_seconds", 0)),
            tuple(Source(str(s["what"]), str(s["source"]), str(s["date"])) for s in each["sources"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, TourRefused):
            raise
        raise TourRefused(
            f"A way of travelling lacks mode, road, time or sources, or holds no numbers: {error}."
        ) from None
