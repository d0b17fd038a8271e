"""Mains, battery, lid and the lock that opens when the battery ends (section 3; R38, R39)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reik_dispenser.inputs import BatteryChanged, FaultFound, FaultGone, MainsLost, MainsRestored
from reik_dispenser.loading import lose_count
from reik_dispenser.messages import EventType, FaultCode, UnlockReason
from reik_dispenser.outputs import Screen, Show, Unlock
from reik_dispenser.presenting import break_off, stop
from reik_dispenser.turn import Turn

LOW_PCT, LOW_MINUTES = 20.0, 120.0
END_PCT, END_MINUTES = 3.0, 3.0


def mains_lost(turn: Turn, found: MainsLost) -> None:
    """The countdown begins (R39)."""
    if turn.device.mains:
        turn.record(EventType.MAINS_LOST, _level(found.battery_pct, found.minutes_left))
    turn.change(mains=False, battery_pct=found.battery_pct)
    _judge(turn, found.battery_pct, found.minutes_left)


def mains_restored(turn: Turn, found: MainsRestored) -> None:
    """The countdown is over. What was unlocked stays so until a person says what is left."""
    if not turn.device.mains:
        turn.record(EventType.MAINS_RESTORED, _level(found.battery_pct, found.minutes_left))
    turn.change(mains=True, battery_pct=found.battery_pct)
    _judge(turn, found.battery_pct, found.minutes_left)


def battery_changed(turn: Turn, found: BatteryChanged) -> None:
    """A new reading of the battery."""
    turn.change(battery_pct=found.battery_pct)
    _judge(turn, found.battery_pct, found.minutes_left)


def _level(percentage: float | None, minutes: float | None) -> dict[str, object]:
    return {"battery_pct": percentage, "minutes_left": minutes}


def _below(value: float | None, bound: float) -> bool:
    return value is not None and value <= bound


def _judge(turn: Turn, percentage: float | None, minutes: float | None) -> None:
    on_battery = not turn.device.mains
    low = _below(percentage, LOW_PCT) or (on_battery and _below(minutes, LOW_MINUTES))
    ends = on_battery and (_below(percentage, END_PCT) or _below(minutes, END_MINUTES))
    if low:
        turn.raise_fault(FaultCode.BATTERY_LOW)
    else:
        turn.clear_fault(FaultCode.BATTERY_LOW)
    if not ends:
        turn.clear_fault(FaultCode.BATTERY_END)
        return
    turn.raise_fault(FaultCode.BATTERY_END)
    if turn.device.unlocks_at_battery_end:
        unlock(turn, UnlockReason.BATTERY_END)


def unlock(turn: Turn, reason: UnlockReason) -> None:
    """Open the lock, once: from here the count is unknown."""
    if turn.device.unlocked is not None:
        return
    stop(turn)
    turn.change(unlocked=reason)
    lose_count(turn)
    turn.record(EventType.UNLOCKED, {"reason": reason.value})
    turn.put(Unlock())
    turn.show(Show(Screen.UNLOCKED))


def lid_opened(turn: Turn) -> None:
    """Under an open lid nothing moves."""
    break_off(turn, FaultCode.LID_OPEN)


def lid_closed(turn: Turn) -> None:
    """The lid is closed again."""
    turn.clear_fault(FaultCode.LID_OPEN)


def fault_found(turn: Turn, found: FaultFound) -> None:
    """A fault that stops nothing by itself, unless it is one under which nothing is presented."""
    turn.raise_fault(found.code, raw=found.raw)
    if turn.device.blocked and turn.device.hand_over is not None:
        stop(turn)


def fault_gone(turn: Turn, found: FaultGone) -> None:
    """Someone or something put it right. What the machine judges itself it also clears itself."""
    if found.code not in _OWN:
        turn.clear_fault(found.code)


_OWN = frozenset(
    {
        FaultCode.LID_OPEN, FaultCode.ROLL_EMPTY, FaultCode.BATTERY_LOW, FaultCode.BATTERY_END,
        FaultCode.CLOCK_JUMP, FaultCode.JOURNAL_FULL, FaultCode.NO_PLAN, FaultCode.PLAN_ENDING,
        FaultCode.PAUSE_ENDED, FaultCode.TRAY_FULL,
    }
)  # fmt: skip


def network_changed(turn: Turn, up: bool, signal_dbm: float | None) -> None:
    """The link has been away for long, or is back."""
    turn.change(signal_dbm=signal_dbm)
    if up:
        turn.clear_fault(FaultCode.NETWORK)
    else:
        turn.raise_fault(FaultCode.NETWORK)


def journal_level(turn: Turn, full: bool) -> None:
    """From 80 % only what matters most is recorded."""
    if full:
        turn.raise_fault(FaultCode.JOURNAL_FULL)
        turn.change(journal_full=True)
    else:
        turn.change(journal_full=False)
        turn.clear_fault(FaultCode.JOURNAL_FULL)


def set_settings(turn: Turn, data: dict[str, object]) -> bool:
    """`settings`: all that is given, or nothing when one of it cannot be (R42)."""
    fits: dict[str, Callable[[Any], bool]] = {
        "volume": lambda v: type(v) is int and 0 <= v <= 100,
        "light": lambda v: type(v) is int and 0 <= v <= 100,
        "voice": lambda v: type(v) is bool,
        "assisted": lambda v: type(v) is bool,
        "language": lambda v: isinstance(v, str) and 2 <= len(v) <= 35,
        "text": lambda v: isinstance(v, str) and len(v) <= 80,
    }
    given: dict[str, Any] = {
        name: value for name, value in data.items() if name in fits and value is not None
    }
    if not all(fits[name](value) for name, value in given.items()):
        return False
    turn.change(settings=replace(turn.device.settings, **given))
    return True
