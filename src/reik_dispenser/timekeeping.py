"""What the device's clock rests on and when it may be presented by (section 6; R32). UTC only, no zones."""

from dataclasses import replace
from datetime import datetime, timedelta

from reik_dispenser.inputs import TimeHeard
from reik_dispenser.messages import Clock, FaultCode
from reik_dispenser.outputs import SetClock
from reik_dispenser.state import LAPSE, Timekeeping
from reik_dispenser.turn import Turn

RANK = {Clock.NTP: 3, Clock.NETWORK: 2, Clock.REIK: 1, Clock.FREE: 0}
NEAR = timedelta(seconds=2)  # a source this near confirms the clock, it does not set it
JUMP = timedelta(seconds=60)
BIG_JUMP = timedelta(seconds=300)


def hear(turn: Turn, heard: TimeHeard) -> None:
    """A source says what time it is: it sets the clock if no better source holds it, and it confirms or not."""
    if heard.source is Clock.FREE:
        return
    clock = turn.device.clock
    if not clock.valid:
        _first_time(turn, heard)
        return
    delta = heard.says - turn.now
    if RANK[heard.source] >= RANK[clock.source]:
        if abs(delta) > NEAR:
            _set(turn, heard, delta)
            return
        clock = replace(clock, source=heard.source, heard_at=turn.now)
    if abs(delta) <= JUMP:
        clock = replace(clock, agreed=clock.agreed | {heard.source})
    turn.change(clock=clock)
    settle(turn)


def _first_time(turn: Turn, heard: TimeHeard) -> None:
    """The first time since boot. How long it was off is not known, so only running back is a jump."""
    before = turn.device.last_now
    _shift(turn, heard.says - turn.now, handed_out=False)
    turn.put(SetClock(heard.says))
    turn.now = heard.says
    turn.change(clock=Timekeeping(source=heard.source, heard_at=heard.says, valid=True), last_now=heard.says)
    if before is not None and heard.says < before - JUMP:
        _jumped(turn, heard.source, heard.says - before)


def _set(turn: Turn, heard: TimeHeard, delta: timedelta) -> None:
    _shift(turn, delta, handed_out=True)
    turn.put(SetClock(heard.says))
    turn.now = heard.says
    clock = replace(turn.device.clock, source=heard.source, heard_at=heard.says)
    turn.change(clock=clock, last_now=heard.says)
    if abs(delta) > JUMP:
        _jumped(turn, heard.source, delta)
    else:
        turn.change(clock=replace(clock, agreed=clock.agreed | {heard.source}))
        settle(turn)


def _jumped(turn: Turn, source: Clock, delta: timedelta) -> None:
    turn.raise_fault(FaultCode.CLOCK_JUMP, delta_s=round(delta.total_seconds(), 3))
    clock = turn.device.clock
    # A `now` that set the clock agrees with it by making; only the next one confirms it.
    agreed = frozenset({source}) - {Clock.REIK, Clock.FREE}
    turn.change(clock=replace(clock, suspect=clock.suspect or abs(delta) > BIG_JUMP, agreed=agreed))


def settle(turn: Turn) -> None:
    """End a jump once two sources, or a fresh `now` of Reik, agree with the clock."""
    clock, jump = turn.device.clock, FaultCode.CLOCK_JUMP in turn.device.faults
    enough = len(clock.agreed) >= 2 or Clock.REIK in clock.agreed
    if (clock.suspect and enough) or (jump and not clock.suspect and clock.agreed):
        trust(turn)


def trust(turn: Turn) -> None:
    """The clock may be presented by again."""
    turn.change(clock=replace(turn.device.clock, suspect=False))
    turn.clear_fault(FaultCode.CLOCK_JUMP)


def pass_clock(turn: Turn) -> None:
    """A source falls silent, or the clock ran back without a word."""
    device, now = turn.device, turn.now
    clock = device.clock
    if clock.valid and clock.source is not Clock.FREE and clock.heard_at and now > clock.heard_at + LAPSE:
        turn.change(clock=replace(clock, source=Clock.FREE, agreed=frozenset()))
    if clock.valid and device.last_now is not None and now < device.last_now - JUMP:
        turn.change(clock=replace(turn.device.clock, source=Clock.FREE))
        _jumped(turn, Clock.FREE, now - device.last_now)
    if clock.valid:
        turn.change(last_now=now)


def _shift(turn: Turn, delta: timedelta, *, handed_out: bool) -> None:
    """Move what is measured as a length of time, so that setting the clock neither shortens nor stretches it."""
    device = turn.device
    if device.hand_over:
        turn.change(hand_over=replace(device.hand_over, since=_moved(device.hand_over.since, delta)))
    if device.grant:
        turn.change(grant=replace(device.grant, until=_moved(device.grant.until, delta)))
    turn.change(announced=tuple(replace(a, since=_moved(a.since, delta)) for a in device.announced))
    if handed_out:
        turn.change(recent=tuple(replace(each, at=_moved(each.at, delta)) for each in device.recent))


def _moved(at: datetime, delta: timedelta) -> datetime:
    return at + delta
