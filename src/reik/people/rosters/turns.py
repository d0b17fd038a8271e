"""Turns as they are asked for, by hand or by a calendar, and what no roster may hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from reik.people.rosters.refusals import RosterRefused

LONGEST_EXCEPTION = timedelta(days=92)
EVERY_DAY = 255
PLACES = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPattern:
    """A turn that comes back; see `duty.Pattern`."""

    member_id: UUID
    weekdays: int
    hours_from: time
    hours_until: time
    since: date
    until: date | None = None
    every_weeks: int = 1
    place: int = 1
    uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewException:
    """A stretch of time in which someone is `on` or not."""

    member_id: UUID
    on: bool
    starts_at: datetime
    ends_at: datetime
    place: int = 1
    reason: str = ""
    uid: str = ""


def check_pattern(new: NewPattern) -> None:
    """Raise RosterRefused for a turn that would never be, or that no row may hold."""
    if not 1 <= new.weekdays <= EVERY_DAY:
        raise RosterRefused("Choose at least one day.", "no_days")
    if not 1 <= new.every_weeks <= 52:
        raise RosterRefused("A turn comes back every 1 to 52 weeks.", "every_weeks")
    if new.place not in PLACES:
        raise RosterRefused("A place on the roster is 1, 2 or 3.", "place")
    if new.until is not None and new.until <= new.since:
        raise RosterRefused("The last day lies before the first.", "until_before_since")


def check_stretch(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise RosterRefused for a stretch of time that is none, that is over, or that is too long for an exception."""
    if ends_at <= starts_at:
        raise RosterRefused("The end lies before the beginning.", "ends_before")
    if ends_at <= now:
        raise RosterRefused("These hours are over.", "past")
    if ends_at - starts_at > LONGEST_EXCEPTION:
        raise RosterRefused(
            "An exception lasts three months at most: use a turn that comes back.", "too_long"
        )
