"""The wire format of the device contract: round trips, every refusal, and bytes that mean nothing."""

import base64
import hashlib
import hmac
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


# MAC


def test_golden_mac() -> None:
    by_hand = base64.urlsafe_b64encode(
        hmac.new(GOLDEN_KEY, GOLDEN_TOPIC + b"\n" + GOLDEN_BODY, hashlib.sha256).digest()
    ).rstrip(b"=")
    assert by_hand == GOLDEN_MAC
    assert len(GOLDEN_MAC) == 43
    payload = wire.sign(GOLDEN_KEY, GOLDEN_TOPIC, GOLDEN_BODY)
    assert payload == GOLDEN_MAC + b"\n" + GOLDEN_BODY
    assert payload == wire.sign(GOLDEN_KEY, GOLDEN_TOPIC.decode(), GOLDEN_BODY)
    assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, payload) == GOLDEN_BODY


def test_mac_covers_every_byte() -> None:
    payload = wire.sign(GOLDEN_KEY, GOLDEN_TOPIC, GOLDEN_BODY)
    for at in range(len(payload)):
        changed = payload[:at] + bytes((payload[at] ^ 1,)) + payload[at + 1 :]
        assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, changed) is None
        assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, payload[:at]) is None
    for at in range(len(GOLDEN_TOPIC)):
        topic = GOLDEN_TOPIC[:at] + bytes((GOLDEN_TOPIC[at] ^ 1,)) + GOLDEN_TOPIC[at + 1 :]
        assert wire.verify(GOLDEN_KEY, topic, payload) is None
    assert wire.verify(GOLDEN_KEY, wire.receipt_topic("REIK-000042").encode(), payload) is None
    assert wire.verify(b"another key", GOLDEN_TOPIC, payload) is None
    assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, GOLDEN_MAC + b"=\n" + GOLDEN_BODY) is None
    assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, GOLDEN_BODY) is None


@given(st.binary(max_size=200))
def test_verify_never_raises(payload: bytes) -> None:
    assert wire.verify(GOLDEN_KEY, GOLDEN_TOPIC, payload) is None


# events


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


# heartbeats


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


# refusals


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"[",
        b"[1,",
        b"nul",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b'{"a":1}{"a":1}',
        b"[{}],",
        b"[{},]",
        b"[,{}]",
        b"[{} {}]",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\x00"}',
        b'{"a":"\\ud800"}',
        b'{"a":["\\udc00\\ud800"]}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":9007199254740993}',
        b'{"a":-9007199254740993}',
        b'{"a":' + b"9" * 60_000 + b"}",
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":1.}',
        b"{'a':1}",
        b'{"a":1}\x0b',
        b"[" * 65_000,
        b'{"a":' * 10_000,
        b"[" * 9 + b"]" * 9,
        b'{"a":' * 9 + b"1" + b"}" * 9,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_refused_json(body: bytes) -> None:
    assert refusal(body) == RefusalCode.JSON


def test_limits_of_json_that_are_allowed() -> None:
    deep: object = 1
    for _ in range(6):
        deep = [deep]
    data = {"moment": 'a\\u0000"{[', "e": 1e300, "deep": deep, "top": 2**53, "low": -(2**53), "😀": "\ud7ff"}
    assert read_one(envelope(data=data)).data == data  # type: ignore[attr-defined]
    assert refusal(body_of([envelope(data=data)])) == RefusalCode.JSON
    escaped = json.dumps(envelope(data={"moment": "😀é\\"})).encode()
    (event,) = wire.read_up(b" \r\n\t[ " + escaped + b" \n] ")
    assert event.data == {"moment": "😀é\\"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        b"1",
        b'"x"',
        b"null",
        b"{}",
        b"[1]",
        b"[[]]",
        b'{"epoch":1}',
        b'{"seq":1}',
        b'{"epoch":0,"seq":1}',
        b'{"epoch":1,"seq":-1}',
        b'{"epoch":1.0,"seq":1}',
        b'{"epoch":true,"seq":1}',
        b'{"epoch":1,"seq":false}',
        b'{"epoch":"1","seq":1}',
        b'[{"epoch":1,"seq":1},{"epoch":1}]',
    ],
)
def test_refused_envelope(body: bytes) -> None:
    assert refusal(body) == RefusalCode.ENVELOPE


def test_refused_count() -> None:
    small = b'{"epoch":1,"seq":1}'
    assert len(wire.read_up(b"[" + b",".join([small] * 100) + b"]")) == 100
    assert refusal(b"[" + b",".join([small] * 101) + b"]") == RefusalCode.COUNT
    assert refusal(b"[]") == refusal(b" [ ] ") == RefusalCode.COUNT


def test_refused_size_of_one_event() -> None:
    room = 8_192 - len(body_of(envelope(type="button_pressed", data={"x": ""})))
    for letter in ("x", "é"):
        size = room // len(letter.encode())
        text = letter * size + "y" * (room - size * len(letter.encode()))
        fits = body_of(envelope(type="button_pressed", data={"x": text}))
        above = body_of(envelope(type="button_pressed", data={"x": text + "y"}))
        assert (len(fits), len(above)) == (8_192, 8_193)
        assert isinstance(wire.read_up(fits)[0], Event)
        assert isinstance(wire.read_up(b" [" + fits + b" , " + fits + b"] ")[1], Event)
        assert refusal(above) == refusal(b"[" + fits + b"," + above + b"]") == RefusalCode.SIZE


def test_refused_size_of_a_payload() -> None:
    event = body_of(envelope(data={"x": "x" * 7_000}))
    body = b"[" + b",".join([event] * 9) + b"]"
    largest = body + b" " * (wire.MAX_PAYLOAD_BYTES - 44 - len(body))
    assert len(wire.sign(GOLDEN_KEY, GOLDEN_TOPIC, largest)) == 65_536
    assert len(wire.read_up(largest)) == 9
    assert refusal(largest + b" ") == RefusalCode.SIZE


def test_mutated_payloads_are_read_or_refused() -> None:
    chance = random.Random(2026)
    events = [Event(epoch=3, seq=i + 1, at=AT, type=t, data=d) for i, (t, d) in enumerate(DATA.items())]
    seeds = [GOLDEN_BODY, *(wire.event_body(event) for event in events), wire.event_body(events[:6])]
    pieces = [b"{", b"[", b'"', b"\\u0000", b"\\ud800", b"NaN", b"9" * 30, b"1e999", b"\xff", b",", b"null"]
    for _ in range(10_000):
        body = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(body))
            end = at + chance.choice((0, 1, 1, 5))
            body[at:end] = chance.choice(pieces) if chance.random() < 0.3 else bytes((chance.randrange(256),))
        for read in (wire.read_up, wire.read_down, wire.read_receipt, wire.read_receipts):
            try:
                found = read(bytes(body))
            except wire.Refused:
                continue
            if read is wire.read_up:
                assert all(isinstance(e, Heartbeat) or len(e.digest) == 32 for e in found)  # type: ignore


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert refusal(body) in set(RefusalCode)


def test_event_body_wants_1_to_100() -> None:
    event = Event(epoch=1, seq=1, at=AT, type="locked", data={})
    for events in ([], [event] * 101):
        with pytest.raises(ValueError, match="1 to 100"):
            wire.event_body(events)


# the way down


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


# names


def test_names_and_topics() -> None:
    for name in ("ABC", "REIK-000042", "0" * 32, "---"):
        assert wire.is_device_name(name)
    for name in ("", "AB", "abc", "A" * 33, "REIK_1", "REIK/1", "REIK+", "RÉIK", "ABC\n", "ABC#"):
        assert not wire.is_device_name(name)
    assert wire.up_topic("ABC") == "reik/1/ABC/up"
    assert wire.down_topic("ABC") == "reik/1/ABC/down"
    assert wire.receipt_topic("ABC") == "reik/1/ABC/receipt"


def test_plan_sha256() -> None:
    moments = [{"moment": "m-1", "at": "2026-11-22T07:00:00.000Z", "local": "08:00", "sachets": [41, 42]}]
    form = b'[{"at":"2026-11-22T07:00:00.000Z","local":"08:00","moment":"m-1","sachets":[41,42]}]'  # sorted
    assert wire.canonical(moments) == form
    assert wire.plan_sha256(moments) == hashlib.sha256(form).hexdigest()
    with pytest.raises(ValueError, match="JSON"):
        wire.canonical([float("nan")])
