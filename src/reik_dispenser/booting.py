"""Starting again, at whatever instant the power went (sections 3 and 6; R40)."""

from dataclasses import replace

from reik_dispenser.commands import restart_announcements
from reik_dispenser.inputs import Booted
from reik_dispenser.messages import EventType, FaultCode
from reik_dispenser.outputs import Unlock
from reik_dispenser.presenting import recovered, stop, taken
from reik_dispenser.state import Stage, Timekeeping
from reik_dispenser.tray import tray_emptied
from reik_dispenser.turn import Turn


def boot(turn: Turn, booted: Booted) -> None:
    """`started` is the first event; then what the power cut left half done is brought to an end."""
    device = turn.device
    turn.change(
        powered=True, epoch=booted.epoch, seq=booted.last_seq, session=booted.session,
        evidence=booted.evidence, unlocks_at_battery_end=booted.unlocks_at_battery_end, clock=Timekeeping(),
        grant=None, highest=_highest(booted.highest_command, device.highest), battery_pct=booted.battery_pct,
        signal_dbm=None, wake_at=None, journal_full=False,
    )  # fmt: skip
    turn.record(EventType.STARTED, _started(turn, booted))
    turn.clear_fault(FaultCode.JOURNAL_FULL)
    _finish_hand_over(turn, booted)
    if device.mains != booted.mains:
        type = EventType.MAINS_RESTORED if booted.mains else EventType.MAINS_LOST
        turn.record(type, {"battery_pct": booted.battery_pct, "minutes_left": None})
        turn.change(mains=booted.mains)
    if booted.lid_open:
        turn.raise_fault(FaultCode.LID_OPEN)
    else:
        turn.clear_fault(FaultCode.LID_OPEN)
    if turn.device.unlocked is not None:
        turn.put(Unlock())
    restart_announcements(turn)


def _highest(kept_apart: int | None, remembered: int | None) -> int | None:
    """The higher of the two places; lost only where it is lost apart: then Reik must name the session."""
    if kept_apart is None:
        return None
    return max(kept_apart, remembered or 0)


def _started(turn: Turn, booted: Booted) -> dict[str, object]:
    return {
        "reason": booted.reason.value,
        "firmware": booted.firmware,
        "model": booted.model,
        "evidence": booted.evidence,
        "highest_command": turn.device.highest,
        "session": booted.session,
        "capabilities": dict(booted.capabilities),
    }


def _finish_hand_over(turn: Turn, booted: Booted) -> None:
    """What was not cut stays on the roll. What was under the knife lies in the tray, or nobody knows."""
    hand_over = turn.device.hand_over
    if hand_over is None:
        _look_into_tray(turn, booted)
        return
    turn.change(hand_over=replace(hand_over, since=turn.now))
    if hand_over.stage is Stage.TRAY:
        if turn.device.senses_removal and booted.tray_occupied is False:
            taken(turn)
        elif not turn.device.senses_removal:
            turn.change(hand_over=None)
        return
    if hand_over.stage is Stage.CUTTING:
        turn.raise_fault(FaultCode.CUT_FAILED, moment=hand_over.moment, raw="power cut")
    stop(turn)
    if hand_over.stage is Stage.CUTTING and turn.device.senses_removal and booted.tray_occupied:
        recovered(turn)
        turn.clear_fault(FaultCode.CUT_FAILED)


def _look_into_tray(turn: Turn, booted: Booted) -> None:
    """A sachet may have fallen, or have been taken, while nothing was being handed out."""
    if turn.device.senses_removal and booted.tray_occupied:
        recovered(turn)
        if turn.device.hand_over is not None:
            turn.clear_fault(FaultCode.CUT_FAILED)
    elif not turn.device.senses_removal or booted.tray_occupied is False:
        tray_emptied(turn)
