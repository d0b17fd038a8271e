"""What lies in the tray without being handed out: said, never counted as out, and never fallen upon (R24, R31)."""

from dataclasses import replace

from reik_dispenser.messages import EventType, FaultCode, RetainedWhere
from reik_dispenser.moments import retain
from reik_dispenser.outputs import Screen, Show
from reik_dispenser.roll import Fate
from reik_dispenser.state import Device, HandOver, Stage
from reik_dispenser.turn import Turn


def keep_tray(turn: Turn) -> None:
    """Something lies in the tray that no moment accounts for: it is never counted as out, and nothing falls upon it.

    The sachet that was given up is said to be kept in the tray; of anything else nobody knows what it is.
    """
    lost = turn.device.lost
    if not turn.device.senses_removal:
        turn.change(lost=None)
        return
    if lost is not None and lost.stage is not Stage.TRAY:
        if _is_told_of(turn.device, lost):
            retain(turn, lost.sachet, lost.stay, RetainedWhere.TRAY)
        lost = replace(lost, stage=Stage.TRAY)
        turn.change(lost=lost)
    turn.raise_fault(FaultCode.TRAY_FULL, raw=f"{lost.sachet.roll} {lost.sachet.number}" if lost else "")
    turn.show(Show(Screen.EMPTY_TRAY_FIRST))


def _is_told_of(device: Device, lost: HandOver) -> bool:
    """Whether an event about this sachet is read as one of its own stay: an event names the roll only."""
    return device.roll is None or device.roll.roll != lost.sachet.roll or device.roll.stay == lost.stay


def tray_emptied(turn: Turn) -> None:
    """What lay in the tray without being handed out is gone: somebody has it, and that is no taking out."""
    lost = turn.device.lost
    if lost is not None and lost.stage is Stage.TRAY:
        turn.change(lost=None)
        if _is_told_of(turn.device, lost):
            turn.set_fate(lost.sachet, lost.stay, Fate.REMOVED)
            data = {
                "roll": lost.sachet.roll,
                "sachet": lost.sachet.number,
                "by": "device",
                "reason": "from_tray",
            }
            turn.record(EventType.SACHET_REMOVED, data)
    turn.clear_fault(FaultCode.TRAY_FULL)
