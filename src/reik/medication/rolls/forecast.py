"""How long a client's rolls last, and when somebody has to order, hurry or come. Pure (R20, R21).

All instants are aware; what a pharmacy does is reckoned in its own working days and zone (`people.opening`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from reik.people.opening import FARTHEST, OFFICE_HOURS, Opening

DAY = timedelta(days=1)
DEFAULT_DAYS = 7
"""Days before the roll is needed that it is ordered where the packer's lead time is not known (R20)."""
EXTRA_WORKING_DAYS = 2
ALARM = timedelta(hours=72)
"""Of working days: a weekend or a holiday does not count."""
LAST_ALARM = timedelta(hours=24)
"""By the clock."""


class Stage(IntEnum):
    """How far it has come; a higher stage is announced even where the one before was acknowledged."""

    FINE = 0
    ORDER = 1
    ALARM_72 = 2
    ALARM_24 = 3
    NO_ROLL = 4  # the next moment has no roll in the home (R21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one roll covers: from `since` until its last sachet that may still be used, both included."""

    since: datetime
    until: datetime
    at_home: bool
    holes: frozenset[datetime] = frozenset()  # moments whose sachets are recalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What ordering depends on. `lead_days`: working days that the packer needs, None: not known.

    `change_day`: ISO weekday on which the client's roll is brought, None: any. `away`: [from, until) in which
    she is not handed anything over.
    """

    opening: Opening = OFFICE_HOURS
    lead_days: int | None = None
    change_day: int | None = None
    away: Sequence[tuple[datetime, datetime]] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Amsterdam"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`covered_until`: the last planned moment before the first that no roll covers (`uncovered_at`).

    `not_home_at`: the first moment that no roll in the home covers. None: nothing within what was looked ahead.
    """

    covered_until: datetime | None
    uncovered_at: datetime | None
    not_home_at: datetime | None
    order_at: datetime | None
    alarm_at: datetime | None
    last_alarm_at: datetime | None
    no_roll_at: datetime | None

    def stage(self, now: datetime) -> Stage:
        """How far it has come at this instant."""
        reached = Stage.FINE
        for stage, at in (
            (Stage.ORDER, self.order_at), (Stage.ALARM_72, self.alarm_at),
            (Stage.ALARM_24, self.last_alarm_at), (Stage.NO_ROLL, self.no_roll_at),
        ):  # fmt: skip
            if at is not None and at <= now:
                reached = max(reached, stage)
        return reached

    def next_after(self, now: datetime) -> datetime | None:
        """When the next stage begins, None when none is known."""
        times = (self.order_at, self.alarm_at, self.last_alarm_at, self.no_roll_at)
        return min((each for each in times if each is not None and each > now), default=None)


def forecast(moments: Sequence[datetime], spans: Sequence[Span], supply: Supply, now: datetime) -> Forecast:
    """What the rolls cover of the planned moments that are still to come. `moments` in rising order."""
    to_come = [each for each in moments if each > now and not _away(each, supply)]
    uncovered = next((each for each in to_come if not _covered(each, spans)), None)
    not_home = next((each for each in to_come if not _covered(each, spans, at_home=True)), None)
    covered = [each for each in to_come if uncovered is None or each < uncovered]
    at_home = [each for each in to_come if not_home is not None and each < not_home]
    return Forecast(
        covered_until=covered[-1] if covered else None,
        uncovered_at=uncovered,
        not_home_at=not_home,
        order_at=None if uncovered is None else order_at(uncovered, supply),
        alarm_at=None if uncovered is None else working_time_before(uncovered, ALARM, supply.opening),
        last_alarm_at=None if not_home is None else not_home - LAST_ALARM,
        no_roll_at=None if not_home is None else at_home[-1] if at_home else now,
    )


def _away(at: datetime, supply: Supply) -> bool:
    return any(since <= at < until for since, until in supply.away)


def _covered(at: datetime, spans: Sequence[Span], *, at_home: bool = False) -> bool:
    return any(
        each.since <= at <= each.until and at not in each.holes and (each.at_home or not at_home)
        for each in spans
    )


def order_at(uncovered_at: datetime, supply: Supply) -> datetime:
    """When the next roll is ordered at the latest: at that day's opening of the pharmacy, as an instant."""
    needed = needed_on(uncovered_at, supply)
    if supply.lead_days is None:
        day = needed - DEFAULT_DAYS * DAY
    else:
        day = supply.opening.working_days_before(needed, supply.lead_days + EXTRA_WORKING_DAYS)
    hours = supply.opening.hours_of(day)
    return datetime.combine(day, hours[0] if hours else time(8), supply.opening.zone).astimezone(UTC)


def needed_on(uncovered_at: datetime, supply: Supply) -> date:
    """The local day on which the roll has to be there: the client's own change day, when she is not away."""
    day = uncovered_at.astimezone(supply.zone).date()
    for back in range(FARTHEST):
        tried = day - back * DAY
        if supply.change_day in (None, tried.isoweekday()) and not _away_all_day(tried, supply):
            return tried
    return day


def _away_all_day(day: date, supply: Supply) -> bool:
    begins = datetime.combine(day, time(0), supply.zone).astimezone(UTC)
    ends = datetime.combine(day + DAY, time(0), supply.zone).astimezone(UTC)
    return any(since <= begins and ends <= until for since, until in supply.away)


def working_time_before(at: datetime, amount: timedelta, opening: Opening) -> datetime:
    """The instant so much time of working days before `at`; the hours of a day that is not worked do not count.

    A pharmacy without any working day gives the farthest instant that was looked at.
    """
    end = at.astimezone(UTC)
    for _ in range(FARTHEST):
        day = (end - timedelta(microseconds=1)).astimezone(opening.zone).date()
        begins = datetime.combine(day, time(0), opening.zone).astimezone(UTC)
        if opening.hours_of(day) is not None:
            if end - begins >= amount:
                return end - amount
            amount -= end - begins
        end = begins
    return end


def told_again_at(stage: Stage, now: datetime, opening: Opening) -> datetime:
    """When this stage is announced once more where nobody has acknowledged it."""
    if stage is Stage.NO_ROLL:
        return now + timedelta(hours=1)
    if stage is Stage.ALARM_24:
        return now + timedelta(hours=4)
    return opening.next_open(now + 20 * timedelta(hours=1)) or now + DAY


def days_left(covered_until: datetime | None, now: datetime, zone: ZoneInfo) -> int:
    """Local days after today on which a roll still covers something; 0: today is the last, or there is none."""
    if covered_until is None or covered_until <= now:
        return 0
    return (covered_until.astimezone(zone).date() - now.astimezone(zone).date()).days
