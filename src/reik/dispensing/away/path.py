"""Absences: hospital, holiday, a day out, a short pause, and a client who died. Pure (R9 to R12).

    TRANSITIONS[(state, event)] → state

A pair that is missing is refused and changes nothing. A device never resumes by itself: an absence whose end
passes unsaid goes on withholding, and a person is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    PLANNED = "planned"  # it begins later
    AWAY = "away"
    STOPPED = "stopped"  # for good: nothing is handed out any more
    BACK = "back"  # she is back; checks before the restart
    RESUMING = "resuming"  # the dispenser was told, and has not answered
    ENDED = "ended"
    CANCELLED = "cancelled"


class Event(StrEnum):
    START = "start"
    CONFIRM = "confirm"
    COME_BACK = "come_back"
    CHECK = "check"
    RESUME = "resume"
    RESUMED = "resumed"
    NOT_RESUMED = "not_resumed"
    STOP = "stop"
    MISTAKE = "mistake"
    AWAY_AGAIN = "away_again"
    CANCEL = "cancel"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.PLANNED, Event.START): State.AWAY,
    (State.PLANNED, Event.CONFIRM): State.PLANNED,
    (State.PLANNED, Event.CANCEL): State.CANCELLED,
    (State.PLANNED, Event.STOP): State.STOPPED,
    (State.AWAY, Event.CONFIRM): State.AWAY,
    (State.AWAY, Event.COME_BACK): State.BACK,
    (State.AWAY, Event.STOP): State.STOPPED,
    (State.STOPPED, Event.MISTAKE): State.BACK,
    (State.BACK, Event.CHECK): State.BACK,
    (State.BACK, Event.RESUME): State.RESUMING,
    (State.BACK, Event.STOP): State.STOPPED,
    (State.RESUMING, Event.RESUMED): State.ENDED,
    (State.RESUMING, Event.NOT_RESUMED): State.BACK,
    (State.RESUMING, Event.STOP): State.STOPPED,
    (State.BACK, Event.AWAY_AGAIN): State.AWAY,
    (State.RESUMING, Event.AWAY_AGAIN): State.AWAY,
}
OPEN = frozenset({State.PLANNED, State.AWAY, State.STOPPED, State.BACK, State.RESUMING})
WITHHOLDS = frozenset({State.AWAY, State.STOPPED, State.BACK, State.RESUMING})
"""States in which the dispenser must hand out nothing."""

HOSPITAL, HOLIDAY, DAY_OUT, SHORT_PAUSE, NOT_SAID, DIED, USE_STOPPED = (
    "hospital", "holiday", "day_out", "short_pause", "not_said", "died", "use_stopped",
)  # fmt: skip
FOR_GOOD = frozenset({DIED, USE_STOPPED})
"""Nothing is handed out any more, without an end (R13, R49)."""
REASONS = (HOSPITAL, HOLIDAY, DAY_OUT, SHORT_PAUSE)
"""Reasons that a person can choose; the others follow from how an alert was handled (R49)."""
MEDICATION, ROLL, ROUTE = "medication", "roll", "route"
CHECKS = (MEDICATION, ROLL, ROUTE)
"""R12: what is checked before the restart."""

LONGEST = timedelta(days=7)
"""How far one word of a person reaches (R10)."""
UNSAID = timedelta(hours=24)
"""For how long a client counts as away about whom nobody said until when."""
EARLIEST = timedelta(days=2)
"""How far back a beginning may lie."""


class AwayRefused(ValueError):
    """This cannot be done with this absence; the message says what to do instead."""


def step(state: State, event: Event) -> State:
    """The state after this event. Raises AwayRefused for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise AwayRefused(
            f"This absence is {state}: open the page again to see what can be done now."
        ) from None


def covered_until(starts_at: datetime, expected_end: datetime | None, said_at: datetime) -> datetime:
    """How far a word that was given at `said_at` covers: to the expected end, and never beyond 7 days (R10)."""
    since = max(starts_at, said_at)
    return min(expected_end or since + UNSAID, since + LONGEST)


def check_declared(
    *,
    reason: str,
    starts_at: datetime,
    expected_end: datetime | None,
    said_by: str,
    resumes: str,
    now: datetime,
) -> None:
    """Raise AwayRefused for what cannot be reported as an absence."""
    if reason not in REASONS:
        raise AwayRefused("Choose why: hospital, holiday, a day out or a short pause.")
    if starts_at < now - EARLIEST:
        raise AwayRefused(
            "An absence begins two days ago at the earliest: enter what was given by hand instead."
        )
    if expected_end is None or expected_end <= max(now, starts_at):
        raise AwayRefused("Say until when, after now: an absence can be made longer or shorter later.")
    if not said_by.strip():
        raise AwayRefused("Say who told you.")
    if not resumes.strip():
        raise AwayRefused("Name who tells when the client is back.")


def missing_checks(checks: Collection[str]) -> list[str]:
    """What is still to be checked before the restart, in order (R12)."""
    return [each for each in CHECKS if each not in checks]


def call_on(until: date, today: date, working_day_before: date) -> date:
    """The day on which who resumes is called: the working day before, or today where that has passed (R10)."""
    return min(max(working_day_before, today), max(until, today))
