"""Events, heartbeats, receipts and commands on the wire: round trips, and what is parked."""

from __future__ import annotations

import hashlib
import json
import random
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik_dispenser import wire
from reik_dispenser.event_fields import FIELDS
from reik_dispenser.messages import (
    Command,
    CommandRefusal,
    CommandType,
    Event,
    EventType,
    Evidence,
    FaultCode,
    Heartbeat,
    How,
    Outcome,
    Parked,
    ParkedReason,
    Receipt,
    RefusalCode,
    RefusedPayload,
    Resend,
    UnreadableCommand,
    or_other,
)
from tests.pure.wire_bodies import AT, DATA, GOLDEN_BODY, body_of, envelope, parked, read_one


def test_golden_event() -> None:
    (event,) = wire.read_up(GOLDEN_BODY)
    data = {"moment": "m-20261122-0800", "roll": "26-0418", "sachet": 41, "k": 1, "n": 2, "how": "in_time"}
    assert event == Event(epoch=3, seq=418, at=AT, type="sachet_taken_out", data=data)
    sorted_form = json.dumps(json.loads(GOLDEN_BODY), sort_keys=True, separators=(",", ":")).encode()
    assert event.digest == hashlib.sha256(sorted_form).digest()


def test_every_type_of_the_table_is_covered() -> None:
    assert {*DATA, "heartbeat"} == set(EventType) == set(FIELDS)


@pytest.mark.parametrize("event_type", DATA)
def test_event_types_round_trip(event_type: str) -> None:
    event = Event(epoch=3, seq=418, at=AT, type=event_type, data=DATA[event_type])
    (read,) = wire.read_up(wire.event_body(event))
    assert read == event
    assert isinstance(read, Event)
    assert read.digest == event.digest


@pytest.mark.parametrize("event_type", DATA)
def test_null_is_not_known_and_a_wrong_kind_is_parked(event_type: str) -> None:
    for name, _, needed in FIELDS[event_type]:
        reasons = (ParkedReason.DATA_FIELD, name)
        assert parked(type=event_type, data={**DATA[event_type], name: [{}]}) == reasons
        if needed:
            assert parked(type=event_type, data={**DATA[event_type], name: None}) == reasons
        else:
            assert isinstance(
                read_one(envelope(type=event_type, data={**DATA[event_type], name: None})), Event
            )


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
INSTANTS = st.integers(0, 32_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
EVENTS = st.builds(
    Event,
    epoch=st.integers(1, 2**53),
    seq=st.integers(1, 2**53),
    at=INSTANTS,
    type=st.just("button_pressed"),
    data=st.dictionaries(st.sampled_from(["x", "é", "z"]), JSON_VALUES, max_size=3),
    source=st.none(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=5))
def test_events_round_trip(events: list[Event]) -> None:
    read = wire.read_up(wire.event_body(events))
    assert read == events
    assert [event.digest for event in read if isinstance(event, Event)] == [event.digest for event in events]
    assert wire.read_up(wire.event_body(events[0])) == events[:1]


def test_unknown_fields_and_values_are_kept_but_not_in_the_way() -> None:
    data = {"moment": "m-1", "how": "by_drone", "new": [1, {"deep": None}]}
    event = read_one(envelope(data=data, later="x"))
    assert isinstance(event, Event)
    assert event.data == data
    assert or_other(How, event.data["how"]) == "other"
    assert event.digest != read_one(envelope(data=data)).digest  # type: ignore[attr-defined]
    assert or_other(Outcome, "complete") == "complete"
    assert or_other(FaultCode, None) == or_other(Evidence, ["removed"]) == "other"


def test_digest_does_not_depend_on_how_it_was_written() -> None:
    compact = wire.read_up(wire.canonical(envelope(data={"moment": "é😀", "raw": None})))
    (spaced,) = wire.read_up(json.dumps(envelope(data={"moment": "é😀", "raw": None}), indent=2).encode())
    assert [element.digest for element in compact] == [spaced.digest]  # type: ignore[union-attr]


def test_parked() -> None:
    assert parked(v=2) == parked(v=...) == parked(v=True) == (ParkedReason.VERSION, "")
    assert parked(type="sang_a_song") == (ParkedReason.UNKNOWN_TYPE, "")
    assert parked(type=...) == parked(type=["fault"]) == (ParkedReason.TYPE, "")
    assert parked(at=...) == parked(at=1_700_000_000) == (ParkedReason.AT, "")
    assert parked(data=...) == parked(data=[]) == parked(data=None) == (ParkedReason.DATA, "")
    assert parked(seq=0) == (ParkedReason.SEQ_ZERO, "")
    assert parked(type="heartbeat", data={"beat": 1, "last_seq": 2}) == (ParkedReason.HEARTBEAT_SEQ, "")
    fault = {"code": "jam", "raw": "é" * 512}
    assert isinstance(read_one(envelope(type="fault", data=fault)), Event)
    assert parked(type="fault", data={**fault, "raw": "é" * 512 + "e"}) == (ParkedReason.RAW_SIZE, "")
    assert parked(type="fault", data={**fault, "raw": [0] * 600}) == (ParkedReason.RAW_SIZE, "")
    assert parked(data={**DATA["sachet_taken_out"], "k": True}) == (ParkedReason.DATA_FIELD, "k")
    assert parked(data={**DATA["sachet_taken_out"], "k": 1.0}) == (ParkedReason.DATA_FIELD, "k")
    lost = {"fault": {"epoch": 3}}
    assert parked(type="fault_cleared", data=lost) == (ParkedReason.DATA_FIELD, "fault")
    sachets = {**DATA["command_result"], "sachets": [1, "2"]}
    assert parked(type="command_result", data=sachets) == (ParkedReason.DATA_FIELD, "sachets")


def test_elements_are_judged_one_by_one() -> None:
    good, odd = envelope(seq=9), envelope(seq=2, epoch=1, type="sang_a_song")
    first, second, third = wire.read_up(body_of([good, odd, good]))
    assert isinstance(first, Event)
    assert isinstance(second, Parked)
    assert (second.epoch, second.seq) == (1, 2)
    assert third == first


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T07:00:03Z",
        "2026-11-22T07:00:03.12Z",
        "2026-11-22T07:00:03.120123Z",
        "2026-11-22T07:00:03.120+00:00",
        "2026-11-22t07:00:03.120z",
        "2026-11-22 07:00:03.120Z",
        "2026-11-22T07:00:60.120Z",
        "2026-02-30T07:00:03.120Z",
        "0000-11-22T07:00:03.120Z",
        "2026-W47-7T07:00:03.120Z",
        "2026-11-22T07:00:03,120Z",
        "２026-11-22T07:00:03.120Z",
        "",
    ],
)
def test_only_one_form_of_at(text: str) -> None:
    assert parked(at=text) == (ParkedReason.AT, "")


def test_at_agrees_with_a_pattern() -> None:
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
    chance = random.Random(1)
    for _ in range(20_000):
        text = list("2026-11-22T07:00:03.120Z")
        for _ in range(chance.randint(1, 3)):
            text[chance.randrange(24)] = chance.choice("0123456789-+:.,TWZ ")
        read = wire.read_at("".join(text))
        assert read is None or form.fullmatch("".join(text))
        assert read is None or wire.write_at(read) == "".join(text)


def test_write_at() -> None:
    east = timezone(timedelta(hours=1))
    assert wire.write_at(datetime(2026, 11, 22, 8, 0, 3, 120_999, tzinfo=east)) == "2026-11-22T07:00:03.120Z"
    with pytest.raises(ValueError, match="time zone"):
        wire.write_at(datetime(2026, 11, 22))  # noqa: DTZ001


def test_heartbeat_round_trips() -> None:
    beat = Heartbeat(
        epoch=3,
        at=AT,
        beat=7,
        last_seq=418,
        state="ready",
        moment=None,
        mains=True,
        battery_pct=99,
        signal_dbm=-71.5,
        plan_version=4,
        roll="26-0418",
        remaining=20,
        clock="ntp",
    )
    body = wire.heartbeat_body(beat)
    assert json.loads(body)["seq"] == 0
    assert wire.read_up(body) == wire.read_up(b"[" + body + b"]") == [beat]
    least = Heartbeat(epoch=1, at=AT, beat=1, last_seq=0)
    assert wire.read_up(wire.heartbeat_body(least)) == [least]


def test_heartbeat_that_cannot_be_used() -> None:
    beat = {"beat": 1, "last_seq": 0}
    together = wire.read_up(body_of([envelope(type="heartbeat", seq=0, data=beat), envelope()]))
    assert isinstance(together[0], Parked)
    assert together[0].reason == ParkedReason.HEARTBEAT_NOT_ALONE
    assert isinstance(together[1], Event)
    assert parked(type="heartbeat", seq=0, data={"beat": 1}) == (ParkedReason.DATA_FIELD, "last_seq")
    wrong = {**beat, "mains": 1}
    assert parked(type="heartbeat", seq=0, data=wrong) == (ParkedReason.DATA_FIELD, "mains")


def test_receipts_round_trip() -> None:
    receipt = Receipt(epoch=3, upto=418, now=AT)
    assert wire.receipt_body(receipt) == b'{"epoch":3,"now":"2026-11-22T07:00:03.120Z","upto":418,"v":1}'
    assert wire.read_receipt(wire.receipt_body(receipt)) == receipt
    assert wire.read_receipts(wire.receipts_body([receipt, receipt])) == [receipt, receipt]
    resend = Resend(epoch=3, resend_from=402, resend_to=405, now=AT)
    assert wire.read_receipt(wire.resend_body(resend)) == resend
    for code in RefusalCode:
        assert wire.read_receipt(wire.refused_body(RefusedPayload(code=code))) == RefusedPayload(code=code)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"v": 2, "epoch": 3, "upto": 4, "now": "2026-11-22T07:00:03.120Z"},
        {"v": 1, "epoch": 3, "upto": 4},
        {"v": 1, "epoch": 3, "upto": "4", "now": "2026-11-22T07:00:03.120Z"},
        {"v": 1, "epoch": 3, "resend_from": 4, "now": "2026-11-22T07:00:03.120Z"},
    ],
)
def test_a_receipt_that_is_not_understood_is_none(value: object) -> None:
    with pytest.raises(wire.Refused):
        wire.read_receipt(body_of(value))


def test_commands_round_trip() -> None:
    for kind in [*CommandType, "dance"]:
        data = {"roll": "26-0418", "sachets": [43, 44]}
        command = Command(command=57, type=kind, expires=AT, now=AT, session="00ff", data=data)
        assert wire.read_down(wire.command_body(command)) == command


def test_commands_that_cannot_be_carried_out() -> None:
    command = Command(command=57, type="pause", expires=AT, now=AT, session="00ff", data={})
    value = json.loads(wire.command_body(command))
    version = UnreadableCommand(command=57, reason=CommandRefusal.VERSION)
    assert wire.read_down(body_of({"v": 2, "command": 57})) == version
    for name in ("type", "expires", "now", "session", "data"):
        unread = wire.read_down(body_of({**value, name: 5}))
        assert unread == UnreadableCommand(command=57, reason=CommandRefusal.NOT_SUPPORTED)
    for body in (b"[]", b"{}", b'{"v":1,"command":"57"}', b"{", b" " * 65_493):
        with pytest.raises(wire.Refused):
            wire.read_down(body)
