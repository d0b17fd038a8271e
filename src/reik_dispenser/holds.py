"""Withholding: held sachets and pauses. Both outlive plan, reboot and each other (section 5; N5)."""

from datetime import timedelta

from reik_dispenser.canonical import read_at, write_at
from reik_dispenser.messages import Command, CommandRefusal, EventType, FaultCode
from reik_dispenser.presenting import stop
from reik_dispenser.roll import Fate, Sachet
from reik_dispenser.state import Device, Pause, Stage
from reik_dispenser.turn import Turn

LONGEST_PAUSE = timedelta(days=7)
Held = tuple[CommandRefusal | None, tuple[int, ...] | None]
"""Why not, and the sachets that are not held."""


def _read(command: Command) -> tuple[str, tuple[int, ...]] | None:
    roll, sachets = command.data.get("roll"), command.data.get("sachets")
    if not isinstance(roll, str) or not isinstance(sachets, list) or not sachets:
        return None
    if not all(type(number) is int for number in sachets):
        return None
    return roll, tuple(dict.fromkeys(sachets))


def _range_of(device: Device, roll: str) -> tuple[int, int] | None:
    """The numbers that a roll known to the device can have; None for an unknown roll."""
    for each in device.expected:
        if each.roll == roll:
            return each.first, each.last
    if device.roll is not None and device.roll.roll == roll:
        return device.roll.first, device.roll.last
    planned = [moment for moment in (device.plan.moments if device.plan else ()) if moment.roll == roll]
    planned += [each.moment for each in device.progress.values() if each.moment.roll == roll]
    numbers = [number for moment in planned for number in moment.sachets]
    return (min(numbers), max(numbers)) if numbers else None


def hold(turn: Turn, command: Command) -> Held:
    """`hold_sachets`: what can be held is held; confirmed only if that is all of them."""
    asked = _read(command)
    if asked is None:
        return CommandRefusal.NOT_SUPPORTED, None
    roll, numbers = asked
    device, bounds = turn.device, _range_of(turn.device, asked[0])
    if bounds is None:
        return CommandRefusal.UNKNOWN_ROLL, numbers
    used = device.used.get(roll, frozenset())
    held = {number for number in numbers if bounds[0] <= number <= bounds[1] and number not in used}
    turn.change(holds=device.holds | {Sachet(roll, number) for number in held})
    if device.hand_over and device.stage is Stage.ADVANCING and device.hand_over.sachet in turn.device.holds:
        stop(turn)
    missed = tuple(number for number in numbers if number not in held)
    return (CommandRefusal.ALREADY_OUT, missed) if missed else (None, None)


def release(turn: Turn, command: Command) -> Held:
    """`release_sachets`: all of them or, if one can no longer be given, none."""
    asked = _read(command)
    if asked is None:
        return CommandRefusal.NOT_SUPPORTED, None
    roll, numbers = asked
    device = turn.device
    if _range_of(device, roll) is None and not any(each.roll == roll for each in device.holds):
        return CommandRefusal.UNKNOWN_ROLL, None
    used = device.used.get(roll, frozenset())
    gone = tuple(number for number in numbers if number in used)
    if gone:
        return CommandRefusal.ALREADY_OUT, gone
    late = tuple(number for number in numbers if _is_retained(device, roll, number))
    if late:
        return CommandRefusal.TOO_LATE, late
    turn.change(holds=device.holds - {Sachet(roll, number) for number in numbers})
    return None, None


def _is_retained(device: Device, roll: str, number: int) -> bool:
    loaded = device.roll
    return loaded is not None and loaded.roll == roll and loaded.fates.get(number) is Fate.RETAINED


def pause(turn: Turn, command: Command) -> CommandRefusal | None:
    """`pause`: never refused for its contents; longer than 7 days is 7 days, and the device never resumes by itself."""
    said, by = read_at(command.data.get("until")), _text(command.data.get("by"))
    longest = turn.now + LONGEST_PAUSE
    # Without a valid time "7 days from now" means nothing: then what was said counts.
    until = min(said or longest, longest) if turn.device.clock.valid else said or longest
    if turn.device.stage is Stage.ADVANCING:
        stop(turn)
    turn.clear_fault(FaultCode.PAUSE_ENDED)
    turn.change(pause=Pause(until=until, by=by), grant=None)
    turn.record(EventType.PAUSED, {"until": write_at(until), "by": by})
    return None


def resume(turn: Turn, command: Command) -> CommandRefusal | None:
    """`resume`: presenting goes on with what is still in time."""
    if turn.device.pause is not None:
        turn.change(pause=None)
        turn.record(EventType.RESUMED, {"by": _text(command.data.get("by"))})
    turn.clear_fault(FaultCode.PAUSE_ENDED)
    return None


def pass_pause(turn: Turn) -> None:
    """At `until` the device says so and goes on withholding."""
    paused = turn.device.pause
    if paused is not None and not paused.over and turn.device.clock.may_present and turn.now >= paused.until:
        turn.change(pause=Pause(until=paused.until, by=paused.by, over=True))
        turn.raise_fault(FaultCode.PAUSE_ENDED)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
