"""Moments as time passes: they begin, remind, are closed at `window_min` and end at `late_min` (section 7)."""

from dataclasses import replace
from datetime import datetime, timedelta

from reik_dispenser.messages import EventType, FaultCode, Outcome, RetainedWhere
from reik_dispenser.obstacles import Obstacle, gap_ends, obstacle
from reik_dispenser.outputs import Quiet, Screen, Show, Signal
from reik_dispenser.roll import Fate, Moment, Sachet
from reik_dispenser.state import Device, Plan, Progress, Stage
from reik_dispenser.turn import Turn

KEPT_ENDED = 512
_TICK = timedelta(milliseconds=1)
_WITHHELD_BY = frozenset({Obstacle.HELD, Obstacle.NO_ROLL, Obstacle.GAP, Obstacle.NOTHING_LEFT})


def pass_moments(turn: Turn) -> None:
    """Everything that the plan's own instants bring about by now."""
    _begin_due(turn)
    for progress in tuple(turn.device.progress.values()):
        _remind(turn, progress)
    for progress in tuple(turn.device.progress.values()):
        _close(turn, progress)
    for progress in tuple(turn.device.progress.values()):
        _end(turn, progress)


def _begin_due(turn: Turn) -> None:
    plan = turn.device.plan
    for moment in plan.moments if plan else ():
        if moment.at > turn.now:
            break
        if has_begun(turn.device, moment.moment):
            continue
        begin(turn, moment, missed=_missed(turn, moment))
        if turn.device.roll is None:
            turn.raise_fault(FaultCode.ROLL_EMPTY, moment=moment.moment)


def _missed(turn: Turn, moment: Moment) -> Outcome | None:
    """What it means that the window was over before the moment began: the plan came late, or the device was off."""
    plan = turn.device.plan
    if plan is None or turn.now <= moment.window_ends:
        return None
    return Outcome.WITHHELD if plan.applied_at > moment.window_ends else Outcome.DEVICE_FAILURE


def has_begun(device: Device, moment: str) -> bool:
    """Whether the moment is under way or ended: a new plan does not touch it."""
    return moment in device.progress or moment in device.ended


def begin(turn: Turn, moment: Moment, *, missed: Outcome | None = None) -> Progress:
    """The moment begins: from here it keeps its own plan."""
    progress = Progress(moment=moment, missed=missed)
    turn.set_progress(progress)
    return progress


def in_tray(device: Device, moment: str) -> bool:
    """Whether a sachet of this moment lies in a tray that is watched."""
    hand_over = device.hand_over
    return (
        hand_over is not None
        and hand_over.stage is Stage.TRAY
        and hand_over.moment == moment
        and device.senses_removal
    )


def _attempt_due(progress: Progress, now: datetime) -> int:
    moment = progress.moment
    return sum(1 for minute in moment.signals if moment.after(minute) <= now)


def _remind(turn: Turn, progress: Progress) -> None:
    """One reminder for the latest minute that passed, as soon as there is something to take."""
    device, moment = turn.device, progress.moment
    attempt = _attempt_due(progress, turn.now)
    if attempt <= progress.attempt or progress.complete or progress.ended or turn.now > moment.late_ends:
        return
    if device.stage in (Stage.ADVANCING, Stage.CUTTING) or device.pause is not None:
        return
    if not in_tray(device, moment.moment) and obstacle(device, moment, turn.now) is not None:
        return
    turn.set_progress(replace(progress, attempt=attempt))
    turn.record(EventType.SIGNAL_STARTED, {"moment": moment.moment, "attempt": attempt})
    sound, light = device.settings.volume, device.settings.light
    turn.put(Signal(moment=moment.moment, attempt=attempt, sound=sound, light=light))
    turn.show(Show(Screen.TAKE_IT_NOW, {"moment": moment.moment, "local": moment.local}))


def outcome_now(device: Device, progress: Progress, now: datetime) -> Outcome:
    """What the moment would be called if it were closed now (R25): what came out, else why nothing did."""
    moment = progress.moment
    if progress.complete:
        return Outcome.COMPLETE
    if progress.out:
        return Outcome.PARTIAL
    if progress.presented:
        return Outcome.NOT_TAKEN_OUT
    if device.pause is not None:
        return Outcome.PAUSED
    if progress.failed or device.unlocked is not None or device.blocked:
        return Outcome.DEVICE_FAILURE
    if progress.missed:
        return progress.missed
    # Asked as of the last instant that still counted: being too late is the question, not the answer.
    return (
        Outcome.WITHHELD
        if obstacle(device, moment, min(now, moment.late_ends)) in _WITHHELD_BY
        else Outcome.NOT_TAKEN_OUT
    )


def report(turn: Turn, progress: Progress, outcome: Outcome) -> Progress:
    """Record `moment_closed`; the highest (epoch, seq) counts (invariant 2)."""
    moment = progress.moment.moment
    turn.record(EventType.MOMENT_CLOSED, {"moment": moment, "outcome": outcome.value})
    progress = replace(progress, closed=outcome)
    turn.set_progress(progress)
    return progress


def _close(turn: Turn, progress: Progress) -> None:
    if progress.closed is None and turn.now > progress.moment.window_ends:
        report(turn, progress, outcome_now(turn.device, progress, turn.now))


def _end(turn: Turn, progress: Progress) -> None:
    """After the latest hand-out time: the last word if it changed, and what is left stays in the device."""
    device, moment = turn.device, progress.moment
    if turn.now <= moment.late_ends or _is_moving(device, moment.moment):
        return
    if not progress.ended:
        outcome = outcome_now(device, progress, turn.now)
        if outcome is not progress.closed:
            progress = report(turn, progress, outcome)
        progress = replace(progress, ended=True)
        turn.set_progress(progress)
        retain_rest(turn, moment)
        if not turn.device.open_moments:  # else it would silence the reminder of another
            turn.put(Quiet())
    if not in_tray(turn.device, moment.moment):
        forget(turn, moment)


def _is_moving(device: Device, moment: str) -> bool:
    hand_over = device.hand_over
    return hand_over is not None and hand_over.stage is Stage.CUTTING and hand_over.moment == moment


def complete(turn: Turn, progress: Progress) -> None:
    """All sachets are out: the moment closes at once."""
    report(turn, progress, Outcome.COMPLETE)
    turn.put(Quiet())
    turn.show(Show(Screen.DONE, {"moment": progress.moment.moment}))
    forget(turn, progress.moment)


def forget(turn: Turn, moment: Moment) -> None:
    """The moment ended: only its name stays, so that no plan and no clock can open it again."""
    left = {name: each for name, each in turn.device.progress.items() if name != moment.moment}
    ended = {**turn.device.ended, moment.moment: moment.late_ends}
    if len(ended) > KEPT_ENDED:
        plan = turn.device.plan
        planned = {each.moment for each in plan.moments} if plan else set()
        oldest = sorted((name for name in ended if name not in planned), key=lambda name: ended[name])
        for name in oldest[: len(ended) - KEPT_ENDED]:
            del ended[name]
    turn.change(progress=left, ended=ended)


def retain_rest(turn: Turn, moment: Moment) -> None:
    """What an ended moment leaves on the roll is never presented any more (R24, R29)."""
    for number in moment.sachets:
        roll = turn.device.roll
        if roll is not None and roll.roll == moment.roll and roll.countable and roll.has(number):
            retain(turn, Sachet(moment.roll, number), roll.stay, RetainedWhere.ROLL)


def retain(turn: Turn, sachet: Sachet, stay: int, where: RetainedWhere) -> None:
    """A sachet stays in the device."""
    turn.set_fate(sachet, stay, Fate.RETAINED)
    data = {"roll": sachet.roll, "sachet": sachet.number, "where": where.value}
    turn.record(EventType.SACHET_RETAINED, data)


def deadlines(device: Device, now: datetime) -> list[datetime]:
    """Instants still to come at which `pass_moments` has something to do."""
    found: list[datetime] = []
    for moment in device.plan.moments if device.plan else ():
        if moment.at > now and not has_begun(device, moment.moment):
            found.append(moment.at)
            break
    for progress in device.progress.values():
        found += _deadlines_of(device, progress)
    return [each for each in found if each > now]


def _deadlines_of(device: Device, progress: Progress) -> list[datetime]:
    moment = progress.moment
    found = [moment.after(minute) for minute in moment.signals[progress.attempt :]]
    found += [moment.window_ends + _TICK, moment.late_ends + _TICK]
    ends = gap_ends(device, moment)
    return [*found, ends] if ends else found


PLAN_WARNINGS = (timedelta(hours=72), timedelta(hours=24))


def pass_plan(turn: Turn) -> None:
    """The plan ends with its last moment; 72 and 24 hours before, the device says so (section 6)."""
    plan = turn.device.plan
    if plan is None or FaultCode.NO_PLAN in turn.device.faults:
        return
    ends = plan.ends
    if ends is None or turn.now > ends:
        turn.clear_fault(FaultCode.PLAN_ENDING)
        turn.raise_fault(FaultCode.NO_PLAN)
        return
    due = sum(1 for before in PLAN_WARNINGS if turn.now >= ends - before)
    if due > plan.warned:
        _warn(turn, plan, due)


def _warn(turn: Turn, plan: Plan, due: int) -> None:
    turn.change(plan=replace(plan, warned=due))
    hours = int(PLAN_WARNINGS[due - 1].total_seconds()) // 3600
    if FaultCode.PLAN_ENDING in turn.device.faults:
        # The same episode, said again: a person who overlooked the first is told once more (R20).
        turn.record(EventType.FAULT, {"code": FaultCode.PLAN_ENDING.value, "raw": f"{hours} h"})
    else:
        turn.raise_fault(FaultCode.PLAN_ENDING, raw=f"{hours} h")


def plan_deadlines(device: Device) -> list[datetime]:
    """Instants at which `pass_plan` has something to do."""
    plan = device.plan
    ends = plan.ends if plan else None
    return [ends + _TICK, *(ends - before for before in PLAN_WARNINGS)] if ends else []
