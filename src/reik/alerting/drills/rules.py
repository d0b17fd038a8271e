"""How a route is drilled, when Reik holds one by itself, and what became of it. Pure (N12, R57).

Everybody of a route is called at once, in the hours in which she may be called; each answers within her step's wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.policy import CARER_AWAY, EMERGENCY_PATH, RouteStep, why_not_now
from reik.people.opening import is_public_holiday

EMERGENCY_POSITION = 99
PROVEN = "proven"
"""Reason of a call that a monthly drill leaves out: this destination answered another drill in these days."""
PROVEN_FOR = timedelta(days=7)
MONTHLY, ON_DEMAND, GO_LIVE, CHANGED = "monthly", "on_demand", "go_live", "changed"
WHY = (ON_DEMAND, GO_LIVE, MONTHLY, CHANGED)
HOURS = ((time(9, 30), time(11, 30)), (time(13, 30), time(16, 30)))
"""Working hours between the peaks of morning, noon and evening."""
SETTLES = timedelta(hours=1)
"""A route that was changed is drilled when it has stood so long: who is still at it calls nobody each time."""

Hours = Sequence[tuple[time, time]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCall:
    """One call of a drill: from when on it may go, and within what it is to be answered."""

    position: int
    action: str
    responder: str
    destination_id: UUID
    fallback_id: UUID | None
    due_at: datetime
    wait: timedelta


def calls_of(
    route: Sequence[RouteStep], emergency: tuple[str, UUID] | None, now: datetime, zone: ZoneInfo
) -> list[DrillCall]:
    """Everybody whom this route calls, and (responder, destination) of the emergency path behind it."""
    calls = [
        DrillCall(
            position=position, action=step.action, responder=step.responder, destination_id=step.destination_id,
            fallback_id=step.fallback_id, due_at=next_time(step.hours, now, zone), wait=step.wait,
        )
        for position, step in enumerate(route, start=1)
    ]  # fmt: skip
    if emergency is not None and route:
        responder, destination_id = emergency
        calls.append(
            DrillCall(
                position=EMERGENCY_POSITION, action=EMERGENCY_PATH, responder=responder, fallback_id=None,
                destination_id=destination_id, due_at=now, wait=route[-1].wait,
            )
        )  # fmt: skip
    return calls


def next_time(hours: tuple[time, time] | None, now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant from `now` on that lies in the hours that a responder gave."""
    if hours is None or not why_not_now(hours, now, zone):
        return now
    day = now.astimezone(zone).date()
    starts = (
        datetime.combine(day + timedelta(days=ahead), hours[0], zone).astimezone(UTC) for ahead in range(3)
    )
    return min(each for each in starts if each > now)


class Verdict(StrEnum):
    """What became of one step of a drill."""

    WAITING = "waiting"
    LATER = "later"  # not tried yet: outside her hours
    ANSWERED = "answered"
    OTHER_WAY = "other_way"  # answered, but not by the way that is tried first
    LATE = "late"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    AWAY = "away"
    PROVEN = "proven"


FINE = frozenset({Verdict.ANSWERED, Verdict.OTHER_WAY, Verdict.PROVEN})
RUNNING = frozenset({Verdict.WAITING, Verdict.LATER})

TO_DO: Mapping[Verdict, str] = {
    Verdict.OTHER_WAY: "mend_first_way",
    Verdict.LATE: "longer_wait_or_other",
    Verdict.FAILED: "mend_way",
    Verdict.NO_ANSWER: "ask_or_replace",
    Verdict.AWAY: "again_when_back",
}
"""What a person can do about it, by verdict, in code words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One call as it went. `over`: nothing more is waited for."""

    due_at: datetime
    wait: timedelta
    reason: str = ""
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def late(self) -> bool:
        return bool(self.sent_at and self.answered_at and self.answered_at - self.sent_at > self.wait)


def verdict_of(tries: Sequence[Tried], now: datetime) -> Verdict:
    """What became of one step: of the call and, where that did not arrive, of the one by the other way."""
    answered = [each for each in tries if each.answered_at is not None]
    if answered:
        if all(each.late for each in answered):
            return Verdict.LATE
        return Verdict.OTHER_WAY if any(each.failed_at for each in tries) else Verdict.ANSWERED
    if tries[0].reason == CARER_AWAY:
        return Verdict.AWAY
    if tries[0].reason == PROVEN:
        return Verdict.PROVEN
    if any(each.sent_at is None and not each.reason for each in tries):
        return Verdict.LATER if tries[0].due_at > now else Verdict.WAITING
    if all(each.failed_at for each in tries):
        return Verdict.FAILED
    going = [each for each in tries if each.sent_at and not each.failed_at and now < each.sent_at + each.wait]
    return Verdict.WAITING if going else Verdict.NO_ANSWER


def passed(verdicts: Mapping[int, Verdict]) -> bool:
    """Whether a drill passed: nobody who was called stayed silent, failed or came late, and its end answered."""
    ends = [position for position in verdicts if position < EMERGENCY_POSITION]
    return (
        bool(ends)
        and verdicts[max(ends)] in FINE
        and all(each in FINE or each is Verdict.AWAY for each in verdicts.values())
    )


def is_working_time(at: datetime, zone: ZoneInfo, hours: Hours = HOURS) -> bool:
    """Whether Reik may hold a drill by itself then."""
    local = at.astimezone(zone)
    return _is_working_day(local.date()) and any(since <= local.time() < until for since, until in hours)


def slot(covers: str, month: date, zone: ZoneInfo, hours: Hours = HOURS) -> datetime:
    """When in this month a route is drilled: spread over its working hours, always the same for one route."""
    first = month.replace(day=1)
    days = [each for each in (first + timedelta(days=n) for n in range(28)) if _is_working_day(each)]
    number = int.from_bytes(sha256(f"{covers} {first}".encode()).digest()[:8])
    since, until = hours[number // len(days) % len(hours)]
    minutes = (until.hour - since.hour) * 60 + until.minute - since.minute
    begins = datetime.combine(days[number % len(days)], since, zone)
    return (begins + timedelta(minutes=number // 97 % max(minutes, 1))).astimezone(UTC)


def _is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not is_public_holiday(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A route that is in use. `changed_at`: when it, or a number that it calls, was last changed."""

    covers: str
    changed_at: datetime
    held_at: datetime | None  # when its newest drill began


def why_now(route: Standing, now: datetime, zone: ZoneInfo, hours: Hours = HOURS) -> str:
    """Why Reik holds a drill of this route now by itself: changed, monthly; empty when it does not (yet)."""
    if now - route.changed_at < SETTLES or not is_working_time(now, zone, hours):
        return ""
    if route.held_at is None or route.held_at < route.changed_at:
        return CHANGED
    month = now.astimezone(zone).date().replace(day=1)
    if route.held_at.astimezone(zone).date() >= month or now < slot(route.covers, month, zone, hours):
        return ""
    return MONTHLY


def is_peak(around: int, of_day: int) -> bool:
    """Whether moments crowd in the half hours before and after: ten, and more than a sixth of the day's."""
    return around >= 10 and around * 6 > of_day
