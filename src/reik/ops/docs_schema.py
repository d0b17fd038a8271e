"""The JSON Schema of the device protocol, as `reik_dispenser` reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from reik_dispenser import words
from reik_dispenser.event_fields import FIELDS
from reik_dispenser.messages import VERSION, CommandType, EventType, RefusalCode
from reik_dispenser.wire import MAX_ELEMENTS

WRITTEN_BY = "Written by `python -m reik.ops.docs`; do not edit."
Schema = dict[str, object]

_WHOLE: Schema = {"type": "integer", "minimum": -(2**53), "maximum": 2**53}
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53}
_KINDS: Mapping[str, Schema] = {
    "str": {"type": "string"},
    "int": _WHOLE,
    "bool": {"type": "boolean"},
    "number": {"type": "number"},
    "object": {"type": "object"},
    "ints": {"type": "array", "items": _WHOLE},
    "names": {"type": "array", "items": {"type": "string"}},
    "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "session": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    "label": {"type": "string", "maxLength": 20},
    "text": {"type": "string", "maxLength": 80},
    "percent": {"type": "integer", "minimum": 0, "maximum": 100},
    "event": {
        "type": "object",
        "required": ["epoch", "seq"],
        "properties": {"epoch": _COUNT, "seq": _COUNT},
    },
    "moments": {"type": "array", "maxItems": 240, "items": {"$ref": "#/$defs/planned_moment"}},
}
_OF_TYPES: Mapping[tuple[type, ...], str] = {
    (str,): "str", (int,): "int", (bool,): "bool", (int, float): "number", (dict,): "object", (list,): "ints",
}  # fmt: skip
# Fields of which the contract says more than their kind.
_EXACT: Mapping[tuple[str, str], str | type[StrEnum]] = {
    ("started", "reason"): words.StartReason,
    ("started", "evidence"): words.Evidence,
    ("started", "session"): "session",
    ("heartbeat", "state"): words.DeviceState,
    ("heartbeat", "clock"): words.Clock,
    ("roll_refused", "reason"): words.RollRefusal,
    ("sachet_presented", "how"): words.How,
    ("sachet_taken_out", "how"): words.How,
    ("sachet_retained", "where"): words.RetainedWhere,
    ("moment_closed", "outcome"): words.Outcome,
    ("fault", "code"): words.FaultCode,
    ("fault_cleared", "fault"): "event",
    ("unlocked", "reason"): words.UnlockReason,
    ("locked", "reason"): words.UnlockReason,
    ("paused", "until"): "at",
    ("plan_applied", "sha256"): "sha256",
    ("command_result", "result"): words.CommandOutcome,
    ("command_result", "reason"): words.CommandRefusal,
    ("event_unsendable", "sha256"): "sha256",
    ("present_now", "reason"): words.PresentReason,
}
# The data of commands (device protocol, section 5); `!` marks what is never missing.
_BY_WHOM = "by:str! reason:str"
_SACHETS = "roll:str! sachets:ints!"
_COMMAND_DATA: Mapping[CommandType, str] = {
    CommandType.SET_PLAN: "version:int! sha256:sha256! client_label:label! zone:str! roll:str moments:moments!",
    CommandType.HOLD_SACHETS: _SACHETS,
    CommandType.RELEASE_SACHETS: _SACHETS,
    CommandType.PRESENT_NOW: "moments:names! by:str! reason:str!",
    CommandType.PAUSE: "until:at! by:str!",
    CommandType.RESUME: "by:str!",
    CommandType.EXPECT_ROLL: "roll:str! first:int! last:int! count:int! from:at! until:at! sha256:sha256",
    CommandType.SETTINGS: "volume:percent light:percent voice:bool assisted:bool language:str text:text",
    CommandType.UNLOCK: _BY_WHOM,
    CommandType.IDENTIFY: _BY_WHOM,
    CommandType.REBOOT: _BY_WHOM,
    CommandType.WIPE: _BY_WHOM,
}
_PLANNED_MOMENT = (
    "moment:str! at:at! local:str! signals:ints! early_min:int! window_min:int! late_min:int! gap_min:int! "
    "roll:str sachets:ints! whole:bool!"
)


def _field(owner: str, name: str, kind: str, needed: bool) -> Schema:
    exact = _EXACT.get((owner, name), kind)
    made: Schema = {"enum": [word.value for word in exact]} if not isinstance(exact, str) else _KINDS[exact]
    return made if needed else {"anyOf": [made, {"type": "null"}]}


def _object(owner: str, rows: Iterator[tuple[str, str, bool]]) -> Schema:
    fields = list(rows)
    properties = {name: _field(owner, name, kind, needed) for name, kind, needed in fields}
    required = [name for name, _, needed in fields if needed]
    made: Schema = {"type": "object", "properties": properties}
    if required:
        made["required"] = required
    return made


def _parsed(fields: str) -> Iterator[tuple[str, str, bool]]:
    for field in fields.split():
        name, kind = field.rstrip("!").split(":")
        yield name, kind, field.endswith("!")


def _of_table(event_type: str) -> Iterator[tuple[str, str, bool]]:
    for name, kinds, needed in FIELDS[event_type]:
        yield name, _OF_TYPES[kinds], needed


def _envelope(properties: Schema, data: Mapping[str, Schema], prefix: str) -> Schema:
    """An object whose `type` says which of `data` its `data` is."""
    cases = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"properties": {"data": {"$ref": f"#/$defs/{prefix}{kind}"}}},
        }
        for kind in data
    ]
    whole: Schema = {
        "v": {"const": VERSION},
        **properties,
        "type": {"enum": list(data)},
        "data": {"type": "object"},
    }
    return {"type": "object", "required": list(whole), "properties": whole, "allOf": cases}


def schema() -> Schema:
    """JSON Schema (2020-12) of the bodies on the three topics, as a sender of version 1 writes them."""
    events = {kind.value: _object(kind, _of_table(kind)) for kind in EventType}
    heartbeat = {"heartbeat": events.pop("heartbeat")}
    commands = {kind.value: _object(kind, _parsed(fields)) for kind, fields in _COMMAND_DATA.items()}
    at, one = _KINDS["at"], {"type": "integer", "minimum": 1, "maximum": 2**53}
    event: Schema = {"$ref": "#/$defs/event"}
    several: Schema = {"type": "array", "minItems": 1, "maxItems": MAX_ELEMENTS, "items": event}
    defs: Schema = {
        "up": {
            "description": "Body on reik/1/{device}/up: one event, a heartbeat alone, or 1 to 100 events.",
            "anyOf": [event, {"$ref": "#/$defs/heartbeat"}, several],
        },
        "down": {"description": "Body on reik/1/{device}/down: one command.", "$ref": "#/$defs/command"},
        "receipt": {
            "description": "Body on reik/1/{device}/receipt: a receipt, a gap to send again, or a refusal.",
            "anyOf": [
                _flat(epoch=_COUNT, upto=_COUNT, now=at),
                _flat(epoch=_COUNT, resend_from=one, resend_to=one, now=at),
                _flat(refused={"enum": [code.value for code in RefusalCode]}),
            ],
        },
        "event": _envelope({"epoch": one, "seq": one, "at": at}, events, "event_"),
        "heartbeat": _envelope({"epoch": one, "seq": {"const": 0}, "at": at}, heartbeat, "event_"),
        "command": _envelope(
            {"command": one, "expires": at, "now": at, "session": {"type": "string"}}, commands, "command_"
        ),
        "planned_moment": _object("planned_moment", _parsed(_PLANNED_MOMENT)),
        **{f"event_{kind}": made for kind, made in {**events, **heartbeat}.items()},
        **{f"command_{kind}": made for kind, made in commands.items()},
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Reik device protocol, version {VERSION}",
        "description": f"Bodies without their MAC line. Unknown fields are ignored. {WRITTEN_BY}",
        "anyOf": [{"$ref": f"#/$defs/{topic}"} for topic in ("up", "down", "receipt")],
        "$defs": defs,
    }


def _flat(**properties: object) -> Schema:
    whole = {"v": {"const": VERSION}, **properties}
    return {"type": "object", "required": list(whole), "properties": whole}
