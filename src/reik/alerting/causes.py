"""Causes of alerts about dispensers, in words of the glossary, with what each asks for (R38, R39). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from reik.dispensing.away.path import DIED

NOW, SOON, DAYTIME = "now", "soon", "daytime"


@dataclass(frozen=True, slots=True)
class Cause:
    """`priority` as of a moment (0 first); `starts`: the route begins at once, after a quarter, or in daytime;
    `technical`: nobody phones the client about it."""

    priority: int = 1
    starts: str = NOW
    technical: bool = True


FAULTS = {
    "jam": Cause(),
    "cut_failed": Cause(),
    "sachet_unreadable": Cause(),
    "wrong_sachet": Cause(),
    "wrong_sequence": Cause(),
    "wrong_roll": Cause(),
    "roll_empty": Cause(starts=SOON),  # at every change of rolls it is true for a few minutes
    "tray_full": Cause(),
    "lid_open": Cause(),
    "battery_low": Cause(),
    "battery_end": Cause(),
    "no_plan": Cause(),
    "pause_ended": Cause(),
    "network": Cause(2, DAYTIME),
    "clock_jump": Cause(2, DAYTIME),
    "journal_full": Cause(2, DAYTIME),
    "plan_ending": Cause(2, DAYTIME),
    "other": Cause(),
}
"""The device contract's list of faults (section 3), which is vendor-neutral (R38)."""

DEVICE_FAULT = "device_fault"
HELP_PRESSED = "help_pressed"
MAINS_LOST = "mains_lost"
SILENT = "silent"
WRONG_ROLL = "wrong_roll"
ROLL_REFUSED = "roll_refused"
ROLL_NEARLY_EMPTY = "roll_nearly_empty"
ROLL_MISSING = "roll_missing"
PLAN_MISMATCH = "plan_mismatch"
JOURNAL_LOST = "journal_lost"
CONTESTED = "contested"
OUT_TWICE = "out_twice"
COMMAND_NOT_DONE = "command_not_done"
CHANGE_UNDECIDED = "change_undecided"
CHANGE_NOT_HELD = "change_not_held"
TASK_OVERDUE = "task_overdue"
POSSIBLE_DOUBLE = "possible_double"
PRESSED_WHILE_AWAY = "pressed_while_away"
PAUSE_ENDED = "pause_ended"

CAUSES = FAULTS | {
    DEVICE_FAULT: Cause(),  # a person said so
    HELP_PRESSED: Cause(0, NOW, technical=False),
    MAINS_LOST: Cause(),
    SILENT: Cause(),
    ROLL_REFUSED: Cause(),
    ROLL_NEARLY_EMPTY: Cause(2, DAYTIME),
    ROLL_MISSING: Cause(),  # within 24 hours, or before the next moment (R20, R21)
    PLAN_MISMATCH: Cause(),
    JOURNAL_LOST: Cause(2, DAYTIME),
    OUT_TWICE: Cause(),
    CONTESTED: Cause(2, DAYTIME),
    COMMAND_NOT_DONE: Cause(),
    CHANGE_UNDECIDED: Cause(),  # the sachet stays in the dispenser (N5)
    CHANGE_NOT_HELD: Cause(0),  # a sachet may come out that must not (N5, rule 9)
    TASK_OVERDUE: Cause(),
    POSSIBLE_DOUBLE: Cause(0, NOW, technical=False),
    PRESSED_WHILE_AWAY: Cause(1, NOW, technical=False),
}

OF_ITS_WORK = frozenset(
    {*FAULTS, MAINS_LOST, SILENT, ROLL_REFUSED, ROLL_NEARLY_EMPTY, ROLL_MISSING, PLAN_MISMATCH}
) - {PAUSE_ENDED}
"""What matters only while a dispenser has something to hand out; not of one that waits to be fetched (R13, R49)."""

DAY = (time(8), time(18))
AFTER = timedelta(minutes=15)

AFFECTS_DELIVERY = frozenset(
    {"set_plan", "hold_sachets", "release_sachets", "present_now", "pause", "resume", "expect_roll", "unlock"}
)
"""Commands of which a person must know that they were not, or perhaps not, carried out (rule 9)."""

LOW_BATTERY = 20.0
"""Per cent below which a dispenser without mains is an alert at once."""
AHEAD_OF_EXHAUSTION = timedelta(hours=2)


def is_technical(cause: str) -> bool:
    """Whether phoning the client is left out for this cause of a dispenser's own alert."""
    return CAUSES.get(cause, Cause()).technical


def is_over(cause: str, stopped_for: str | None) -> bool:
    """Whether this is nobody's concern any more of a client who was stopped for this reason (None: she was not).

    Help, a press, a double dose and a task that is late stay somebody's: who died may have been the wrong client.
    Of who only stopped it matters as well whether the dispenser carried out its pause.
    """
    if stopped_for is None:
        return False
    return cause in OF_ITS_WORK or (stopped_for == DIED and cause == COMMAND_NOT_DONE)


def begins(cause: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When the route of an alert with this cause begins: at once, after a quarter, or at the client's next daytime."""
    starts = CAUSES.get(cause, Cause()).starts
    if starts != DAYTIME:
        return now + AFTER if starts == SOON else now
    local = now.astimezone(zone)
    if DAY[0] <= local.time() < DAY[1]:
        return now
    day = local.date() if local.time() < DAY[0] else local.date() + timedelta(days=1)
    return datetime.combine(day, DAY[0], zone).astimezone(now.tzinfo)


def act_before(at: datetime, left: timedelta | None, battery_pct: float | None, now: datetime) -> datetime:
    """When somebody is called about lost mains (R39): at once where the battery is low or nothing is known of it,
    else 2 hours (of a short rest: half of it) before it is empty.

    `left`: how long the battery lasts from `at`, None where that is not known.
    """
    if left is None or battery_pct is None or battery_pct < LOW_BATTERY:
        return now
    return max(now, at + left - min(AHEAD_OF_EXHAUSTION, left / 2))
