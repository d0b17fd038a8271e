"""Every type of message × every channel: words of its own, or an explicit refusal that lets the route go on at once."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from reik.alerting.closing import TOLD_OVER
from reik.interop import ADAPTERS, Failed
from reik.interop.email import mapping as email
from reik.interop.espax import mapping as espax
from reik.interop.espax.address import desk
from reik.interop.scaip import mapping as scaip
from reik.interop.scaip import port as scaip_port
from reik.interop.scaip.address import centre
from reik.interop.sms import text as sms
from reik.interop.voice import mapping as voice
from reik.interop.voice.words import WORDS
from reik.interop.webpush import mapping as webpush
from reik.people.rosters.telling import WRITTEN
from tests.adapters.scaip.telling import TLS

SOURCES = Path(__file__).parents[2] / "src" / "reik"
KEY, NAME = "01a20734-5580-7a4e-a19f-56c9d02fd8ff", "Fatma"
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TO_MANY = ("alert.step", "drill.step", "forewarning", "outage.note", "test.message")
"""What may be sent to any destination that an organisation has."""
TO_WRITE = ("webpush", "sms", "email")
TO_SOME = {
    "alert.closed": TOLD_OVER, "push.try": ("webpush",), "swap.question": TO_WRITE, "swap.answer": TO_WRITE,
}  # fmt: skip


def body(kind: str) -> str:
    data = {
        "alert": KEY, "step": KEY, "client": KEY, "organisation": KEY, "cause": "not_out", "priority": 1, "round": 1,
        "outcome": "cleared", "responder": NAME, "wait_s": 300, "calls": [KEY], "drill": kind == "drill.step",
    }  # fmt: skip
    return json.dumps({"type": kind, "timestamp": NOW.isoformat(), "data": data})


def by_sms(kind: str, lang: str) -> str:
    made = sms.text(KEY, body(kind), lang=sms.Lang(lang), name="Reik", callback=None)
    assert sms.fits(made)
    return made


def by_mail(kind: str, lang: str) -> str:
    box = email.mailbox("smtp://127.0.0.1/?to=wim@example.org&from=reik@example.org&tls=none")
    letter = email.letter(box, KEY, NOW, body(kind))
    return f"{letter['Subject']} {letter.get_content()}"


def by_push(kind: str, lang: str) -> str:
    return webpush.notice_of(body(kind), "/team", lang).body


def by_voice(kind: str, lang: str) -> str:
    return " ".join(WORDS[lang][each] for each in voice.script(body(kind), KEY).says)


def by_scaip(kind: str, lang: str) -> str:
    told = scaip.told(body(kind), KEY, centre(f"{TLS}48213&lang={lang}", None))
    assert len(told.stt) <= scaip.MOST_STT
    return f"{told.mty} {told.stc} {told.stt}"


def by_espax(kind: str, lang: str) -> str:
    asked = espax.asked(body(kind), KEY, desk(f"{ESPAX}&lang={lang}", "secret"))
    return asked.values["CP-TEXTMSG"] if isinstance(asked, espax.Start) else f"stop {asked}"


def by_webhook(kind: str, lang: str) -> str:
    return body(kind).replace(NAME, "")  # the message as it is, for a system that knows its types


ESPAX = "espax+tls://reik@alarm.example/?group=TEAM-N3"
WAYS: dict[str, Callable[[str, str], str]] = {
    "sms": by_sms, "email": by_mail, "webpush": by_push, "voice": by_voice, "scaip": by_scaip, "espax": by_espax,
    "webhook": by_webhook,
}  # fmt: skip
USUAL = {"sms": "bericht", "email": "bericht in Reik", "webpush": "bericht in Reik"}
"""What these say of a type that they have no words for."""


def test_a_swap_opens_the_rosters_and_is_written_only_where_it_has_words() -> None:
    for kind in ("swap.question", "swap.answer"):
        assert webpush.notice_of(body(kind), "/team", "nl").url == "/roosters"
        for refusing in (by_voice, by_scaip, by_espax):  # so that nobody is rung for it
            with pytest.raises((voice.NotCalled, scaip.NotTold, espax.NotTold)):
                refusing(kind, "nl")
    assert {*WRITTEN, "webpush"} == set(TO_WRITE)


def test_every_channel_and_every_type_is_in_this_table() -> None:
    assert WAYS.keys() == ADAPTERS.keys()
    found = set()
    for path in SOURCES.rglob("*.py"):
        text = path.read_text()
        if re.search(r"from reik\.kernel(\.outbox)? import .*\b(Message|outbox)\b", text):
            found |= set(re.findall(r'(?:"type": |^TYPE = )"([a-z.]+)"', text, re.MULTILINE))
    assert found == {*TO_MANY, *TO_SOME}


@pytest.mark.parametrize("channel", WAYS)
@pytest.mark.parametrize("kind", TO_MANY)
def test_it_has_words_of_its_own_that_name_nobody(kind: str, channel: str) -> None:
    for lang in ("nl", "en"):
        said = WAYS[channel](kind, lang)
        assert NAME not in said
        if channel in USUAL and (channel, kind) != ("email", "alert.step"):
            assert USUAL[channel] not in said, said
    others = {WAYS[channel](each, "nl") for each in TO_MANY if each != kind}
    assert WAYS[channel](kind, "nl") not in others


@pytest.mark.parametrize(("kind", "channel"), [(kind, each) for kind, way in TO_SOME.items() for each in way])
def test_what_goes_to_some_is_said_there(kind: str, channel: str) -> None:
    for lang in ("nl", "en"):
        said = WAYS[channel](kind, lang)
        assert said
        assert NAME not in said
        if channel in USUAL:
            assert USUAL[channel] not in said.replace("Kijk in Reik", ""), said


def test_what_a_channel_has_no_word_for_is_refused_for_good_so_that_the_next_step_is_taken() -> None:
    unknown, nothing = body("news.letter"), cast("Any", None)
    line = scaip_port.Line(centre(f"{TLS}48213", None), 5)
    said = asyncio.run(scaip_port.deliver(nothing, line, message_id=KEY, body=unknown, now=NOW))
    assert isinstance(said, Failed)
    assert said.permanent
    with pytest.raises(espax.NotTold):
        espax.asked(unknown, KEY, desk(ESPAX, "secret"))
    with pytest.raises(voice.NotCalled):
        voice.script(body("alert.closed"), KEY)


def test_scaip_says_of_an_outage_that_reik_itself_tells_it_about_no_client() -> None:
    where = centre(f"{TLS}48213&lang=en", None)
    told = scaip.told(body("outage.note"), KEY, where)
    assert (told.mty, told.cid, told.stc) == ("ME", where.hub, "0073")
    assert told.stt == "OUTAGE: many dispensers silent"
