"""What can happen to a device: the inputs of its machine, frozen (section 7 of the contract holds for any order)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reik_dispenser.messages import Clock, Command, FaultCode, StartReason, UnreadableCommand


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """The big button."""


@dataclass(frozen=True, slots=True)
class HelpPressed:
    """The help button."""

    by: str = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollInserted:
    """A roll was put in and scanned, or a person said what is left of it after an unlocking.

    `roll` None: unreadable. `client_label` None: the roll does not show it.
    """

    roll: str | None
    first: int = 1
    last: int = 0
    count: int = 0
    by: str = "device"
    client_label: str | None = None
    known_format: bool = True


@dataclass(frozen=True, slots=True)
class RollRemoved:
    """The roll was taken out of the device."""

    by: str = "device"


@dataclass(frozen=True, slots=True)
class SachetRead:
    """The sachet before the knife was read; None = unreadable. A device without a reader says what it expects."""

    roll: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class SachetPresented:
    """The cut is done and the sachet lies in the tray."""


@dataclass(frozen=True, slots=True)
class SachetTaken:
    """The tray sensor saw the sachet leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedByHand:
    """A person took a sachet from the roll or the bin and said so on the device."""

    number: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Jammed:
    """The transport is stuck."""

    raw: str = ""


@dataclass(frozen=True, slots=True)
class CutFailed:
    """The knife did not do what it should."""

    raw: str = ""


@dataclass(frozen=True, slots=True)
class FaultFound:
    """Any other fault that the hardware or the runtime finds."""

    code: FaultCode
    raw: str = ""


@dataclass(frozen=True, slots=True)
class FaultGone:
    """The hardware or a person says that this fault is over."""

    code: FaultCode


@dataclass(frozen=True, slots=True)
class MainsLost:
    """The mains went; the battery carries on."""

    battery_pct: float | None = None
    minutes_left: float | None = None


@dataclass(frozen=True, slots=True)
class MainsRestored:
    """The mains are back."""

    battery_pct: float | None = None
    minutes_left: float | None = None


@dataclass(frozen=True, slots=True)
class BatteryChanged:
    """The battery's charge; `minutes_left` is what it can still do without mains."""

    battery_pct: float | None = None
    minutes_left: float | None = None


@dataclass(frozen=True, slots=True)
class LidOpened:
    """The lid is open."""


@dataclass(frozen=True, slots=True)
class LidClosed:
    """The lid is closed."""


@dataclass(frozen=True, slots=True)
class TimeHeard:
    """A source of time (`ntp`, `network`, `reik`) says what time it is now."""

    source: Clock
    says: datetime


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """A command whose MAC was right."""

    command: Command | UnreadableCommand


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """The link came up or went down for longer than the runtime's patience."""

    up: bool
    signal_dbm: float | None = None


@dataclass(frozen=True, slots=True)
class JournalLevel:
    """The journal passed 80 % (`full`), or has room again."""

    full: bool


@dataclass(frozen=True, slots=True)
class EventsGone:
    """Events that can never be sent: the journal had no room, or Reik asked for what is no longer kept."""

    epoch: int
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class AllReceipted:
    """Reik holds every event of the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    """The device starts. `epoch` and `last_seq` are the journal's; `highest_command` None = lost.

    `tray_occupied` None: no sensor. `session` is random per boot, 16 hex digits.
    """

    epoch: int
    session: str
    last_seq: int = 0
    highest_command: int | None = 0
    reason: StartReason = StartReason.POWER
    firmware: str = "0.1.0"
    model: str = "reik-open"
    evidence: str = "removed"
    unlocks_at_battery_end: bool = True
    capabilities: Mapping[str, object] = field(default_factory=dict)
    mains: bool = True
    battery_pct: float | None = None
    lid_open: bool = False
    tray_occupied: bool | None = None


Input = (
    Ticked | ButtonPressed | HelpPressed | RollInserted | RollRemoved | SachetRead | SachetPresented
    | SachetTaken | RemovedByHand | Jammed | CutFailed | FaultFound | FaultGone | MainsLost | MainsRestored
    | BatteryChanged | LidOpened | LidClosed | TimeHeard | CommandReceived | NetworkChanged | JournalLevel
    | EventsGone | AllReceipted | Booted
)  # fmt: skip
