"""Travel from an OSRM server of your own (its table service). Coordinates of homes leave Reik: choose whose it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np

from reik.value.tours.matrices import Travel
from reik.value.tours.problem import Place, TourRefused

BLOCK = 50  # OSRM refuses more than 100 coordinates in a question by default
PATIENCE_S = 30
PROFILES = {"bike": "bike", "car": "driving"}


def travel(address: str, mode: str, places: Sequence[Place]) -> Travel:
    """Ask block by block. Raises TourRefused when the server does not answer or knows no way."""
    if not address.startswith(("http://", "https://")):
        raise TourRefused(f"{address} is no address of an OSRM server: begin with https://.")
    seconds = np.zeros((len(places), len(places)), dtype=np.int64)
    metres = np.zeros_like(seconds)
    blocks = [range(start, min(start + BLOCK, len(places))) for start in range(0, len(places), BLOCK)]
    for rows, columns in product(blocks, blocks):
        answer = _table(address.rstrip("/"), PROFILES.get(mode, mode), places, rows, columns)
        here: Any = np.ix_(list(rows), list(columns))
        seconds[here], metres[here] = _numbers(answer, "durations"), _numbers(answer, "distances")
    return Travel(seconds, metres)


def _table(
    address: str, profile: str, places: Sequence[Place], rows: range, columns: range
) -> dict[str, Any]:
    asked = [places[each] for each in (*rows, *columns)]
    for place in asked:
        if place.latitude is None or place.longitude is None:
            raise TourRefused(f"{place.key} has no coordinates: OSRM cannot find it.")
    points = ";".join(f"{place.longitude:.6f},{place.latitude:.6f}" for place in asked)
    sources = ";".join(str(each) for each in range(len(rows)))
    ends = ";".join(str(len(rows) + each) for each in range(len(columns)))
    wanted = f"sources={sources}&destinations={ends}&annotations=duration,distance"
    question = f"{address}/table/v1/{profile}/{points}?{wanted}"
    try:
        with urlopen(question, timeout=PATIENCE_S) as answer:  # noqa: S310 only http(s), checked above
            read: dict[str, Any] = json.load(answer)
    except (URLError, TimeoutError, ValueError) as error:
        raise TourRefused(
            f"The OSRM server does not answer ({error}): look at its address, or leave it out."
        ) from None
    return read


def _numbers(answer: dict[str, Any], key: str) -> Any:
    table = answer.get(key)
    if answer.get("code") != "Ok" or table is None:
        raise TourRefused(
            f"The OSRM server says {answer.get('code')}: no {key}. Look at its profile and version."
        )
    if any(cell is None for row in table for cell in row):
        raise TourRefused(
            "The OSRM server knows no way between two of the places: look at their coordinates."
        )
    return np.rint(np.array(table, dtype=np.float64)).astype(np.int64)
