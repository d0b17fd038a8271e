"""What a device wants done: the outputs of its machine, frozen. The state is durable before any is carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reik_dispenser.messages import Event
from reik_dispenser.roll import Sachet


class Screen(StrEnum):
    """Keys of the sentences on the screen; the words themselves are per language."""

    NOTHING_NOW = "nothing_now"
    TAKE_IT_NOW = "take_it_now"
    COMING = "coming"
    TAKE_FROM_TRAY = "take_from_tray"
    EMPTY_TRAY_FIRST = "empty_tray_first"
    DONE = "done"
    WAIT_UNTIL = "wait_until"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    HELD = "held"
    PAUSED = "paused"
    NO_ROLL = "no_roll"
    NO_TIME = "no_time"
    FAULT = "fault"
    UNLOCKED = "unlocked"
    UNLOCKING = "unlocking"
    WIPING = "wiping"
    ROLL_REFUSED = "roll_refused"
    ROLL_LOADED = "roll_loaded"
    HELP_CALLED = "help_called"
    IDENTIFY = "identify"


@dataclass(frozen=True, slots=True)
class Record:
    """An event for the journal. The machine numbers it, so that state and journal become durable as one."""

    event: Event


@dataclass(frozen=True, slots=True)
class HeartbeatWanted:
    """Something changed that a heartbeat carries."""


@dataclass(frozen=True, slots=True)
class Show:
    """A sentence on the screen."""

    screen: Screen
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A reminder by sound and light, 0 to 100."""

    moment: str
    attempt: int
    sound: int
    light: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """The reminder ends."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Bring this sachet before the knife and read it."""

    sachet: Sachet


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut this sachet off and let it fall into the tray: given once per sachet, ever."""

    sachet: Sachet


@dataclass(frozen=True, slots=True)
class StopMotor:
    """Stop and draw the roll back; nothing is cut."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """Open the lock: the roll can be reached by hand."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Close the lock."""


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the device's clock."""

    to: datetime


@dataclass(frozen=True, slots=True)
class Reboot:
    """Start again; the answer is in the journal already."""


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget everything but epoch and highest command number."""


@dataclass(frozen=True, slots=True)
class Refused:
    """This input means nothing in this phase; nothing changed."""

    phase: str
    input: str


Output = (
    Record | HeartbeatWanted | Show | Signal | Quiet | Advance | Cut | StopMotor | Unlock | Lock | SetClock
    | Reboot | Wipe | Refused
)  # fmt: skip
