"""Elements and bodies of the device contract, and what reading them gives."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reik_dispenser import wire
from reik_dispenser.messages import Parked

AT = datetime(2026, 11, 22, 7, 0, 3, 120_000, tzinfo=UTC)
GOLDEN_KEY = bytes(range(32))
GOLDEN_TOPIC = b"reik/1/REIK-000042/up"
GOLDEN_BODY = (
    b'{"v":1,"epoch":3,"seq":418,"at":"2026-11-22T07:00:03.120Z","type":"sachet_taken_out",\n'
    b' "data":{"moment":"m-20261122-0800","roll":"26-0418","sachet":41,"k":1,"n":2,"how":"in_time"}}'
)
GOLDEN_MAC = b"1Md0c3I2tdj9dsXgiGNzOl4rzcBERvXwQxhzM11fy28"
DATA: dict[str, dict[str, object]] = {
    "started": {
        "reason": "power",
        "firmware": "1.2",
        "model": "open",
        "evidence": "removed",
        "highest_command": 57,
        "session": "0123456789abcdef",
        "capabilities": {"early": True},
    },
    "roll_loaded": {"roll": "26-0418", "first": 1, "last": 60, "count": 58, "by": "u-1"},
    "roll_removed": {"roll": "26-0418", "first": 12, "last": 60, "count": 48, "by": None},
    "roll_refused": {"roll": None, "reason": "unreadable"},
    "signal_started": {"moment": "m-1", "attempt": 2},
    "button_pressed": {"moment": None},
    "sachet_presented": {"moment": "m-1", "roll": "r", "sachet": 4, "k": 1, "n": 2, "how": "late", "by": "u"},
    "sachet_taken_out": {"moment": "m-1", "roll": "r", "sachet": 4, "k": 1, "n": 2, "how": "in_time"},
    "sachet_retained": {"roll": "r", "sachet": 4, "where": "bin"},
    "sachet_removed": {"roll": "r", "sachet": 4, "by": "u-1", "reason": "changed"},
    "moment_closed": {"moment": "m-1", "outcome": "complete"},
    "fault": {"code": "jam", "moment": "m-1", "delta_s": -301.5, "raw": "E42"},
    "fault_cleared": {"fault": {"epoch": 3, "seq": 9}},
    "mains_lost": {"battery_pct": 99, "minutes_left": 600},
    "mains_restored": {"battery_pct": 87.5, "minutes_left": None},
    "unlocked": {"reason": "battery_end"},
    "locked": {"reason": None},
    "paused": {"until": "2026-11-23T07:00:00.000Z", "by": "device"},
    "resumed": {"by": "u-1"},
    "help_pressed": {"by": "device"},
    "plan_applied": {"version": 7, "sha256": "ab" * 32},
    "command_result": {"command": 57, "result": "refused", "reason": "already_out", "sachets": [43, 44]},
    "events_lost": {"epoch": 3, "from": 7, "to": 9, "reason": "full"},
    "event_unsendable": {"type": "fault", "sha256": "cd" * 32},
}


def envelope(**changes: object) -> dict[str, object]:
    element = json.loads(GOLDEN_BODY)
    element.update(changes)
    return {name: value for name, value in element.items() if value is not ...}


def body_of(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read_one(value: object) -> object:
    elements = wire.read_up(body_of(value))
    assert len(elements) == 1
    return elements[0]


def refusal(body: bytes) -> str:
    with pytest.raises(wire.Refused) as caught:
        wire.read_up(body)
    return caught.value.code


def parked(**changes: object) -> tuple[str, str]:
    element = read_one(envelope(**changes))
    assert isinstance(element, Parked), element
    assert element.raw_json == envelope(**changes)
    return element.reason, element.detail
