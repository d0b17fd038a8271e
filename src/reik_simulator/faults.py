"""What goes wrong in and around a device: its mechanics, the mains, and how long until someone puts it right."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from reik_dispenser.inputs import (
    BatteryChanged,
    CutFailed,
    FaultGone,
    Input,
    Jammed,
    LidClosed,
    LidOpened,
    MainsLost,
    MainsRestored,
    SachetPresented,
    SachetRead,
    SachetTaken,
)
from reik_dispenser.messages import FaultCode
from reik_dispenser.outputs import Advance, Cut
from reik_dispenser.roll import Sachet

After = tuple[timedelta, Input]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRates:
    """Chances per motion of the motor, and how often per day the plug is pulled or the lid opened. None by default."""

    jam: float = 0.0
    cut_failed: float = 0.0
    unreadable: float = 0.0
    wrong_sachet: float = 0.0
    unplugged_per_day: float = 0.0
    unplugged_minutes: float = 20.0
    lid_per_day: float = 0.0
    repaired_after_minutes: float = 30.0
    battery_hours: float = 24.0


ROUGH = FaultRates(
    jam=0.01, cut_failed=0.005, unreadable=0.01, wrong_sachet=0.002, unplugged_per_day=0.3, lid_per_day=0.2
)


class Mechanism:
    """Motor, knife, reader and tray: answers what the machine asks of them, sometimes badly."""

    def __init__(
        self, random: Random, rates: FaultRates, *, speed: float = 1.0, motor_s: float = 1.5
    ) -> None:
        self.tray: Sachet | None = None
        self._cutting: Sachet | None = None
        self._random = random
        self._rates = rates
        self._speed = speed
        self._motor_s = motor_s

    def moves(self, wanted: Advance | Cut) -> list[After]:
        """What the sensors will say, and when."""
        wait = self._seconds(self._motor_s * self._random.uniform(0.7, 1.3))
        rates, sachet = self._rates, wanted.sachet
        if isinstance(wanted, Cut):
            self._cutting = sachet
            failed = self._broken(rates.cut_failed, FaultCode.CUT_FAILED, CutFailed("E2"), wait)
            return failed or [(wait, SachetPresented())]
        wrong = SachetRead(sachet.roll, sachet.number + 1)
        return (
            self._broken(rates.jam, FaultCode.JAM, Jammed("E1"), wait)
            or self._broken(rates.unreadable, FaultCode.SACHET_UNREADABLE, SachetRead(None, None), wait)
            or self._broken(rates.wrong_sachet, FaultCode.WRONG_SACHET, wrong, wait)
            or [(wait, SachetRead(sachet.roll, sachet.number))]
        )

    def _broken(self, chance: float, code: FaultCode, input: Input, wait: timedelta) -> list[After]:
        if self._random.random() >= chance:
            return []
        repair = self._minutes(self._rates.repaired_after_minutes) * self._random.uniform(0.5, 2)
        return [(wait, input), (wait + repair, FaultGone(code))]

    def notes(self, input: Input) -> None:
        """What is in the tray now."""
        if isinstance(input, SachetPresented):
            self.tray, self._cutting = self._cutting, None
        elif isinstance(input, SachetTaken):
            self.tray = None

    def stop(self) -> None:
        """The power went: the motor stands still."""
        self._cutting = None

    def a_day(self) -> list[After]:
        """What befalls the device in the day to come, from now."""
        rates, found = self._rates, []
        day = timedelta(days=1) / self._speed
        for happens, rate in ((self._unplugged, rates.unplugged_per_day), (self._lid, rates.lid_per_day)):
            for _ in range(self._how_often(rate)):
                found += happens(self._random.random() * day)
        return found

    def _how_often(self, rate: float) -> int:
        return int(rate) + (self._random.random() < rate % 1)

    def _unplugged(self, at: timedelta) -> list[After]:
        minutes = self._random.expovariate(1 / self._rates.unplugged_minutes)
        whole = self._rates.battery_hours * 60
        left = max(0.0, 1 - minutes / whole)
        return [
            (at, MainsLost(100.0, whole)),
            (at + self._minutes(minutes), BatteryChanged(round(100 * left, 1), round(whole * left, 1))),
            (at + self._minutes(minutes) + self._seconds(1), MainsRestored(round(100 * left, 1), None)),
        ]

    def _lid(self, at: timedelta) -> list[After]:
        return [(at, LidOpened()), (at + self._minutes(self._random.uniform(0.2, 5)), LidClosed())]

    def _minutes(self, minutes: float) -> timedelta:
        return timedelta(minutes=minutes / self._speed)

    def _seconds(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds / self._speed)
