"""Descriptions of sound, its packets, and keys, of telephones and of nobody honest."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import Delivered, Failed
from reik.interop.voice import mapping, rtp, sdp, sound
from reik.interop.voice.rtp import Packet, Presses

PLACE = sdp.Place("192.0.2.1", 4000, 7)


# Descriptions of sound


def test_our_offer_can_be_read():
    made = sdp.read(sdp.offer(PLACE))
    assert made == sdp.Remote("192.0.2.1", 4000, sound.A_LAW, 8, 101, "sendrecv")
    assert made.listens
    assert b"IN IP6 2001:db8::1" in sdp.offer(sdp.Place("2001:db8::1", 4000, 7))


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
def test_our_answer_turns_the_direction_round(direction):
    theirs = sdp.Remote("192.0.2.9", 5000, sound.U_LAW, 96, 97, direction)
    ours = sdp.read(sdp.answer(theirs, PLACE, 1))
    assert (ours.codec, ours.payload_type, ours.events) == (sound.U_LAW, 96, 97)
    assert ours.direction == {"sendonly": "recvonly", "recvonly": "sendonly"}.get(direction, direction)
    assert theirs.listens == (direction in ("sendrecv", "recvonly"))


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        (
            "c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0 8",
            sdp.Remote("192.0.2.1", 5000, 0, 0, None, "sendrecv"),
        ),
        (
            "c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 9 8",
            sdp.Remote("192.0.2.1", 5000, 8, 8, None, "sendrecv"),
        ),
        (
            "c=IN IP4 0.0.0.0\na=sendonly\nm=video 1 RTP/AVP 8\nc=IN IP4 1.2.3.4\na=inactive\n"
            "m=audio 5000 RTP/AVP 99 100\nc=IN IP4 192.0.2.2\na=rtpmap:99 pcma/8000\na=rtpmap:100 Telephone-Event/8000",
            sdp.Remote("192.0.2.2", 5000, 8, 99, 100, "sendonly"),
        ),
        (
            "c=IN IP6 2001:DB8::1\nm=audio 5000/1 RTP/AVPF 8",
            sdp.Remote("2001:db8::1", 5000, 8, 8, None, "sendrecv"),
        ),
        (
            "c=IN IP4 192.0.2.1\nm=audio 0 RTP/AVP 8\nm=audio 5000 RTP/AVP 8\na=recvonly",
            sdp.Remote("192.0.2.1", 5000, 8, 8, None, "recvonly"),
        ),
        (
            "c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 8 0\na=rtpmap:8 G729/8000",
            sdp.Remote("192.0.2.1", 5000, 0, 0, None, "sendrecv"),
        ),
    ],
)
def test_what_telephones_say_of_their_sound(text, remote):
    assert sdp.read(text.encode()) == remote


lines = st.sampled_from(
    ["v=0", "c=IN IP4 192.0.2.1", "c=IN IP4 x", "c=IN IP6 ::", "m=audio 5000 RTP/AVP 8 101", "m=audio 0 RTP/AVP 0",
     "m=audio 5000 RTP/AVP 200 999 0", "m=audio 5000 RTP/SAVP 8", "m=video 1 RTP/AVP 8", "a=sendonly", "a=inactive",
     "a=rtpmap:101 telephone-event/8000", "a=rtpmap:8 PCMU/8000", "a=rtpmap:0 PCMA/16000", "a=rtpmap:999 PCMA/8000",
     "c=IN IP4 255.255.255.255", "c=IN IP4 224.1.1.1/3", "m=audio 99999 RTP/AVP 8", "\0", "m=audio 5 RTP/AVP  "]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300) | st.lists(lines, max_size=12).map(lambda each: "\r\n".join(each).encode()))
def test_any_bytes_are_a_description_or_none(data):
    try:
        made = sdp.read(data)
    except sdp.NoSound:
        return
    assert 0 < made.port < 65536
    assert made.codec in (sound.A_LAW, sound.U_LAW)
    assert 0 <= made.payload_type < 128
    assert isinstance(made.listens, bool)
    again = sdp.read(sdp.answer(made, PLACE, 1))
    assert (again.codec, again.events) == (made.codec, made.events)


def test_a_description_that_is_too_long_is_none():
    with pytest.raises(sdp.NoSound):
        sdp.read(b"c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 8\n" + b"a=x\n" * 5000)


# Packets


@settings(deadline=None)
@given(
    st.integers(0, 127),
    st.booleans(),
    st.integers(0, 2**20),
    st.integers(0, 2**40),
    st.integers(0, 2**32 - 1),
    st.binary(),
)
def test_a_packet_of_ours_can_be_read(kind, marker, sequence, timestamp, source, payload):
    made = rtp.parse(Packet(kind, marker, sequence, timestamp, source, payload).formatted())
    assert made == Packet(kind, marker, sequence % 2**16, timestamp % 2**32, source, payload)


def test_a_packet_with_everything():
    head = struct.pack("!BBHIIII", 0xB2, 0xE5, 1, 2, 3, 4, 5) + struct.pack("!HHI", 0xBEDE, 1, 6)
    assert rtp.parse(head + b"abcd" + b"\0\0\3") == Packet(101, True, 1, 2, 3, b"abcd")


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda data: b"\xb2\x65" + data))
def test_any_bytes_are_a_packet_or_none(data):
    made = rtp.parse(data)
    if made is not None:
        assert len(made.payload) <= len(data) - 12
        assert Presses().hear(made) in ("", *rtp.KEYS)


def event(key: int, timestamp: int, source: int = 1) -> Packet:
    return Packet(101, False, 0, timestamp, source, struct.pack("!BBH", key, 10, 160))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 30)), max_size=60), st.randoms())
def test_each_press_is_one_key_however_its_packets_come(packets, random):
    """Each timestamp is one press of one key; copies come in any order and number."""
    pressed = {timestamp: key for key, timestamp in packets}
    copies = [event(key, timestamp) for timestamp, key in pressed.items() for _ in range(3)]
    random.shuffle(copies)
    presses = Presses()
    assert sorted(filter(None, map(presses.hear, copies))) == sorted(
        rtp.KEYS[key] for key in pressed.values()
    )


def test_tones_that_are_no_keys():
    presses = Presses()
    assert [presses.hear(event(key, key)) for key in (16, 17, 255)] == ["", "", ""]
    assert presses.hear(Packet(101, False, 0, 1, 1, b"\1\0")) == ""
    assert presses.hear(event(1, 1)) == "1"
    assert presses.hear(event(1, 1, source=2)) == "1"


@pytest.mark.parametrize(
    ("kind", "said", "key"),
    [
        ("application/dtmf-relay", b"Signal=1\r\nDuration=160", "1"),
        ("Application/DTMF-Relay;a=b", b"Duration=160\r\nsignal = *", "*"),
        ("application/dtmf", b" 1\r\n", "1"),
        ("application/dtmf", b"11", ""),
        ("application/dtmf-relay", b"Signal=11", ""),
        ("application/dtmf-relay", b"xSignal=1", ""),
        ("text/plain", b"1", ""),
        ("application/dtmf-relay", b"\xff\0", ""),
    ],
)
def test_keys_by_sip_info(kind, said, key):
    assert rtp.info_key(kind, said) == key


@settings(deadline=None)
@given(st.sampled_from(["application/dtmf-relay", "application/dtmf", ""]), st.binary())
def test_any_info_is_a_key_or_none(kind, said):
    assert rtp.info_key(kind, said) in ("", *rtp.KEYS)


def test_what_an_answer_to_options_says():
    assert mapping.health(200) == mapping.health(405) == Delivered()
    assert isinstance(mapping.health(500), Failed)
