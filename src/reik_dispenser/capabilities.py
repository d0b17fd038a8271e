"""What a type of dispenser and its link can and cannot do (device contract, section 3; R26, R35, R80).

The device says it in `capabilities` of `started`; for a brand behind a cloud the adapter says it. None always
means *not known*, and what is not known is never assumed: a screen or a rule takes the careful side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from reik_dispenser.messages import Evidence


class RollChange(StrEnum):
    """When a roll may be exchanged."""

    ANY_TIME = "any_time"
    AFTER_LAST_SACHET = "after_last_sachet"


class Reports(StrEnum):
    """What the link delivers (R80)."""

    EVERY_MOMENT = "every_moment"
    DEVIATIONS_ONLY = "deviations_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Capability descriptor of a type of dispenser. None = not known.

    `evidence`: an Evidence word, or a later one kept as it came. `windows`: minutes that can be chosen as
    window, empty = any number of minutes. `early`: can hand out before the moment. `battery_hours`: hours
    that it goes on without mains. `unlocks_at_battery_end`: the roll can then be reached by hand.
    `networks`: of `wifi`, `ethernet`, `mobile`. `languages`: BCP 47. `sound`: of `tone`, `voice`.
    `roll_format`: its name. `heartbeat_minutes`: 0 = the link has no heartbeat.
    """

    evidence: str | None = None
    senses_removal: bool | None = None
    can_hold_single_sachets: bool | None = None
    windows: tuple[int, ...] | None = None
    early: bool | None = None
    battery_hours: float | None = None
    unlocks_at_battery_end: bool | None = None
    networks: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    sound: tuple[str, ...] | None = None
    roll_format: str | None = None
    roll_change: str | None = None
    reports: str | None = None
    heartbeat_minutes: float | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Capabilities":
        """From `capabilities` of `started`: an unknown field is ignored, a wrong kind of value not known."""
        return cls(
            evidence=_text(data.get("evidence")),
            senses_removal=_yes_no(data.get("senses_removal")),
            can_hold_single_sachets=_yes_no(data.get("can_hold_single_sachets")),
            windows=_minutes(data.get("windows")),
            early=_yes_no(data.get("early")),
            battery_hours=_number(data.get("battery_hours")),
            unlocks_at_battery_end=_yes_no(data.get("unlocks_at_battery_end")),
            networks=_texts(data.get("networks")),
            languages=_texts(data.get("languages")),
            sound=_texts(data.get("sound")),
            roll_format=_text(data.get("roll_format")),
            roll_change=_text(data.get("roll_change")),
            reports=_text(data.get("reports")),
            heartbeat_minutes=_number(data.get("heartbeat_minutes")),
        )

    def to_data(self) -> dict[str, object]:
        """As JSON values, every field written, null when not known."""
        values = ((name, getattr(self, name)) for name in _NAMES)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


_NAMES = tuple(f.name for f in fields(Capabilities))


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str) else None


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _minutes(value: object) -> tuple[int, ...] | None:
    if isinstance(value, list | tuple) and all(type(item) is int and item > 0 for item in value):
        return tuple(value)
    return None


def _texts(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


# Sources in square brackets are those of the vendor scan (docs: research/vendors, section 8).
REIK_OPEN = Capabilities(
    # Our own open device on this contract (N17): a sensed tray, every option of section 5.
    evidence=Evidence.REMOVED.value,
    senses_removal=True,
    can_hold_single_sachets=True,
    windows=(),
    early=True,
    battery_hours=24.0,  # design target of the open hardware, not measured
    unlocks_at_battery_end=True,
    networks=("wifi", "ethernet", "mobile"),
    languages=("nl", "en", "tr", "ar", "pl"),
    sound=("tone", "voice"),
    roll_format="baxter",
    roll_change=RollChange.ANY_TIME.value,
    reports=Reports.EVERY_MOMENT.value,
    heartbeat_minutes=5.0,
)

MEDIDO_LIKE = Capabilities(
    # Inferred: Digizo says that the dispenser registers the press on the button, so no more is claimed.
    evidence=Evidence.PRESSED.value,
    senses_removal=False,  # inferred from the same sentence
    can_hold_single_sachets=False,  # inferred: a mid-roll change is a procedure by hand [MQ]
    windows=(45, 75),  # [MF]
    early=True,  # early take-out is a topic of the device help [MQ]
    battery_hours=None,  # not found
    unlocks_at_battery_end=None,  # not found
    networks=("mobile",),  # GPRS [MT]
    languages=("nl",),  # inferred from the home market
    sound=("tone",),  # sound reminder, volume set remotely [MF, MT]
    roll_format="baxter",  # inferred: roll in a cassette; which formats fit was not found
    roll_change=RollChange.AFTER_LAST_SACHET.value,  # inferred from "certain dispensers" [DZ]
    reports=Reports.DEVIATIONS_ONLY.value,  # inferred: the links carry notices [DZ]
    heartbeat_minutes=0.0,  # inferred: none found in the cloud link, the link itself is polled (R80)
)

SPENCER_LIKE = Capabilities(
    evidence=Evidence.HANDED_OUT.value,  # inferred: barcodes [SP7], no sensor for removal found
    senses_removal=False,  # inferred, as above
    can_hold_single_sachets=False,  # inferred: at a change the answer is "tell the pharmacist"
    windows=(120,),  # inferred: a study counts "taken" within 2 h [SP4]; other settings were not found
    early=None,  # not found
    battery_hours=4.0,  # [SP3]
    unlocks_at_battery_end=True,  # then the lid unlocks and the client tears packs by label [SP3]
    networks=None,  # not found
    languages=("nl", "en"),  # inferred from the markets
    sound=("tone",),  # inferred: touch screen with dose alerts and video chat [SP2]
    roll_format="spencer_box",  # own refill box packed by the pharmacist [SP7]
    roll_change=RollChange.ANY_TIME.value,  # inferred: a refill box is exchanged as a whole
    reports=Reports.EVERY_MOMENT.value,  # inferred from the dashboards per dose [SP1, SP5]
    heartbeat_minutes=0.0,  # inferred: none found in the cloud link (R80)
)
