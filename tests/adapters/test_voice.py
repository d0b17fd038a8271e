"""What a call says and means, its address, and every parser of it with bytes that nobody honest sends."""

from __future__ import annotations

import json
import struct
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import ADAPTERS, Accepted, AddressRefused, Delivered, Failed
from reik.interop.voice import mapping, port, rtp, sdp, sound
from reik.interop.voice.address import phone
from reik.interop.voice.rtp import Packet, Presses
from reik.interop.voice.words import WORDS
from reik.kernel.operations import is_on_this_machine
from reik.sip.places import Receiver, Transport

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-000000000001"
ADDRESS = "voice+tls://sip.example/?to=+31612345678&from=+31201234567"


def body(kind: str, **data: object) -> str:
    return json.dumps({"type": kind, "timestamp": "2026-11-23T07:00:00Z", "data": data})


# What is said


STEP = body(
    "alert.step", alert="0193548c-7a00-7000-8000-00000000a7f3", client="0193548c-7a00-7000-8000-000000000003",
    cause="not_out", priority=0, due_at="2026-11-23T07:00:00Z", responder="Bea", wait_s=300,
)  # fmt: skip


def test_an_alert_says_its_number_and_which_keys_there_are():
    script = mapping.script(STEP, KEY)
    assert script.says == ("alert", "a", "7", "f", "3", "keys")
    assert script.number == "A7F3"
    assert script.useful_until == NOW + timedelta(seconds=300)
    text = " ".join(WORDS["nl"][each] for each in script.says)
    assert text == (
        "Dit is Reik. Er is een melding, nummer a, alfa zeven f, foxtrot drie "
        "Toets 1 om haar aan te nemen. Toets 2 om haar door te geven. Toets sterretje om te herhalen."
    )


def test_an_exercise_says_so_first_and_last():
    for kind, more in (("alert.step", {"drill": True}), ("drill.step", {})):
        says = mapping.script(body(kind, alert="0193548c-7a00-7000-8000-00000000a7f3", **more), KEY).says
        assert says == ("drill", "alert", "a", "7", "f", "3", "keys", "drill")
    assert mapping.script(body("drill.step"), KEY).passes_on


@pytest.mark.parametrize(
    ("kind", "says"), [("test.message", "trial"), ("forewarning", "message"), ("outage.note", "outage")]
)
def test_what_is_no_alert_can_be_heard_but_not_passed_on(kind, says):
    script = mapping.script(body(kind, drill=False, wait_s=None), KEY)
    assert script.says == (says, "heard")
    assert mapping.pressed("1", script) == Accepted(by="key 1")
    assert mapping.pressed("2", script) is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"type":"alert.closed","data":{}}', '{"type":"x"}',
     '{"type":"alert.step","data":{"alert":1}}', '{"type":"alert.step","data":{"wait_s":"x"}}', "\ud800", "{" * 5000],
)  # fmt: skip
def test_what_nobody_is_called_about(text):
    with pytest.raises(mapping.NotCalled):
        mapping.script(text, KEY)


def test_nothing_that_is_said_is_of_anyone():
    """R55: what is said follows from the kind of message and the alert's number alone."""
    other = body(
        "alert.step", alert="0193548c-7a00-7000-8000-00000000a7f3", client="0193548c-7a00-7000-8000-000000000009",
        cause="help", priority=2, due_at=None, responder="Piet", wait_s=300, name="Anna de Vries", medicine="x",
    )  # fmt: skip
    assert mapping.script(other, KEY) == mapping.script(STEP, KEY)
    told = " ".join(text for texts in WORDS.values() for text in texts.values()).lower()
    for word in (
        "medic",
        "zakje",
        "sachet",
        "pil",
        "zorg",
        "care",
        "client",
        "cliënt",
        "patiënt",
        "ingenomen",
        "taken",
    ):
        assert word not in told


def test_only_key_1_is_a_person_who_accepts():
    script = mapping.script(STEP, KEY)
    said = {key: mapping.pressed(key, script) for key in rtp.KEYS}
    assert said.pop("1") == Accepted(by="key 1")
    assert said.pop("2") == Failed("passed on by key 2", permanent=True, answered=True)
    assert set(said.values()) == {None}


@given(st.integers(300, 699), st.none() | st.integers(0, 10**6))
def test_no_answer_of_a_gateway_is_a_delivery(status, wait):
    refused = mapping.refusal(status, wait, mapping.script(STEP, KEY), NOW)
    assert isinstance(refused, Failed)
    assert str(status) in refused.error
    assert refused.retry_after is None or refused.retry_after <= timedelta(hours=1)


@settings(max_examples=200)
@given(
    st.text()
    | st.recursive(st.none() | st.text() | st.integers(), lambda x: st.dictionaries(st.text(), x)).map(
        json.dumps
    )
)
def test_any_text_is_a_message_or_none(text):
    with suppress(mapping.NotCalled):
        assert mapping.script(text, KEY).says


# The recordings


def test_every_recording_is_of_the_text_that_stands_here():
    made = json.loads((sound.FOLDER / "made.json").read_text("utf-8"))
    assert made == WORDS, "a text changed: run python -m reik.interop.voice.recording"
    for lang, texts in WORDS.items():
        assert {each.stem for each in (sound.FOLDER / lang).glob("*.wav")} == set(texts)
        for name, text in texts.items():
            samples = sound.recording(lang, name)
            loud = audioop.rms(audioop.alaw2lin(samples, 2), 2)
            assert 0.04 < len(samples) / sound.RATE / len(text) < 0.6, (lang, name)
            assert loud > 1000, (lang, name)


def test_a_pass_of_the_longest_message_leaves_time_to_answer():
    """Twice with its silences within what is left of a minute after 25 seconds of ringing: see SPOKEN_S."""
    for lang in WORDS:
        for number in ("ABCD", "7F0B"):
            says = mapping.script(
                body("alert.step", alert=f"0193548c-7a00-7000-8000-00000000{number}"), KEY
            ).says
            assert len(sound.spoken(lang, says)) / sound.RATE < 19


def test_both_languages_have_the_same_recordings():
    assert set(WORDS["nl"]) == set(WORDS["en"])


def test_the_other_law_is_that_of_the_standard():
    every = bytes(range(256))
    assert b"".join(sound.frames(every + every[:64], sound.U_LAW))[:256] == audioop.lin2ulaw(
        audioop.alaw2lin(every, 2), 2
    )


@given(st.binary(max_size=1000))
def test_sound_is_cut_into_whole_packets(data):
    cut = sound.frames(data, sound.A_LAW)
    assert {len(each) for each in cut} <= {sound.FRAME}
    whole = b"".join(cut)
    assert whole[: len(data)] == data
    assert set(whole[len(data) :]) <= {sound.SILENCE[sound.A_LAW]}


@pytest.mark.parametrize(
    "data",
    [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\2\0\0\0ab",
     b"RIFF\0\0\0\0WAVEfmt \x08\0\0\0\1\0\1\0\x40\x1f\0\0data\2\0\0\0ab",
     b"RIFF\0\0\0\0WAVEfmt \x08\0\0\0\6\0\1\0\x40\x1f\0\0data\3\0\0\0ab"],
)  # fmt: skip
def test_a_file_that_is_no_recording(data):
    with pytest.raises(sound.NoRecording):
        sound.wav(data)


@given(st.binary(max_size=80).map(lambda data: b"RIFF\0\0\0\0WAVE" + data) | st.binary(max_size=80))
def test_any_bytes_are_a_recording_or_none(data):
    with suppress(sound.NoRecording):
        assert sound.wav(data) in data


def test_a_recording_that_is_missing(tmp_path: Path):
    with pytest.raises(sound.NoRecording):
        sound.recording("nl", "nothing")


# The address


def test_an_address_in_full():
    made = phone(
        "voice+udp://127.0.0.1:5070/?to=+31612345678&from=0201234567&domain=sip.example&user=reik&lang=en&ring=20&lines=2",
        "geheim", 60,
    )  # fmt: skip
    assert made.receiver == Receiver(Transport.UDP, "127.0.0.1", 5070)
    assert made.uri == "sip:+31612345678@sip.example;user=phone"
    assert made.sender == "sip:0201234567@sip.example"
    assert (made.lang, made.ring_s, made.lines, made.secret) == ("en", 20, 2, "geheim")
    assert made.gateway == "udp:reik@127.0.0.1:5070"
    assert "geheim" not in repr(made) + made.gateway


def test_what_is_left_out():
    made = phone(ADDRESS, None, 60)
    assert made.receiver == Receiver(Transport.TLS, "sip.example", 5061)
    assert (made.domain, made.lang, made.ring_s, made.lines) == ("sip.example", "nl", 25, 4)
    assert phone(ADDRESS.replace("sip.example", "[2001:db8::1]"), None, 60).domain == "[2001:db8::1]"


@pytest.mark.parametrize(
    ("address", "secret", "says"),
    [
        ("tel:+31612345678", None, "voice+tls://"),
        ("voice+tls://sip.example", None, "`to`"),
        ("voice+tls:///?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://a@sip.example/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example:0/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example:99999/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example/x?to=a&from=b", None, "voice+tls://"),
        ("voice+udp://sip.example/?to=a&from=b", None, "net=closed"),
        ("voice+tcp://10.0.0.1/?to=a&from=b", None, "net=closed"),
        (ADDRESS + "&net=open", None, "`net`"),
        (ADDRESS + "&to=b", None, "said twice"),
        (ADDRESS + "&colour=b", None, "unknown"),
        (ADDRESS.replace("+31612345678", "+3161234567"), None, "nine digits"),
        (ADDRESS.replace("+31612345678", "a b"), None, "`to`"),
        (ADDRESS.replace("+31612345678", "a%0d%0aRoute: x"), None, "`to`"),
        (ADDRESS.replace("+31201234567", "%3Csip:x%3E"), None, "`from`"),
        (ADDRESS + "&lang=de", None, "nl or en"),
        (ADDRESS + "&ring=26", None, "5 to 25"),
        (ADDRESS + "&ring=x", None, "5 to 25"),
        (ADDRESS + "&lines=0", None, "1 to 64"),
        (ADDRESS + "&domain=a%20b", None, "`domain`"),
        (ADDRESS + "&user=a%0ab", None, "`user`"),
        (ADDRESS, "geheim", "`user`"),
    ],
)
def test_an_address_that_cannot_be_used_says_what_to_change(address, secret, says):
    with pytest.raises(AddressRefused) as refused:
        port.peer(address, secret, 60)
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert "3161234567" not in str(refused.value).replace("+31612345678", "")


def test_a_time_out_in_which_nobody_could_answer_is_refused():
    with pytest.raises(AddressRefused, match="40 to 60 seconds"):
        port.peer(ADDRESS, None, 10)


def test_a_demo_knows_that_it_stays_on_this_machine():
    assert is_on_this_machine("voice+udp://127.0.0.1:5060/?to=a&from=b")
    assert not is_on_this_machine(ADDRESS)


def test_it_is_a_channel():
    assert ADAPTERS["voice"] == "reik.interop.voice.port"


# Descriptions of sound


def test_our_offer_can_be_read():
    made = sdp.read(sdp.offer("192.0.2.1", 4000, 7))
    assert made == sdp.Remote("192.0.2.1", 4000, sound.A_LAW, 8, 101, "sendrecv")
    assert made.listens
    assert b"IN IP6 2001:db8::1" in sdp.offer("2001:db8::1", 4000, 7)


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
def test_our_answer_turns_the_direction_round(direction):
    theirs = sdp.Remote("192.0.2.9", 5000, sound.U_LAW, 96, 97, direction)
    ours = sdp.read(sdp.answer(theirs, "192.0.2.1", 4000, 7, 1))
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


@settings(max_examples=400)
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
    again = sdp.read(sdp.answer(made, "192.0.2.1", 4000, 7, 1))
    assert (again.codec, again.events) == (made.codec, made.events)


def test_a_description_that_is_too_long_is_none():
    with pytest.raises(sdp.NoSound):
        sdp.read(b"c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 8\n" + b"a=x\n" * 5000)


# Packets


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


@settings(max_examples=400)
@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda data: b"\xb2\x65" + data))
def test_any_bytes_are_a_packet_or_none(data):
    made = rtp.parse(data)
    if made is not None:
        assert len(made.payload) <= len(data) - 12
        assert Presses().hear(made) in ("", *rtp.KEYS)


def event(key: int, timestamp: int, source: int = 1) -> Packet:
    return Packet(101, False, 0, timestamp, source, struct.pack("!BBH", key, 10, 160))


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


@given(st.sampled_from(["application/dtmf-relay", "application/dtmf", ""]), st.binary())
def test_any_info_is_a_key_or_none(kind, said):
    assert rtp.info_key(kind, said) in ("", *rtp.KEYS)


def test_what_an_answer_to_options_says():
    assert mapping.health(200) == mapping.health(405) == Delivered()
    assert isinstance(mapping.health(500), Failed)
