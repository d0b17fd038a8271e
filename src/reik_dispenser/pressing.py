"""What a press of the button leads to: a sachet, or the reason why not (section 7, invariants 2 and 3)."""

from reik_dispenser.messages import EventType, FaultCode
from reik_dispenser.moments import in_tray
from reik_dispenser.obstacles import PASSES_BY, SAID_AS, Obstacle, gap_ends, obstacle
from reik_dispenser.outputs import Screen, Show
from reik_dispenser.presenting import go_on, start
from reik_dispenser.roll import Moment
from reik_dispenser.turn import Turn


def press(turn: Turn) -> None:
    """The press hands out the first moment that can be, or is refused and says why."""
    candidates = _candidates(turn)
    said: tuple[Obstacle, Moment] | None = None
    for moment in candidates:
        found = obstacle(turn.device, moment, turn.now)
        if found is None:
            _record_press(turn, moment.moment, hands_out=True)
            start(turn, moment)
            return
        if said is None or found not in PASSES_BY:
            said = (found, moment)
        if found not in PASSES_BY:
            break
    opened = turn.device.open_moments
    _record_press(turn, opened[0].moment.moment if opened else None, hands_out=False)
    _say_why(turn, *(said or (None, None)))


def _candidates(turn: Turn) -> list[Moment]:
    """Open moments, then those that may be taken early, by `at`."""
    device, plan = turn.device, turn.device.plan
    opened = [progress.moment for progress in device.open_moments]
    early = [
        moment
        for moment in (plan.moments if plan else ())
        if moment.opens_early <= turn.now < moment.at
        and moment.moment not in device.progress
        and moment.moment not in device.ended
    ]
    return opened + early


def _record_press(turn: Turn, moment: str | None, *, hands_out: bool) -> None:
    """Where the press is all the evidence (R26), a press that hands nothing out names no moment."""
    if turn.device.evidence == "pressed" and not hands_out:
        moment = None
    turn.record(EventType.BUTTON_PRESSED, {"moment": moment})


def _say_why(turn: Turn, why: Obstacle | None, moment: Moment | None) -> None:
    if why is None or moment is None:
        turn.show(Show(Screen.NOTHING_NOW))
        return
    values: dict[str, object] = {"moment": moment.moment, "local": moment.local}
    ends = gap_ends(turn.device, moment)
    if why is Obstacle.GAP and ends is not None:
        values["until"] = ends
    if why is Obstacle.TRAY:
        turn.raise_fault(FaultCode.TRAY_FULL, moment=moment.moment)
    turn.show(Show(SAID_AS[why], values))


def press_while_moving(turn: Turn) -> None:
    """A press while the motor runs is evidence, and changes nothing."""
    hand_over = turn.device.hand_over
    _record_press(turn, hand_over.moment if hand_over else None, hands_out=False)


def press_at_tray(turn: Turn) -> None:
    """With a sensor: take it first. Without one the press asks for sachet k + 1."""
    hand_over = turn.device.hand_over
    if hand_over is None:
        return
    if not turn.device.senses_removal:
        _record_press(turn, hand_over.moment, hands_out=False)
        go_on(turn, hand_over.moment)
        return
    waiting = [each for each in turn.device.open_moments if not in_tray(turn.device, each.moment.moment)]
    ended = hand_over.moment not in {each.moment.moment for each in turn.device.open_moments}
    if ended and waiting:
        # The sachet of a moment that is over still lies there: two doses never lie in the tray at once (R31).
        turn.raise_fault(FaultCode.TRAY_FULL, moment=waiting[0].moment.moment)
    _record_press(turn, waiting[0].moment.moment if ended and waiting else hand_over.moment, hands_out=False)
    turn.show(Show(Screen.EMPTY_TRAY_FIRST if ended else Screen.TAKE_FROM_TRAY))


def press_in_vain(turn: Turn) -> None:
    """A press that cannot hand out anything: reported, and the screen says why."""
    opened = turn.device.open_moments
    moment = opened[0].moment if opened else None
    _record_press(turn, moment.moment if moment else None, hands_out=False)
    for here, why in (
        (turn.device.unlocked is not None, Screen.UNLOCKED),
        (turn.device.blocked, Screen.FAULT),
        (turn.device.pause is not None, Screen.PAUSED),
        (True, Screen.NO_TIME),
    ):
        if here:
            turn.show(Show(why))
            return
