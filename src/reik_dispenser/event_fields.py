"""Which data each event type carries (device contract, section 3, the table), and whether an element fits.

Null is *not known* and a missing field is read as null. `!` marks the few fields without which nothing of
the event remains to be understood; any other field may be null or missing. Words of a fixed list are kept
as they came: `messages.or_other` reads them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from reik_dispenser.canonical import canonical, read_at
from reik_dispenser.messages import VERSION, Element, Event, Heartbeat, Parked, ParkedReason, RefusalCode
from reik_dispenser.strict_json import Refused

MAX_RAW_BYTES = 1_024

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "number": (int, float),
    "object": (dict,),
    "ints": (list,),
    "event": (dict,),
}
_SACHET_OUT = "moment:str! roll:str sachet:int k:int n:int how:str by:str"
_MAINS = "battery_pct:number minutes_left:number"
_TABLE = {
    "started": "reason:str firmware:str model:str evidence:str highest_command:int session:str "
    "capabilities:object",
    "heartbeat": "beat:int! last_seq:int! state:str moment:str mains:bool battery_pct:number "
    "signal_dbm:number plan_version:int roll:str remaining:int clock:str",
    "roll_loaded": "roll:str first:int last:int count:int by:str",
    "roll_removed": "roll:str first:int last:int count:int by:str",
    "roll_refused": "roll:str reason:str",
    "signal_started": "moment:str! attempt:int",
    "button_pressed": "moment:str",
    "sachet_presented": _SACHET_OUT,
    "sachet_taken_out": _SACHET_OUT,
    "sachet_retained": "roll:str sachet:int where:str",
    "sachet_removed": "roll:str sachet:int by:str reason:str",
    "moment_closed": "moment:str! outcome:str!",
    "fault": "code:str! moment:str delta_s:number",
    "fault_cleared": "fault:event!",
    "mains_lost": _MAINS,
    "mains_restored": _MAINS,
    "unlocked": "reason:str",
    "locked": "reason:str",
    "paused": "until:str by:str",
    "resumed": "until:str by:str",
    "help_pressed": "until:str by:str",
    "plan_applied": "version:int! sha256:str!",
    "command_result": "command:int! result:str! reason:str sachets:ints",
    "events_lost": "epoch:int! from:int! to:int! reason:str",
    "event_unsendable": "type:str sha256:str",
}


def _row(fields: str) -> tuple[tuple[str, tuple[type, ...], bool], ...]:
    parts = ([*part.rstrip("!").split(":"), part] for part in fields.split())
    return tuple((name, _KINDS[kind], whole.endswith("!")) for name, kind, whole in parts)


FIELDS = {name: _row(fields) for name, fields in _TABLE.items()}
BEAT_FIELDS = tuple(name for name, _, _ in FIELDS["heartbeat"])


def _integers(values: object) -> bool:
    return values is None or (isinstance(values, list) and all(type(value) is int for value in values))


def _names_event(value: object) -> bool:
    return isinstance(value, dict) and type(value.get("epoch")) is int and type(value.get("seq")) is int


_DEEP: dict[str, tuple[str, Callable[[object], bool]]] = {
    "command_result": ("sachets", _integers),
    "fault_cleared": ("fault", _names_event),
}


def unfit_field(event_type: str, data: Mapping[str, object]) -> str:
    """Name of the first field of a wrong kind, or of a needed one that is missing; empty when all fit.

    `event_type` is one of the table.
    """
    for name, kinds, needed in FIELDS[event_type]:
        value = data.get(name)
        if value is None:
            if needed:
                return name
        elif type(value) not in kinds:
            return name
    if event_type in _DEEP:
        name, fits = _DEEP[event_type]
        return "" if fits(data.get(name)) else name
    return ""


def raw_too_big(raw: object) -> bool:
    """Whether `raw` is above 1,024 bytes: a text by its UTF-8, anything else by its canonical form."""
    size = len(raw.encode()) if isinstance(raw, str) else len(canonical(raw))
    return size > MAX_RAW_BYTES


def judge_element(value: object, alone: bool) -> Element:
    """One element of an `up` body (section 2): Refused `envelope`, or what was received.

    `alone` is whether it came as the only one, as a heartbeat must.
    """
    if type(value) is not dict:
        raise Refused(RefusalCode.ENVELOPE)
    epoch, seq = value.get("epoch"), value.get("seq")
    if type(epoch) is not int or type(seq) is not int or epoch < 1 or seq < 0:
        raise Refused(RefusalCode.ENVELOPE)
    at = read_at(value.get("at"))
    reason, detail = _flaw(value, at, seq, alone)
    if reason is not None or at is None:
        return Parked(epoch=epoch, seq=seq, raw_json=value, reason=reason or ParkedReason.AT, detail=detail)
    if seq == 0:
        return _heartbeat(epoch, at, value["data"])
    return Event(epoch=epoch, seq=seq, at=at, type=value["type"], data=value["data"], source=value)


def _flaw(
    value: Mapping[str, object], at: datetime | None, seq: int, alone: bool
) -> tuple[ParkedReason | None, str]:
    """Why this element cannot be understood, and of which field; (None, "") when it can."""
    version, event_type, data = value.get("v"), value.get("type"), value.get("data")
    reason = None
    if type(version) is not int or version != VERSION:
        reason = ParkedReason.VERSION
    elif type(event_type) is not str:
        reason = ParkedReason.TYPE
    elif event_type not in FIELDS:
        reason = ParkedReason.UNKNOWN_TYPE
    elif at is None:
        reason = ParkedReason.AT
    elif type(data) is not dict:
        reason = ParkedReason.DATA
    elif event_type == "heartbeat" and (seq or not alone):
        reason = ParkedReason.HEARTBEAT_SEQ if seq else ParkedReason.HEARTBEAT_NOT_ALONE
    elif not seq and event_type != "heartbeat":
        reason = ParkedReason.SEQ_ZERO
    elif "raw" in data and raw_too_big(data["raw"]):
        reason = ParkedReason.RAW_SIZE
    elif field := unfit_field(event_type, data):
        return ParkedReason.DATA_FIELD, field
    return reason, ""


def _heartbeat(epoch: int, at: datetime, data: Mapping[str, Any]) -> Heartbeat:
    known: dict[str, Any] = {name: data.get(name) for name in BEAT_FIELDS}
    return Heartbeat(epoch=epoch, at=at, **known)
