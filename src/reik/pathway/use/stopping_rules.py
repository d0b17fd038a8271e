"""Stopping without a gap: what replaces each moment of the dispenser, from the first one after it. Pure (R13)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

REASONS = (
    "client_wants", "not_suitable", "resistance", "died", "admitted", "moved_away", "medication_ended",
    "other_provider", "technical", "other",
)  # fmt: skip
DIED, MEDICATION_ENDED = "died", "medication_ended"
TEAM, CARER, PROVIDER, INSTITUTION, SELF, NOTHING_LEFT = (
    "team", "carer", "other_provider", "institution", "self", "nothing_left",
)  # fmt: skip
WHO = (TEAM, CARER, PROVIDER, INSTITUTION, SELF, NOTHING_LEFT)
WHOLE_DAY = frozenset({PROVIDER, INSTITUTION, SELF, NOTHING_LEFT})
"""Who takes over all moments at once, at times of their own; or no medicine is left to give."""
AROUND = timedelta(minutes=60)
"""A visit replaces a moment of the dispenser that lies at most so far from it."""
LOOKED_AHEAD = timedelta(days=14)
AT_MOST_AHEAD = timedelta(days=60)
ALL_DAYS = 0b1111111


class StopRefused(ValueError):
    """This cannot be stopped like this; `code` names the field, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """Care from a day on, local: at `at` on `weekdays` (bits, Monday 1); `at` None: all moments of those days."""

    who: str
    name: str
    from_on: date
    at: time | None = None
    weekdays: int = ALL_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A moment that the dispenser will not give any more, local."""

    day: date
    at: time


def covers(one: Instead, slot: Slot) -> bool:
    """Whether this care replaces this moment."""
    if slot.day < one.from_on or not one.weekdays >> slot.day.weekday() & 1:
        return False
    if one.at is None:
        return True
    apart = datetime.combine(slot.day, slot.at) - datetime.combine(slot.day, one.at)
    return abs(apart) <= AROUND


def uncovered(slots: Sequence[Slot], instead: Collection[Instead]) -> list[Slot]:
    """The moments that nobody takes over."""
    return [each for each in slots if not any(covers(one, each) for one in instead)]


def check(
    *,
    reason: str,
    note: str,
    last_at: datetime,
    instead: Sequence[Instead],
    slots: Sequence[Slot],
    now: datetime,
) -> None:
    """Raise StopRefused for a stop that leaves a gap, or is not complete."""
    if reason not in REASONS:
        raise StopRefused("reason", "Choose why she stops.")
    if not note.strip() and reason == "other":
        raise StopRefused("note", "Write why she stops.")
    if not now <= last_at <= now + AT_MOST_AHEAD:
        raise StopRefused("last_at", "Say until when the dispenser hands out: from now, within 60 days.")
    for each in instead:
        if each.who not in WHO or not each.name.strip():
            raise StopRefused("instead", "Say for each line who gives the medicines.")
        if each.who == NOTHING_LEFT and reason != MEDICATION_ENDED:
            raise StopRefused("instead", "Only where the medicines were stopped there is nothing to give.")
        if each.at is None and each.who not in WHOLE_DAY:
            raise StopRefused("instead", "Say at what time this visit is.")
        if not each.weekdays & ALL_DAYS:
            raise StopRefused("instead", "Choose the days of this visit.")
    if reason == DIED:
        return
    gaps = uncovered(slots, instead)
    if gaps:
        first = gaps[0]
        slot = f"{first.day:%d-%m} {first.at:%H:%M}"
        raise StopRefused(
            f"gap {slot}", f"Nobody gives the medicines of {slot}: say who does, or stop later."
        )
    if not instead:
        raise StopRefused("instead", "Say what care comes instead, also when no medicine is left.")
