"""The dispenser as a table: `TRANSITIONS[(phase, type of input)]` and a pure `step` (device contract, section 7).

`python -m reik_dispenser.machine` prints the table for the docs.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reik_dispenser import (
    booting,
    commands,
    holds,
    loading,
    moments,
    power,
    presenting,
    pressing,
    timekeeping,
)
from reik_dispenser.inputs import (
    AllReceipted,
    BatteryChanged,
    Booted,
    ButtonPressed,
    CommandReceived,
    CutFailed,
    EventsGone,
    FaultFound,
    FaultGone,
    HelpPressed,
    Input,
    Jammed,
    JournalLevel,
    LidClosed,
    LidOpened,
    MainsLost,
    MainsRestored,
    NetworkChanged,
    RemovedByHand,
    RollInserted,
    RollRemoved,
    SachetPresented,
    SachetRead,
    SachetTaken,
    Ticked,
    TimeHeard,
)
from reik_dispenser.messages import EventType
from reik_dispenser.outputs import HeartbeatWanted, Output, Refused, Screen, Show
from reik_dispenser.presenting import MOTOR_PATIENCE, NEXT_WITHOUT_SENSING
from reik_dispenser.state import LAPSE, Device, Phase, Stage
from reik_dispenser.status import summary
from reik_dispenser.turn import Turn

Handler = Callable[[Turn, Any], None]


def _just(act: Callable[[Turn], None]) -> Handler:
    """A handler that needs nothing of its input."""

    def handler(turn: Turn, _input: Input) -> None:
        act(turn)

    handler.__name__, handler.__doc__ = act.__name__, act.__doc__
    return handler


def let_time_pass(turn: Turn, ticked: Ticked) -> None:
    """Nothing but what time brings about."""


def call_help(turn: Turn, pressed: HelpPressed) -> None:
    """Someone asks for help."""
    turn.record(EventType.HELP_PRESSED, {"by": pressed.by})
    turn.show(Show(Screen.HELP_CALLED))


def note_network(turn: Turn, changed: NetworkChanged) -> None:
    """The link went away for long, or is back."""
    power.network_changed(turn, changed.up, changed.signal_dbm)


def note_journal(turn: Turn, level: JournalLevel) -> None:
    """From 80 % only what matters most is recorded."""
    power.journal_level(turn, level.full)


def own_up_to_lost_events(turn: Turn, gone: EventsGone) -> None:
    """Say which events can never be sent."""
    data = {"epoch": gone.epoch, "from": gone.start, "to": gone.end, "reason": gone.reason}
    turn.record(EventType.EVENTS_LOST, data)


_ALWAYS: dict[type, Handler] = {
    Ticked: let_time_pass,
    HelpPressed: call_help,
    RollRemoved: loading.remove,
    RemovedByHand: loading.take_by_hand,
    Jammed: presenting.jammed,
    CutFailed: presenting.cut_failed,
    FaultFound: power.fault_found,
    FaultGone: power.fault_gone,
    MainsLost: power.mains_lost,
    MainsRestored: power.mains_restored,
    BatteryChanged: power.battery_changed,
    LidOpened: _just(power.lid_opened),
    LidClosed: _just(power.lid_closed),
    TimeHeard: timekeeping.hear,
    CommandReceived: commands.receive,
    NetworkChanged: note_network,
    JournalLevel: note_journal,
    EventsGone: own_up_to_lost_events,
    AllReceipted: _just(commands.wipe_when_receipted),
}
_ROLLS: dict[type, Handler] = {RollInserted: loading.insert}
_MOVING: dict[type, Handler] = {**_ALWAYS, ButtonPressed: _just(pressing.press_while_moving)}
_STILL: dict[type, Handler] = {**_ALWAYS, **_ROLLS, SachetPresented: _just(presenting.recovered)}
_IN_VAIN: dict[type, Handler] = {**_STILL, ButtonPressed: _just(pressing.press_in_vain)}
_WAITING: dict[type, Handler] = {**_STILL, ButtonPressed: _just(pressing.press)}
_ROWS: dict[Phase, dict[type, Handler]] = {
    Phase.OFF: {Booted: booting.boot},
    Phase.READY: _WAITING,
    Phase.OPEN: _WAITING,
    Phase.ADVANCING: {**_MOVING, SachetRead: presenting.read},
    Phase.CUTTING: {**_MOVING, SachetPresented: _just(presenting.presented)},
    Phase.TRAY: {
        **_ALWAYS, **_ROLLS, ButtonPressed: _just(pressing.press_at_tray),
        SachetTaken: _just(presenting.taken),
    },
    Phase.PAUSED: _IN_VAIN,
    Phase.FAULT: {**_IN_VAIN, SachetTaken: _just(presenting.taken)},
    Phase.UNTIMED: _IN_VAIN,
    Phase.UNLOCKED: {**_IN_VAIN, SachetTaken: _just(presenting.taken)},
}  # fmt: skip
TRANSITIONS: dict[tuple[Phase, type], Handler] = {
    (phase, type_): handler for phase, row in _ROWS.items() for type_, handler in row.items()
}


def step(device: Device, input: Input, now: datetime) -> tuple[Device, tuple[Output, ...]]:
    """The device after this input, and what it wants done. `now` is the device's own clock, in UTC.

    Pure. The new state must be durable before an output is carried out. A pair that is not in the table
    gives `Refused` and the very same state.
    """
    if type(input) is Ticked and _asleep(device, now):
        return device, ()
    turn = Turn(device, now)
    if device.powered and type(input) is not Booted:
        pass_time(turn)
    # Time may have changed the phase: the input is judged by the phase that it meets.
    phase = turn.device.phase
    handler = TRANSITIONS.get((phase, type(input)))
    if handler is None:
        return device, (Refused(phase.value, type(input).__name__),)
    handler(turn, input)
    pass_time(turn)
    if summary(turn.device) != summary(device):
        turn.put(HeartbeatWanted())
    turn.change(wake_at=next_wake(turn.device, turn.now))
    return turn.device, tuple(turn.outputs)


def _asleep(device: Device, now: datetime) -> bool:
    """Whether nothing can have come about since the last step: keeps fleets of idle devices cheap."""
    return (
        device.powered
        and device.wake_at is not None
        and device.last_now is not None
        and device.last_now <= now < device.wake_at
    )


def pass_time(turn: Turn) -> None:
    """Everything that time alone brings about. By a clock that is not trusted, moments neither open nor close."""
    timekeeping.pass_clock(turn)
    presenting.pass_hand_over(turn)
    commands.pass_announced(turn)
    loading.pass_roll(turn)
    if turn.device.clock.may_present:
        holds.pass_pause(turn)
        moments.pass_moments(turn)
        moments.pass_plan(turn)


def next_wake(device: Device, now: datetime) -> datetime | None:
    """The next instant at which a tick can change anything; None when only an input can."""
    found: list[datetime] = []
    if device.hand_over is not None:
        in_tray = device.stage is Stage.TRAY
        waits = NEXT_WITHOUT_SENSING if in_tray else MOTOR_PATIENCE + timedelta(milliseconds=1)
        found.append(device.hand_over.since + waits)
    if device.grant is not None:
        found.append(device.grant.until + timedelta(milliseconds=1))
    found += [each.since + commands.SHOWN_FIRST for each in device.announced]
    if device.clock.heard_at is not None:
        found.append(device.clock.heard_at + LAPSE + timedelta(milliseconds=1))
    if (
        device.plan is not None and device.plan.ends is not None
    ):  # its word changes, whatever the clock is worth
        found.append(device.plan.ends + timedelta(milliseconds=1))
    if device.clock.may_present:
        found += moments.deadlines(device, now) + moments.plan_deadlines(device)
        if device.pause is not None:
            found.append(device.pause.until)
    return min((each for each in found if each > now), default=None)


def power_lost(device: Device) -> Device:
    """The device without power: what `memory` keeps, waiting for `Booted`."""
    return replace(device, powered=False)


def transition_table() -> str:
    """The table in Markdown: inputs down, phases across, in each cell what is done."""
    phases = list(Phase)
    inputs = [Booted, *dict.fromkeys(type_ for _, type_ in TRANSITIONS if type_ is not Booted)]
    lines = ["| | " + " | ".join(phases) + " |", "|---" * (len(phases) + 1) + "|"]
    for type_ in inputs:
        cells = (TRANSITIONS.get((phase, type_)) for phase in phases)
        names = ("–" if cell is None else cell.__name__.replace("_", " ") for cell in cells)
        lines.append(f"| `{type_.__name__}` | " + " | ".join(names) + " |")
    legend = {handler.__name__.replace("_", " "): handler.__doc__ or "" for handler in TRANSITIONS.values()}
    lines += ["", "– is refused and changes nothing.", ""]
    lines += [f"- **{name}**: {about.splitlines()[0]}" for name, about in sorted(legend.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(transition_table() + "\n")
