"""The fixed words of the device contract, sections 2, 3 and 5, as StrEnums.

Messages keep what they received as a plain string: a value outside these lists stays readable, and
`or_other` makes it `other`, never *out*.
"""

from enum import StrEnum

OTHER = "other"


class EventType(StrEnum):
    """Types of the table in section 3."""

    STARTED = "started"
    HEARTBEAT = "heartbeat"
    ROLL_LOADED = "roll_loaded"
    ROLL_REMOVED = "roll_removed"
    ROLL_REFUSED = "roll_refused"
    SIGNAL_STARTED = "signal_started"
    BUTTON_PRESSED = "button_pressed"
    SACHET_PRESENTED = "sachet_presented"
    SACHET_TAKEN_OUT = "sachet_taken_out"
    SACHET_RETAINED = "sachet_retained"
    SACHET_REMOVED = "sachet_removed"
    MOMENT_CLOSED = "moment_closed"
    FAULT = "fault"
    FAULT_CLEARED = "fault_cleared"
    MAINS_LOST = "mains_lost"
    MAINS_RESTORED = "mains_restored"
    UNLOCKED = "unlocked"
    LOCKED = "locked"
    PAUSED = "paused"
    RESUMED = "resumed"
    HELP_PRESSED = "help_pressed"
    PLAN_APPLIED = "plan_applied"
    COMMAND_RESULT = "command_result"
    EVENTS_LOST = "events_lost"
    EVENT_UNSENDABLE = "event_unsendable"


class Outcome(StrEnum):
    """`outcome` of `moment_closed` (section 3)."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NOT_TAKEN_OUT = "not_taken_out"
    WITHHELD = "withheld"
    PAUSED = "paused"
    DEVICE_FAILURE = "device_failure"


class How(StrEnum):
    """`how` of `sachet_presented` and `sachet_taken_out` (section 3): the device's own view."""

    IN_TIME = "in_time"
    EARLY = "early"
    LATE = "late"
    ASSISTED = "assisted"
    TAKE_ALONG = "take_along"


class FaultCode(StrEnum):
    """`code` of `fault` (section 3)."""

    JAM = "jam"
    CUT_FAILED = "cut_failed"
    SACHET_UNREADABLE = "sachet_unreadable"
    WRONG_SACHET = "wrong_sachet"
    WRONG_SEQUENCE = "wrong_sequence"
    WRONG_ROLL = "wrong_roll"
    ROLL_EMPTY = "roll_empty"
    TRAY_FULL = "tray_full"
    LID_OPEN = "lid_open"
    BATTERY_LOW = "battery_low"
    BATTERY_END = "battery_end"
    NETWORK = "network"
    CLOCK_JUMP = "clock_jump"
    JOURNAL_FULL = "journal_full"
    NO_PLAN = "no_plan"
    PLAN_ENDING = "plan_ending"
    PAUSE_ENDED = "pause_ended"
    OTHER = "other"


class DeviceState(StrEnum):
    """`state` of `heartbeat` (section 3)."""

    READY = "ready"
    SIGNALLING = "signalling"
    PRESENTING = "presenting"
    PAUSED = "paused"
    HELD = "held"
    NO_PLAN = "no_plan"
    EMPTY = "empty"
    FAULT = "fault"
    UNLOCKED = "unlocked"


class Clock(StrEnum):
    """`clock` of `heartbeat`: what the device's time rests on (sections 3 and 6)."""

    NTP = "ntp"
    NETWORK = "network"
    REIK = "reik"
    FREE = "free"


class Evidence(StrEnum):
    """`evidence` of `started` (section 3, R26): the most that this device can ever prove."""

    PRESSED = "pressed"
    HANDED_OUT = "handed_out"
    REMOVED = "removed"


class StartReason(StrEnum):
    """`reason` of `started` (section 3)."""

    POWER = "power"
    WATCHDOG = "watchdog"
    UPDATE = "update"
    WIPE = "wipe"
    ENROLLED = "enrolled"


class RollRefusal(StrEnum):
    """`reason` of `roll_refused` (section 3)."""

    OTHER_CLIENT = "other_client"
    OTHER_PERIOD = "other_period"
    NOT_EXPECTED = "not_expected"
    FORMAT = "format"
    UNREADABLE = "unreadable"
    NOT_EMPTY = "not_empty"
    RECALLED = "recalled"


class RetainedWhere(StrEnum):
    """`where` of `sachet_retained` (section 3)."""

    ROLL = "roll"
    TRAY = "tray"
    BIN = "bin"


class UnlockReason(StrEnum):
    """`reason` of `unlocked` (section 3)."""

    BATTERY_END = "battery_end"
    COMMAND = "command"


class CommandType(StrEnum):
    """Types of the table in section 5."""

    SET_PLAN = "set_plan"
    HOLD_SACHETS = "hold_sachets"
    RELEASE_SACHETS = "release_sachets"
    PRESENT_NOW = "present_now"
    PAUSE = "pause"
    RESUME = "resume"
    EXPECT_ROLL = "expect_roll"
    SETTINGS = "settings"
    UNLOCK = "unlock"
    IDENTIFY = "identify"
    REBOOT = "reboot"
    WIPE = "wipe"


WITHHOLDING = frozenset({CommandType.HOLD_SACHETS, CommandType.PAUSE})
PERMITTING = frozenset(
    {
        CommandType.SET_PLAN,
        CommandType.RELEASE_SACHETS,
        CommandType.PRESENT_NOW,
        CommandType.RESUME,
        CommandType.EXPECT_ROLL,
        CommandType.WIPE,
    }
)
EXPIRES_WITHIN_A_DAY = frozenset(
    {CommandType.PRESENT_NOW, CommandType.RELEASE_SACHETS, CommandType.UNLOCK, CommandType.WIPE}
)


class PresentReason(StrEnum):
    """`reason` of `present_now` (section 5)."""

    TAKE_ALONG = "take_along"
    STAFF = "staff"


class CommandOutcome(StrEnum):
    """`result` of `command_result` (section 3)."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class CommandRefusal(StrEnum):
    """Reasons of a refused command (section 5)."""

    EXPIRED = "expired"
    CLOCK = "clock"
    VERSION = "version"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_MOMENT = "unknown_moment"
    UNKNOWN_ROLL = "unknown_roll"
    ALREADY_OUT = "already_out"
    TOO_LATE = "too_late"
    HELD = "held"
    PAUSED = "paused"
    BUSY = "busy"
    FAULT = "fault"
    SHA256 = "sha256"
    TOO_BIG = "too_big"
    NOT_SUPPORTED = "not_supported"
    OUT_OF_ORDER = "out_of_order"


class RefusalCode(StrEnum):
    """Why a whole payload is refused (section 2)."""

    SIZE = "size"
    JSON = "json"
    COUNT = "count"
    ENVELOPE = "envelope"


class ParkedReason(StrEnum):
    """Why a received element waits for a person (section 2; the words are Reik's own)."""

    VERSION = "version"
    TYPE = "type"
    UNKNOWN_TYPE = "unknown_type"
    AT = "at"
    DATA = "data"
    DATA_FIELD = "data_field"
    RAW_SIZE = "raw_size"
    SEQ_ZERO = "seq_zero"
    HEARTBEAT_SEQ = "heartbeat_seq"
    HEARTBEAT_NOT_ALONE = "heartbeat_not_alone"


def or_other(words: type[StrEnum], value: object) -> str:
    """`value` if it is one of `words`, else `other`: an unknown value is never *out* (section 2)."""
    return value if isinstance(value, str) and value in words._value2member_map_ else OTHER
