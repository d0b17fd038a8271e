"""A drill says that it is one over every channel that carries words, and says nothing of a client (N12, R55)."""

from __future__ import annotations

import json

import pytest

from reik.interop.email import mapping as email
from reik.interop.scaip import mapping as scaip
from reik.interop.scaip.address import centre
from reik.interop.sms import text as sms
from reik.interop.voice import mapping as voice
from reik.interop.voice.words import WORDS
from reik.kernel import clock
from tests.adapters.scaip.telling import TLS

STEP = "01a20731-9660-7501-ab6d-3abe46d4bf9a"
BODY = json.dumps(
    {
        "type": "drill.step", "timestamp": "2026-11-10T13:00:00Z",
        "data": {
            "drill": True, "alert": STEP, "step": STEP, "organisation": STEP, "action": "ask_team",
            "responder": "Fatma",
            "route": 0, "position": 3, "wait_s": 300, "page": f"/oefening/{STEP}",
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(("lang", "starts"), [("nl", "OEFENING. Reik:"), ("en", "EXERCISE. Reik:")])
def test_a_text_message_begins_with_it(lang: str, starts: str) -> None:
    said = sms.text(STEP, BODY, lang=sms.Lang(lang), name="Reik", callback=None)
    assert said.startswith(starts)
    assert sms.fits(said)
    assert "Fatma" not in said


def test_a_letter_says_so_in_its_subject() -> None:
    box = email.mailbox("smtp://127.0.0.1:25/?to=a@example.org&from=b@example.org&tls=none")
    made = email.letter(box, STEP, clock.now(), BODY)
    assert made["Subject"] == "OEFENING van Reik"
    assert "EXERCISE" in made.get_content()


@pytest.mark.parametrize(("more", "word"), [("", "OEFENING"), ("&lang=en", "EXERCISE")])
def test_scaip_gets_a_test_transmission_of_no_client(more: str, word: str) -> None:
    where = centre(f"{TLS}48213{more}", None)
    told = scaip.told(BODY, STEP, where)
    assert (told.mty, told.stc, told.cid) == ("ME", "0102", where.hub)
    assert told.stt.startswith(word)
    assert len(told.stt) <= scaip.MOST_STT


def test_an_alert_without_client_is_still_not_told() -> None:
    with pytest.raises(scaip.NotTold):
        scaip.told(
            json.dumps({"type": "alert.step", "data": {"cause": "jam"}}), STEP, centre(f"{TLS}48213", None)
        )


def test_a_call_says_it_first_and_last_with_its_own_number() -> None:
    script = voice.script(BODY, STEP)
    assert (script.says[0], script.says[-1]) == ("drill", "drill")
    assert script.number == STEP.replace("-", "")[-4:].upper()
    assert "oefening" in WORDS["nl"]["drill"]
    assert "exercise" in WORDS["en"]["drill"]
