"""R25: the one list of ends of a moment. Every moment ends as exactly one of these."""

from enum import StrEnum


class Outcome(StrEnum):
    IN_TIME = "in_time"
    EARLY = "early"
    LATE = "late"
    PARTLY = "partly"
    NOT_OUT = "not_out"
    WITHHELD = "withheld"
    BY_HAND = "by_hand"
    PAUSED = "paused"
    DEVICE_FAILURE = "device_failure"
    NO_NOTICE = "no_notice"
    UNKNOWN = "unknown"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(each.value, each.value) for each in cls]


OUT = frozenset({Outcome.IN_TIME, Outcome.EARLY, Outcome.LATE})
"""Everything that belongs to the moment is out, as far as the device's evidence goes (R26)."""
