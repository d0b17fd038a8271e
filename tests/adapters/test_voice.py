"""What a call says and means; with messages that nobody honest sends."""

from __future__ import annotations

import json
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop import Accepted, Failed
from reik.interop.voice import mapping, rtp, sound
from reik.interop.voice.words import WORDS

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


@settings(deadline=None)
@given(st.integers(300, 699), st.none() | st.integers(0, 10**6))
def test_no_answer_of_a_gateway_is_a_delivery(status, wait):
    refused = mapping.refusal(status, wait, mapping.script(STEP, KEY), NOW)
    assert isinstance(refused, Failed)
    assert str(status) in refused.error
    assert refused.retry_after is None or refused.retry_after <= timedelta(hours=1)


@settings(max_examples=200, deadline=None)
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


@settings(deadline=None)
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


@settings(deadline=None)
@given(st.binary(max_size=80).map(lambda data: b"RIFF\0\0\0\0WAVE" + data) | st.binary(max_size=80))
def test_any_bytes_are_a_recording_or_none(data):
    with suppress(sound.NoRecording):
        assert sound.wav(data) in data


def test_a_recording_that_is_missing(tmp_path: Path):
    with pytest.raises(sound.NoRecording):
        sound.recording("nl", "nothing")
