"""One simulated device where it stands: mechanics, people, a plug, and what is to be seen of it from the outside."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reik_dispenser.inputs import FaultGone, Input, Jammed, LidClosed, LidOpened, SachetTaken
from reik_dispenser.messages import FaultCode
from reik_dispenser.outputs import Advance, Cut, Output, Quiet, Reboot, Screen, Show, Signal, StopMotor
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.state import Device
from reik_simulator.faults import Mechanism
from reik_simulator.household import Household

FADES_AFTER_S = 20.0
FADING = frozenset(
    {
        Screen.DONE, Screen.ROLL_LOADED, Screen.ROLL_REFUSED, Screen.HELP_CALLED, Screen.TOO_EARLY, Screen.TOO_LATE,
        Screen.IDENTIFY, Screen.WAIT_UNTIL, Screen.HELD, Screen.NO_ROLL,
    }
)  # fmt: skip
"""Answers to something that a person did; after a while the device shows again how things stand."""


class MakesNoSense(Exception):
    """This cannot be done at the device as it stands now; the message says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was last put on the screen, and when (seconds of the event loop)."""

    show: Show
    at: float


class House:
    """The hardware of one simulated device: mechanics and people, in the time of the event loop.

    `dispenser` is None while the power is off: then nothing happens of itself, but hands still reach it.
    """

    def __init__(self, mechanism: Mechanism, new_household: Callable[[], Household]) -> None:
        self.mechanism = mechanism
        self.household = new_household()
        self.dispenser: Dispenser | None = None
        self.lid_open = False
        self.shown: Shown | None = None
        self.signal: Signal | None = None
        self._new_household = new_household
        self._timers: set[asyncio.TimerHandle] = set()

    def state_at_boot(self) -> Mapping[str, object]:
        """See device.Hardware."""
        return {
            "mains": True,
            "battery_pct": 100.0,
            "lid_open": self.lid_open,
            "tray_occupied": self.mechanism.tray is not None,
        }

    def carry_out(self, output: Output) -> None:
        """See device.Hardware."""
        self._notice(output)
        if isinstance(output, Advance | Cut):
            for after, input in self.mechanism.moves(output):
                self._later(after.total_seconds(), input)
        elif isinstance(output, StopMotor | Reboot):
            self.mechanism.stop()
        if self.dispenser is None:
            return
        now = self.dispenser.clock.now()
        for each in self.household.sees(output, self.dispenser.state, now):
            self._later((each.at - now).total_seconds(), each.input)

    def _notice(self, output: Output) -> None:
        if isinstance(output, Show):
            self.shown = Shown(output, asyncio.get_running_loop().time())
        elif isinstance(output, Signal):
            self.signal = output
        elif isinstance(output, Quiet | Reboot):
            self.signal = None

    def look(self) -> None:
        """The household looks at the device, as people do now and then."""
        if self.dispenser is None or not self.dispenser.state.powered:
            return
        now = self.dispenser.clock.now()
        for each in self.household.looks(self.dispenser.state, now):
            self._later((each.at - now).total_seconds(), each.input)

    def live_a_day(self) -> None:
        """Mishaps of the day to come."""
        for after, input in self.mechanism.a_day():
            self._later(after.total_seconds(), input)

    def happens(self, input: Input) -> None:
        """Something happens to the device now; without power only its mechanics notice."""
        self.mechanism.notes(input)
        if self.dispenser is not None:
            self.dispenser.put(input)
            self.look()

    def _later(self, seconds: float, input: Input) -> None:
        def happen() -> None:
            self._timers.discard(timer)
            if self.dispenser is not None:
                self.happens(input)

        timer = asyncio.get_running_loop().call_later(max(0.0, seconds), happen)
        self._timers.add(timer)

    def darken(self) -> None:
        """The power is gone. The people look at it afresh when it is back."""
        self.stop()
        self.mechanism.stop()
        self.dispenser, self.shown, self.signal = None, None, None
        self.household = self._new_household()

    def stop(self) -> None:
        """Nothing happens here any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    # -- by hand --------------------------------------------------------------------------------------

    def press(self, input: Input) -> None:
        """A button. Raises MakesNoSense without power."""
        self._state()
        self.happens(input)

    def take(self) -> None:
        """A hand takes what lies in the tray. Raises MakesNoSense when it is empty."""
        if self.mechanism.tray is None:
            raise MakesNoSense("There is no sachet in the tray.")
        self.happens(SachetTaken())

    def open_lid(self) -> None:
        """Raises MakesNoSense when it is open."""
        if self.lid_open:
            raise MakesNoSense("The lid is open already.")
        self.lid_open = True
        self.happens(LidOpened())

    def close_lid(self) -> None:
        """Close it; whoever had it open has freed what was stuck. Raises MakesNoSense when it is closed."""
        if not self.lid_open:
            raise MakesNoSense("The lid is closed already.")
        self.lid_open = False
        self.happens(LidClosed())
        if self.dispenser is not None and FaultCode.JAM in self.dispenser.state.faults:
            self.happens(FaultGone(FaultCode.JAM))

    def jam(self) -> None:
        """The transport gets stuck, until the lid was opened and closed. Raises MakesNoSense when it is stuck."""
        if FaultCode.JAM in self._state().faults:
            raise MakesNoSense("It is stuck already: open the lid and close it.")
        self.happens(Jammed("E1"))

    def _state(self) -> Device:
        if self.dispenser is None:
            raise MakesNoSense("The device has no power: plug it in first.")
        return self.dispenser.state

    # -- what is to be seen ---------------------------------------------------------------------------

    def view(self, device: str, wall: datetime) -> dict[str, object]:
        """What stands before a person at this device."""
        dispenser = self.dispenser
        state = dispenser.state if dispenser else Device(mains=False)
        clock = dispenser.clock.now() if dispenser else wall
        show = self._on_screen(state)
        return {
            "device": device,
            "powered": dispenser is not None,
            "connected": dispenser is not None and dispenser.connected,
            "screen": show.screen.value if show else None,
            "values": {name: _plain(value) for name, value in show.values.items()} if show else {},
            "lights": self.signal.light if self.signal else 0,
            "sound": self.signal.sound if self.signal else 0,
            "tray_occupied": self.mechanism.tray is not None,
            "lid_open": self.lid_open,
            "faults": sorted(each.value for each in state.faults),
            "mains": dispenser is not None and state.mains,
            "battery_pct": state.battery_pct if dispenser else None,
            "roll": _roll(state),
            "next_moment": _plain(_next_moment(state, clock)),
            "clock": _plain(clock),
        }

    def _on_screen(self, state: Device) -> Show | None:
        """The last sentence, as long as it is still true: the core says what changed, not when it is over."""
        if self.dispenser is None:
            return None
        shown, waiting = self.shown, state.open_moments
        if shown is None:
            return Show(Screen.NOTHING_NOW)
        screen = shown.show.screen
        faded = asyncio.get_running_loop().time() - shown.at > FADES_AFTER_S and screen in FADING
        over = (
            (screen is Screen.TAKE_IT_NOW and not waiting)
            or (screen is Screen.FAULT and not state.blocked)
            or (screen is Screen.PAUSED and state.pause is None)
            or (screen is Screen.NO_TIME and state.clock.may_present)
            or (screen in (Screen.TAKE_FROM_TRAY, Screen.EMPTY_TRAY_FIRST) and self.mechanism.tray is None)
        )
        if not faded and not over:
            return shown.show
        if state.blocked:
            return Show(Screen.FAULT)
        if self.mechanism.tray is not None:
            return Show(Screen.TAKE_FROM_TRAY)
        if waiting:
            moment = waiting[0].moment
            return Show(Screen.TAKE_IT_NOW, {"moment": moment.moment, "local": moment.local})
        return Show(Screen.NOTHING_NOW)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _roll(state: Device) -> dict[str, object] | None:
    roll = state.roll
    if roll is None:
        return None
    return {"roll": roll.roll, "remaining": roll.remaining if roll.countable else None}


def _next_moment(state: Device, now: datetime) -> datetime | None:
    return next((each.at for each in state.plan.moments if each.at > now), None) if state.plan else None
