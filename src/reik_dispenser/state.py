"""Everything a device knows, frozen, and the phase it is in: read from the state, so that they cannot disagree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from reik_dispenser.messages import Clock, FaultCode, How, Outcome, UnlockReason
from reik_dispenser.roll import ExpectedRoll, Moment, Roll, Sachet


class Phase(StrEnum):
    """What the device is busy with; the first that fits, in this order."""

    OFF = "off"
    ADVANCING = "advancing"
    CUTTING = "cutting"
    UNLOCKED = "unlocked"
    TRAY = "tray"
    FAULT = "fault"
    PAUSED = "paused"
    UNTIMED = "untimed"
    OPEN = "open"
    READY = "ready"


class Stage(StrEnum):
    """How far the hand-over of one sachet is."""

    ADVANCING = "advancing"
    CUTTING = "cutting"
    TRAY = "tray"


BLOCKING = frozenset(
    {
        FaultCode.JAM, FaultCode.CUT_FAILED, FaultCode.SACHET_UNREADABLE, FaultCode.WRONG_SACHET,
        FaultCode.WRONG_SEQUENCE, FaultCode.WRONG_ROLL, FaultCode.TRAY_FULL, FaultCode.LID_OPEN,
    }
)  # fmt: skip
"""Faults under which nothing is presented."""


@dataclass(frozen=True, kw_only=True)  # no slots: `ends` is asked at every step and reckoned once
class Plan:
    """The plan in force. `moments` rise by `at`; `applied_at` is when the device took it on."""

    version: int
    sha256: str
    moments: tuple[Moment, ...]
    applied_at: datetime
    client_label: str = ""
    zone: str = ""
    roll: str | None = None
    warned: int = 0  # how many of the two warnings that it ends were given

    @cached_property
    def ends(self) -> datetime | None:
        """Its last moment's latest hand-out time; None for a plan without moments."""
        return max((moment.late_ends for moment in self.moments), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A moment that has begun: it ends under the plan it began under.

    `presented` and `out` are sachet numbers; `closed` is what was last reported; `failed`: a sachet was lost to
    a fault; `missed`: the window was over before the moment could begin, and what that makes of it.
    """

    moment: Moment
    presented: frozenset[int] = frozenset()
    out: frozenset[int] = frozenset()
    attempt: int = 0
    closed: Outcome | None = None
    failed: bool = False
    missed: Outcome | None = None
    ended: bool = False

    @property
    def complete(self) -> bool:
        """All sachets out, as far as the device's evidence goes."""
        return len(self.out) == len(self.moment.sachets)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One sachet on its way. `how` and `by` are set for `present_now`; `stay` is the roll's stay."""

    stage: Stage
    moment: str
    sachet: Sachet
    since: datetime
    stay: int
    how: How | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What `present_now` still has to present, in order; lapses at `until` and by a reboot."""

    moments: tuple[str, ...]
    how: How
    by: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """When sachets of a moment were last actually presented (invariant 3)."""

    moment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Withholding by command. `over` once `until` was reported; it goes on all the same."""

    until: datetime
    by: str | None
    over: bool = False


@dataclass(frozen=True, slots=True)
class OpenFault:
    """An episode; epoch and seq of its event, 0 when the journal was too full to record it."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timekeeping:
    """What the clock rests on (section 6). `suspect` after a jump of more than 300 s, until sources agree."""

    source: Clock = Clock.FREE
    heard_at: datetime | None = None
    valid: bool = False
    suspect: bool = False
    agreed: frozenset[Clock] = frozenset()

    @property
    def may_present(self) -> bool:
        """Whether what the clock says is good enough to present by."""
        return self.valid and not self.suspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """`unlock` or `wipe`, shown on the device since `since` before it is done."""

    type: str
    command: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a command: the same number gets the same answer."""

    command: int
    result: str
    reason: str | None = None
    sachets: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`settings` (section 5, R42)."""

    volume: int = 70
    light: int = 70
    voice: bool = False
    assisted: bool = False
    language: str = "nl"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The whole state.

    `recent` holds the last two moments presented; `used` the
    sachets of each roll that were cut or taken out by hand; `lost` the one whose cut ended in a fault.
    """

    powered: bool = False
    epoch: int = 0
    seq: int = 0
    session: str = ""
    evidence: str = "removed"
    unlocks_at_battery_end: bool = True
    clock: Timekeeping = Timekeeping()
    last_now: datetime | None = None
    plan: Plan | None = None
    progress: Mapping[str, Progress] = field(default_factory=dict)
    ended: Mapping[str, datetime] = field(default_factory=dict)
    recent: tuple[Given, ...] = ()
    expected: tuple[ExpectedRoll, ...] = ()
    roll: Roll | None = None
    stays: int = 0
    used: Mapping[str, frozenset[int]] = field(default_factory=dict)
    holds: frozenset[Sachet] = frozenset()
    pause: Pause | None = None
    hand_over: HandOver | None = None
    lost: HandOver | None = None
    grant: Grant | None = None
    faults: Mapping[FaultCode, OpenFault] = field(default_factory=dict)
    mains: bool = True
    battery_pct: float | None = None
    signal_dbm: float | None = None
    unlocked: UnlockReason | None = None
    announced: tuple[Announced, ...] = ()
    wiping: bool = False
    highest: int | None = 0
    answers: tuple[Answer, ...] = ()
    settings: Settings = Settings()
    journal_full: bool = False
    wake_at: datetime | None = None

    @property
    def senses_removal(self) -> bool:
        """Whether a sensor sees the tray (R26)."""
        return self.evidence == "removed"

    @property
    def blocked(self) -> bool:
        """Whether a fault is open under which nothing is presented."""
        return not BLOCKING.isdisjoint(self.faults)

    @property
    def stage(self) -> Stage | None:
        """The stage of the hand-over under way."""
        return self.hand_over.stage if self.hand_over else None

    @property
    def open_moments(self) -> tuple[Progress, ...]:
        """Begun, not complete and not ended, by `at`."""
        found = [each for each in self.progress.values() if not each.complete and not each.ended]
        return tuple(sorted(found, key=lambda each: (each.moment.at, each.moment.moment)))

    @property
    def phase(self) -> Phase:
        """What the device is busy with."""
        if not self.powered:
            return Phase.OFF
        if self.stage in (Stage.ADVANCING, Stage.CUTTING):
            return Phase(str(self.stage))
        for here, phase in (
            (self.unlocked is not None, Phase.UNLOCKED),
            (self.stage is Stage.TRAY, Phase.TRAY),
            (self.blocked, Phase.FAULT),
            (self.pause is not None, Phase.PAUSED),
            (not self.clock.may_present, Phase.UNTIMED),
            (bool(self.progress) and bool(self.open_moments), Phase.OPEN),
        ):
            if here:
                return phase
        return Phase.READY


LAPSE = timedelta(hours=24)
"""A source of time that was not heard for so long is no longer trusted: the clock is `free`."""
