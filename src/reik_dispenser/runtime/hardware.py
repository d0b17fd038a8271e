"""What a device is made of, as the runtime sees it: its hardware, its clock, its make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from reik_dispenser.capabilities import REIK_OPEN, Capabilities
from reik_dispenser.outputs import Output


class Hardware(Protocol):
    """Buttons, motor, sensors and screen. They answer by `Dispenser.put`."""

    def carry_out(self, output: Output) -> None:
        """Do what the machine wants done: Advance, Cut, StopMotor, Show, Signal, Quiet, Unlock, Lock, Reboot."""

    def state_at_boot(self) -> Mapping[str, object]:
        """The fields of Booted that only the hardware knows: mains, battery_pct, lid_open, tray_occupied."""


@dataclass(slots=True)
class OwnClock:
    """The device's clock: a steady source of seconds and a set point."""

    steady: Callable[[], float]
    start: datetime
    _zero: float = field(init=False)

    def __post_init__(self) -> None:
        self._zero = self.steady()

    def now(self) -> datetime:
        """What the device thinks the time is, in UTC."""
        return self.start + timedelta(seconds=self.steady() - self._zero)

    def set(self, to: datetime) -> None:
        """Set it."""
        self.start, self._zero = to, self.steady()


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """What kind of device this is, as `started` says it."""

    model: str = "reik-open"
    firmware: str = "0.1.0"
    capabilities: Capabilities = REIK_OPEN
