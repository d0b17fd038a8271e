"""A reading's visits as tours take them, without a database: `reik planning --plan`. Pure.

The same rows, in the same order, as `value.tours.rows` gives of a planning that was taken with its names.
"""

from __future__ import annotations

from datetime import datetime

from reik.value.planning.reading import Reading
from reik.value.tours.planned import Planned
from reik.value.tours.problem import HOUR, LONGEST_VISIT, MINUTE, Place

_COLUMNS = ("line", "start", "minutes", "kind", "client", "worker", "team", "heavy", "latitude", "longitude")


def planned_of(reading: Reading) -> list[Planned]:
    """Those with coordinates, of at most twelve hours."""
    rows = reading.visits.sort("line").select(_COLUMNS).iter_rows()
    return [_planned(*row) for row in rows if None not in row[8:] and row[2] * MINUTE <= LONGEST_VISIT]


def _planned(
    line: int, start: datetime, minutes: float, kind: str, client: str, worker: str, team: str,
    heavy: bool | None, latitude: float, longitude: float,
) -> Planned:  # fmt: skip
    return Planned(
        line, start.date(), client, Place(f"{latitude:.6f},{longitude:.6f}", latitude, longitude),
        start.hour * HOUR + start.minute * MINUTE, max(1, round(minutes * MINUTE)), kind, worker, team,
        heavy=heavy,
    )  # fmt: skip
