"""Why a row of a planning is refused: a code, and the English sentence; screens have their own words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_MIN = 24 * 60
LONGEST_TRAVEL_MIN = 240
LONGEST_SHIFT_H = 24
SHIFT_BREAK_H = 4
"""So long without a visit ends a shift; visits on end for longer than LONGEST_SHIFT_H are no shift of one person."""

REASONS: Mapping[str, str] = {
    "width": "the row has more or fewer cells than the header",
    "client": "no client is named",
    "date": "the day cannot be read, or is not between 2000 and 2100",
    "repeats": "the visit repeats by a rule: export each visit by itself",
    "time": "the begin cannot be read as a time",
    "minutes": "the length cannot be read",
    "negative": "the visit ends before it begins, or lasts less than nothing",
    "zero": "the visit lasts no time at all",
    "long": "the visit lasts longer than 24 hours",
    "travel": "the travel is not 0 to 240 minutes",
    "coordinates": "the coordinates are no degrees of latitude and longitude",
    "overlap": "it overlaps another visit of the same worker",
    "shift": "one worker would be at work for more than 24 hours on end",
}


@dataclass(frozen=True, slots=True)
class RowRefused:
    """`value`: what stood there, never a name. `line`: of the file, the header being 1 in a plain one."""

    line: int
    reason: str
    value: str

    @property
    def sentence(self) -> str:
        return f"line {self.line}: {REASONS[self.reason]}" + (f" ({self.value})" if self.value else "") + "."
