"""From the press to the sachet in the hand: advancing, cutting and the tray (section 7, invariants 1 to 3)."""

from dataclasses import replace
from datetime import timedelta

from reik_dispenser.inputs import CutFailed, Jammed, SachetRead
from reik_dispenser.messages import EventType, FaultCode, How, RetainedWhere
from reik_dispenser.moments import begin, complete, forget, retain
from reik_dispenser.obstacles import SAID_AS, gave, next_sachet, obstacle
from reik_dispenser.outputs import Advance, Cut, Quiet, Screen, Show, StopMotor
from reik_dispenser.roll import Fate, Moment, Sachet
from reik_dispenser.state import Device, Grant, HandOver, Progress, Stage
from reik_dispenser.tray import keep_tray, tray_emptied
from reik_dispenser.turn import Turn

NEXT_WITHOUT_SENSING = timedelta(seconds=30)
MOTOR_PATIENCE = timedelta(seconds=60)
KEPT_ROLLS = 12


def start(turn: Turn, moment: Moment) -> None:
    """Bring the moment's next sachet before the knife. Only called when nothing stands in the way."""
    number = next_sachet(turn.device, moment)
    roll = turn.device.roll
    if number is None or roll is None:
        return
    if moment.moment not in turn.device.progress:
        begin(turn, moment)
    grant = turn.device.grant
    sachet = Sachet(moment.roll, number)
    hand_over = HandOver(
        stage=Stage.ADVANCING, moment=moment.moment, sachet=sachet, since=turn.now, stay=roll.stay,
        how=grant.how if grant else None, by=grant.by if grant else None,
    )  # fmt: skip
    turn.change(hand_over=hand_over)
    turn.put(Quiet())
    turn.show(Show(Screen.COMING, {"k": moment.place_of(number), "n": len(moment.sachets)}))
    turn.put(Advance(sachet))


def grant(turn: Turn, granted: Grant) -> None:
    """`present_now`: presenting begins with the first moment."""
    turn.change(grant=granted)
    moment = known_moment(turn.device, granted.moments[0])
    if moment is not None:
        start(turn, moment)


def known_moment(device: Device, name: str) -> Moment | None:
    """A moment under way, or one of the plan in force."""
    if name in device.progress:
        return device.progress[name].moment
    found = (moment for moment in (device.plan.moments if device.plan else ()) if moment.moment == name)
    return next(found, None)


def read(turn: Turn, found: SachetRead) -> None:
    """The sachet before the knife is the one that was meant and may still be given: cut it, once and for all."""
    device, hand_over = turn.device, turn.device.hand_over
    if hand_over is None:
        return
    wrong = _what_is_wrong(found, hand_over.sachet)
    moment = known_moment(device, hand_over.moment)
    if wrong is not None:
        stop(turn)
        turn.raise_fault(wrong, moment=hand_over.moment, raw=f"{found.roll} {found.number}")
        turn.show(Show(Screen.FAULT))
        return
    if moment is None:
        stop(turn)
        return
    why = obstacle(device, moment, turn.now, granted=device.grant is not None)
    if why is not None:
        stop(turn)
        turn.show(Show(SAID_AS[why]))
        return
    _cut(turn, moment, hand_over)


def _what_is_wrong(found: SachetRead, meant: Sachet) -> FaultCode | None:
    if found.roll is None or found.number is None:
        return FaultCode.SACHET_UNREADABLE
    if found.roll != meant.roll:
        return FaultCode.WRONG_ROLL
    if found.number < meant.number:
        return FaultCode.WRONG_SEQUENCE
    return FaultCode.WRONG_SACHET if found.number > meant.number else None


def _cut(turn: Turn, moment: Moment, hand_over: HandOver) -> None:
    device, sachet = turn.device, hand_over.sachet
    turn.change(
        hand_over=replace(hand_over, stage=Stage.CUTTING, since=turn.now),
        used=used_with(device, sachet),
        lost=None,
        recent=gave(device.recent, moment.moment, turn.now),
    )
    turn.put(Cut(sachet))


def used_with(device: Device, sachet: Sachet) -> dict[str, frozenset[int]]:
    """`used` with this sachet; only the latest rolls are remembered, and those that are still expected."""
    used = {name: numbers for name, numbers in device.used.items() if name != sachet.roll}
    used[sachet.roll] = device.used.get(sachet.roll, frozenset()) | {sachet.number}
    known = {each.roll for each in device.expected}
    for name in list(used)[: max(0, len(used) - KEPT_ROLLS)]:
        if name not in known:
            del used[name]
    return used


def presented(turn: Turn) -> None:
    """The sachet lies in the tray."""
    device, hand_over = turn.device, turn.device.hand_over
    progress = device.progress.get(hand_over.moment) if hand_over else None
    if hand_over is None or progress is None:
        return
    number = hand_over.sachet.number
    turn.set_fate(hand_over.sachet, hand_over.stay, Fate.PRESENTED)
    if device.evidence != "pressed":
        turn.record(EventType.SACHET_PRESENTED, _out_data(turn, progress, hand_over))
    progress = replace(progress, presented=progress.presented | {number})
    if not device.senses_removal:
        progress = replace(progress, out=progress.out | {number})
    turn.set_progress(progress)
    turn.change(
        hand_over=replace(hand_over, stage=Stage.TRAY, since=turn.now),
        recent=gave(device.recent, progress.moment.moment, turn.now),
    )
    turn.show(Show(Screen.TAKE_FROM_TRAY))
    if not device.senses_removal:
        _after_one(turn, progress)


def _after_one(turn: Turn, progress: Progress) -> None:
    """Without sensing: the last sachet ends the hand-over, another one waits for the press or 30 s."""
    if progress.complete:
        complete(turn, progress)
    moment = progress.moment.moment
    left = turn.device.grant.moments if turn.device.grant else ()
    if next_sachet(turn.device, progress.moment) is None and left in ((), (moment,)):
        turn.change(hand_over=None, grant=None)


def taken(turn: Turn) -> None:
    """The sensor saw the sachet leave: it is out, and the next may come."""
    hand_over = turn.device.hand_over
    if hand_over is None:
        tray_emptied(turn)
        return
    turn.set_fate(hand_over.sachet, hand_over.stay, Fate.OUT)
    turn.change(hand_over=None)
    turn.clear_fault(FaultCode.TRAY_FULL)
    progress = turn.device.progress.get(hand_over.moment)
    if progress is None:
        return
    turn.record(EventType.SACHET_TAKEN_OUT, _out_data(turn, progress, hand_over))
    progress = replace(progress, out=progress.out | {hand_over.sachet.number})
    turn.set_progress(progress)
    if progress.complete:
        complete(turn, progress)
    elif progress.ended:
        forget(turn, progress.moment)
    go_on(turn, hand_over.moment)


def go_on(turn: Turn, name: str) -> None:
    """Sachet k + 1 of the moment, else the next moment of `present_now`, else nothing."""
    turn.change(hand_over=None)
    granted = turn.device.grant
    names = [name, *(each for each in (granted.moments if granted else ()) if each != name)]
    for each in names:
        moment = known_moment(turn.device, each)
        if moment is None or each in turn.device.ended:
            continue
        if obstacle(turn.device, moment, turn.now, granted=granted is not None) is None:
            if granted:
                turn.change(grant=replace(granted, moments=tuple(names[names.index(each) :])))
            start(turn, moment)
            return
    turn.change(grant=None)


def _out_data(turn: Turn, progress: Progress, hand_over: HandOver) -> dict[str, object]:
    moment, sachet = progress.moment, hand_over.sachet
    data: dict[str, object] = {
        "moment": moment.moment,
        "roll": sachet.roll,
        "sachet": sachet.number,
        "k": moment.place_of(sachet.number),
        "n": len(moment.sachets),
        "how": (hand_over.how or _how(turn, moment)).value,
    }
    return {**data, "by": hand_over.by} if hand_over.by else data


def _how(turn: Turn, moment: Moment) -> How:
    if turn.now < moment.at:
        return How.EARLY
    return How.IN_TIME if turn.now <= moment.window_ends else How.LATE


def stop(turn: Turn) -> None:
    """Nothing more is handed out now. What is not cut stays on the roll; what is under the knife is lost to it."""
    hand_over = turn.device.hand_over
    turn.change(grant=None)
    if hand_over is None or hand_over.stage is Stage.TRAY:
        return
    turn.change(hand_over=None)
    turn.put(StopMotor())
    if hand_over.stage is Stage.CUTTING:
        _lose(turn, hand_over)


def _lose(turn: Turn, hand_over: HandOver) -> None:
    """A sachet whose cut began is never presented again, whatever became of it (invariant 1)."""
    retain(turn, hand_over.sachet, hand_over.stay, RetainedWhere.ROLL)
    progress = turn.device.progress.get(hand_over.moment)
    turn.change(lost=hand_over)
    if progress is not None:
        turn.set_progress(replace(progress, failed=True))


def recovered(turn: Turn) -> None:
    """The sachet that was given up lies in the tray after all: say so, for someone may take it."""
    lost = turn.device.lost
    if turn.device.hand_over is not None:
        return
    progress = turn.device.progress.get(lost.moment) if lost is not None else None
    if lost is None or progress is None or lost.stage is Stage.TRAY:
        keep_tray(turn)
        return
    turn.change(lost=None)
    turn.set_progress(replace(progress, failed=False))
    turn.change(hand_over=lost)
    presented(turn)


def break_off(turn: Turn, code: FaultCode, raw: str = "") -> None:
    """A fault of the motor ends the hand-over."""
    hand_over = turn.device.hand_over
    if hand_over is not None and hand_over.stage is not Stage.TRAY:
        turn.raise_fault(code, moment=hand_over.moment, raw=raw)
    else:
        turn.raise_fault(code, raw=raw)
    stop(turn)
    turn.show(Show(Screen.FAULT))


def jammed(turn: Turn, found: Jammed) -> None:
    """The transport is stuck."""
    break_off(turn, FaultCode.JAM, found.raw)


def cut_failed(turn: Turn, found: CutFailed) -> None:
    """The knife failed."""
    break_off(turn, FaultCode.CUT_FAILED, found.raw)


def pass_hand_over(turn: Turn) -> None:
    """A motor that does not answer is at fault; without sensing the next sachet comes after 30 s."""
    device, hand_over = turn.device, turn.device.hand_over
    if device.grant is not None and turn.now > device.grant.until and device.stage in (None, Stage.TRAY):
        turn.change(grant=None)
    if hand_over is None:
        return
    waited = turn.now - hand_over.since
    if hand_over.stage is Stage.ADVANCING and waited > MOTOR_PATIENCE:
        break_off(turn, FaultCode.JAM, "no answer")
    elif hand_over.stage is Stage.CUTTING and waited > MOTOR_PATIENCE:
        break_off(turn, FaultCode.CUT_FAILED, "no answer")
    elif hand_over.stage is Stage.TRAY and not device.senses_removal and waited >= NEXT_WITHOUT_SENSING:
        go_on(turn, hand_over.moment)
