"""Your own matrix: a CSV of `from,to,minutes,km`, by the places of the planning file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reik.value.tours.matrices import Travel
from reik.value.tours.problem import Day, Place, TourRefused

COLUMNS = ("from", "to", "minutes", "km")


@dataclass(frozen=True, slots=True)
class OwnMatrix:
    """Seconds and metres of each pair that the file names."""

    pairs: Mapping[tuple[str, str], tuple[int, int]]

    def travel(self, places: Sequence[Place]) -> Travel:
        """Travel between these places; a way back that is not there takes as long as the way there.

        Raises TourRefused with the first pair that is in neither direction in the file.
        """
        seconds = np.zeros((len(places), len(places)), dtype=np.int64)
        metres = np.zeros_like(seconds)
        for row, start in enumerate(places):
            for column, end in enumerate(places):
                if start.key != end.key:
                    seconds[row, column], metres[row, column] = self._pair(start.key, end.key)
        return Travel(seconds, metres)

    def for_day(self, day: Day) -> dict[str, Travel]:
        """The same for each way in which this day's nurses go."""
        return dict.fromkeys(day.modes, self.travel(day.places))

    def _pair(self, start: str, end: str) -> tuple[int, int]:
        found = self.pairs.get((start, end)) or self.pairs.get((end, start))
        if found is None:
            raise TourRefused(
                f"The matrix file does not say how far it is from {start} to {end}: add that line.",
                "pair", start=start, end=end,
            )  # fmt: skip
        return found


def read(path: Path) -> OwnMatrix:
    """Raises TourRefused with line and reason: half a matrix would make half a truth."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TourRefused(f"{path} cannot be opened: {error.strerror}.") from None
    return understood(data, path.name)


def understood(data: bytes, name: str) -> OwnMatrix:
    """The same from what such a file holds; `name` is for what is said of it."""
    pairs: dict[tuple[str, str], tuple[int, int]] = {}
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TourRefused(f"{name} is no UTF-8 text: save it as CSV UTF-8.", "matrix_text") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
        raise TourRefused(
            f"{name}: the first line must name the columns {','.join(COLUMNS)}.", "matrix_columns"
        )
    for row in rows:
        pairs[row["from"], row["to"]] = _measures(row, name, rows.line_num)
    return OwnMatrix(pairs)


def _measures(row: Mapping[str, str | None], name: str, line: int) -> tuple[int, int]:
    where = f"{name}, line {line}"
    try:
        minutes, km = float(row["minutes"] or ""), float(row["km"] or "")
    except ValueError:
        raise TourRefused(f"{where}: minutes and km are no numbers.", "matrix_number", line=line) from None
    if not (0 <= minutes <= 24 * 60 and 0 <= km <= 2000):
        raise TourRefused(
            f"{where}: {minutes:g} minutes and {km:g} km cannot be one trip.", "matrix_trip", line=line
        )
    return round(minutes * 60), round(km * 1000)
