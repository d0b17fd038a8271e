"""Whether the signal reaches her in each room, and whether the network reaches the dispenser. Pure (R2, R4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

DAY, NIGHT, BOTH = "living_room", "bedroom", "studio"
ROOMS = (DAY, NIGHT, BOTH, "kitchen", "bathroom", "hall", "outside", "other_floor")
"""Rooms with a word of their own; any other is named as it is called at home."""
LOWEST_VOLUME, HIGHEST_VOLUME = 1, 5
LONGEST_ROOM, LONGEST_MEASURE = 40, 200
GOOD_DBM, WEAK_DBM = -95.0, -110.0
"""From here upwards a message gets through at once; below WEAK_DBM none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTried:
    """What was found in one room. `measure`: what is done where it was neither heard nor seen."""

    room: str
    heard: bool
    seen: bool
    volume: int | None = None
    measure: str = ""
    at: datetime | None = None
    by: str = ""

    @property
    def reaches(self) -> bool:
        return self.heard or self.seen

    @property
    def settled(self) -> bool:
        return self.reaches or bool(self.measure.strip())


def newest_of_each(tests: Iterable[RoomTried]) -> dict[str, RoomTried]:
    """The test of each room that counts: the last one; `tests` come oldest first."""
    return {each.room: each for each in tests}


def lacking(tests: Mapping[str, RoomTried]) -> tuple[str, ...]:
    """The rooms that still ask something: not settled, or not tested where she is by day and where she sleeps."""
    asked = [each.room for each in tests.values() if not each.settled]
    if BOTH not in tests:
        asked += [each for each in (DAY, NIGHT) if each not in tests]
    return tuple(asked)


def flaw(tested: RoomTried) -> str:
    """What is wrong with one test: room, volume, measure; empty: nothing."""
    if not tested.room.strip() or len(tested.room) > LONGEST_ROOM:
        return "room"
    if tested.volume is not None and not LOWEST_VOLUME <= tested.volume <= HIGHEST_VOLUME:
        return "volume"
    return "measure" if not tested.settled or len(tested.measure) > LONGEST_MEASURE else ""


def coverage(signal_dbm: float | None) -> str:
    """good, weak, none, or unknown where the dispenser never said it: unknown is never good."""
    if signal_dbm is None:
        return "unknown"
    if signal_dbm >= GOOD_DBM:
        return "good"
    return "weak" if signal_dbm >= WEAK_DBM else "none"
