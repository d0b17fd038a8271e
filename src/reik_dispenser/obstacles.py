"""Why a moment cannot be presented now: the one place where invariants 1 and 3 of section 7 are decided."""

from datetime import datetime, timedelta
from enum import StrEnum

from reik_dispenser.messages import CommandRefusal
from reik_dispenser.outputs import Screen
from reik_dispenser.roll import Moment, Sachet
from reik_dispenser.state import Device, Given, Stage


class Obstacle(StrEnum):
    """What stands in the way of a moment's next sachet."""

    CLOCK = "clock"
    UNLOCKED = "unlocked"
    FAULT = "fault"
    PAUSED = "paused"
    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"
    NO_ROLL = "no_roll"
    HELD = "held"
    NOTHING_LEFT = "nothing_left"
    TRAY = "tray"
    GAP = "gap"


SAID_AS = {
    Obstacle.CLOCK: Screen.NO_TIME,
    Obstacle.UNLOCKED: Screen.UNLOCKED,
    Obstacle.FAULT: Screen.FAULT,
    Obstacle.PAUSED: Screen.PAUSED,
    Obstacle.TOO_LATE: Screen.TOO_LATE,
    Obstacle.TOO_EARLY: Screen.TOO_EARLY,
    Obstacle.NO_ROLL: Screen.NO_ROLL,
    Obstacle.HELD: Screen.HELD,
    Obstacle.NOTHING_LEFT: Screen.NOTHING_NOW,
    Obstacle.TRAY: Screen.EMPTY_TRAY_FIRST,
    Obstacle.GAP: Screen.WAIT_UNTIL,
}
REFUSED_AS = {
    Obstacle.CLOCK: CommandRefusal.CLOCK,
    Obstacle.UNLOCKED: CommandRefusal.FAULT,
    Obstacle.FAULT: CommandRefusal.FAULT,
    Obstacle.PAUSED: CommandRefusal.PAUSED,
    Obstacle.TOO_LATE: CommandRefusal.TOO_LATE,
    Obstacle.TOO_EARLY: CommandRefusal.BUSY,  # never: a grant replaces early_min and gap_min
    Obstacle.NO_ROLL: CommandRefusal.UNKNOWN_ROLL,
    Obstacle.HELD: CommandRefusal.HELD,
    Obstacle.NOTHING_LEFT: CommandRefusal.ALREADY_OUT,
    Obstacle.TRAY: CommandRefusal.BUSY,
    Obstacle.GAP: CommandRefusal.BUSY,
}
PASSES_BY = frozenset({Obstacle.NO_ROLL, Obstacle.HELD, Obstacle.NOTHING_LEFT})
"""Obstacles of one moment only: a press then goes on to the next open moment."""


def roll_in_place(device: Device, moment: Moment) -> bool:
    """Whether the moment's roll is loaded, countable and expected for that instant."""
    roll = device.roll
    if roll is None or roll.roll != moment.roll or not roll.countable:
        return False
    return any(each.roll == moment.roll and each.serves(moment.at) for each in device.expected)


def available(device: Device, moment: Moment, number: int) -> bool:
    """Whether this sachet lies on the roll, unused and not held."""
    roll = device.roll
    return (
        roll is not None
        and roll.roll == moment.roll
        and roll.has(number)
        and Sachet(moment.roll, number) not in device.holds
    )


def next_sachet(device: Device, moment: Moment) -> int | None:
    """The first sachet of the moment that can be presented."""
    return next((number for number in moment.sachets if available(device, moment, number)), None)


def gap_ends(device: Device, moment: Moment) -> datetime | None:
    """When `gap_min` after the latest actual presentation of another moment is over; None if there was none."""
    others = [each.at for each in device.recent if each.moment != moment.moment]
    return max(others) + timedelta(minutes=moment.gap_min) if others else None


def gave(recent: tuple[Given, ...], moment: str, at: datetime) -> tuple[Given, ...]:
    """`recent` after a presentation: one entry per moment, of the last two moments."""
    return (*(each for each in recent if each.moment != moment), Given(moment, at))[-2:]


def _is_incomplete_whole(device: Device, moment: Moment) -> bool:
    """Whether `whole` forbids the rest: a sachet of the moment is neither handed out nor available."""
    if not moment.whole:
        return False
    progress = device.progress.get(moment.moment)
    given = progress.presented if progress else frozenset[int]()
    return any(number not in given and not available(device, moment, number) for number in moment.sachets)


def obstacle(device: Device, moment: Moment, now: datetime, *, granted: bool = False) -> Obstacle | None:
    """The first thing that stands in the way of the moment's next sachet; None when it can be presented."""
    ends = gap_ends(device, moment)
    for here, found in (
        (not device.clock.may_present, Obstacle.CLOCK),
        (device.unlocked is not None or device.wiping, Obstacle.UNLOCKED),
        (device.pause is not None, Obstacle.PAUSED),
        (now > moment.late_ends, Obstacle.TOO_LATE),
        (not granted and now < moment.opens_early, Obstacle.TOO_EARLY),
        (not roll_in_place(device, moment), Obstacle.NO_ROLL),
        (next_sachet(device, moment) is None, _why_none(device, moment)),
        (_is_incomplete_whole(device, moment), Obstacle.HELD),
        (device.blocked, Obstacle.FAULT),
        (device.senses_removal and device.stage is Stage.TRAY, Obstacle.TRAY),
        (not granted and ends is not None and now < ends, Obstacle.GAP),
    ):
        if here:
            return found
    return None


def _why_none(device: Device, moment: Moment) -> Obstacle:
    """Why no sachet is left: one is held, or all have gone their way."""
    roll = device.roll
    held = any(
        roll is not None and roll.has(number) and Sachet(moment.roll, number) in device.holds
        for number in moment.sachets
    )
    return Obstacle.HELD if held else Obstacle.NOTHING_LEFT
