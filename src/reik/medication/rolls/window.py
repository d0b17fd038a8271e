"""In which time a roll may be exchanged for the next one. Pure (R19).

Some types take another roll only after the last sachet of the one before. What is not known of a type is taken
on the careful side: as if it were such a type.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import instant_of

ANY_TIME, AFTER_LAST_SACHET = "any_time", "after_last_sachet"
DAY = timedelta(days=1)
MARGIN = timedelta(minutes=30)
"""Before the next planned moment the new roll is in, with time to put right what goes wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWindow:
    """From `opens_at` until `closes_at` the roll may be changed; `closes_at` None: nothing is planned after it.

    `because`: any_time, after_last_sachet or unknown (of the type). `possible` is False where the next moment
    follows too soon: then the two rolls cannot be joined without a moment by hand.
    """

    opens_at: datetime
    closes_at: datetime | None
    because: str
    possible: bool

    def is_open(self, now: datetime) -> bool:
        return self.possible and self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


def change_window(
    *,
    roll_change: str | None,
    last_sachet_at: datetime,
    next_due_at: datetime | None,
    delivered_at: datetime | None,
    margin: timedelta = MARGIN,
) -> ChangeWindow | None:
    """The window between this roll and the next; None where a type for any time waits for its delivery.

    `last_sachet_at`: planned instant of the last sachet on the roll that is in; `next_due_at`: of the first
    moment after it; `delivered_at`: since when the next roll is in the home, None: it is not yet.
    """
    closes_at = None if next_due_at is None else next_due_at - margin
    if roll_change == ANY_TIME:
        if delivered_at is None:
            return None
        opens_at, because = delivered_at, ANY_TIME
    else:
        opens_at = last_sachet_at
        because = AFTER_LAST_SACHET if roll_change == AFTER_LAST_SACHET else "unknown"
    return ChangeWindow(
        opens_at=opens_at, closes_at=closes_at, because=because,
        possible=closes_at is None or opens_at < closes_at,
    )  # fmt: skip


def change_by(window: ChangeWindow, change_day: int | None, zone: ZoneInfo) -> datetime:
    """Until when the change is planned: the end of the agreed weekday (ISO) inside the window, else of the window.

    Of several such days the last: the old roll is used as far as it goes.
    """
    until = window.closes_at or window.opens_at + DAY
    day = until.astimezone(zone).date()
    while change_day is not None and day >= window.opens_at.astimezone(zone).date():
        ends = min(until, instant_of(day + DAY, time(0), zone))
        if day.isoweekday() == change_day and ends > window.opens_at:
            return ends
        day -= DAY
    return until
