"""The wire format of the device contract: its MAC, every refusal, and bytes that mean nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik_dispenser import wire
from reik_dispenser.messages import Event, Heartbeat, RefusalCode
from tests.pure.wire_bodies import (
    AT,
    DATA,
    GOLDEN_BODY,
    GOLDEN_KEY,
    GOLDEN_MAC,
    GOLDEN_TOPIC,
    body_of,
    envelope,
    read_one,
    refusal,
)


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
