"""The text of a message and how it is coded: GSM 03.38 or UCS-2, always one message. Pure; says nothing of anyone."""

from __future__ import annotations

import json
from enum import StrEnum
from math import ceil
from typing import Any

MOST_SEPTETS, MOST_UNITS = 160, 70  # what one message holds in GSM 03.38, in UCS-2
LEAST_MIN = 5
GSM, UCS2 = 0, 8  # SMPP's data_coding
_ESCAPE = 0x1B
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SEPTETS = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != _ESCAPE} | {
    char: bytes([_ESCAPE, code])
    for char, code in zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True)
}


class Lang(StrEnum):
    NL = "nl"
    EN = "en"


_WORDS = {
    Lang.NL: ("er is een melding.", "er is een bericht.", "Open de app.", "Nummer {}.", "Bel {}.", "OEFENING."),
    Lang.EN: ("there is an alert.", "there is a message.", "Open the app.", "Number {}.", "Call {}.", "EXERCISE."),
}  # fmt: skip

# What a message of another type than an alert says, by type and language; `message` of `_WORDS` for any other.
SAYS = {
    "drill.step": {
        Lang.NL: "dit is geen echte melding. Meld dat u dit las.",
        Lang.EN: "this is no real alert. Say that you read it.",
    },
    "forewarning": {
        Lang.NL: "straks is er misschien niemand bereikbaar.", Lang.EN: "soon there may be nobody to reach.",
    },
    "outage.note": {Lang.NL: "er is een storing van dispensers.", Lang.EN: "dispensers have an outage."},
    "platform.alarm": {
        Lang.NL: "Reik staat misschien stil. Bel wie het beheert.", Lang.EN: "Reik may stand still. Call who runs it.",
    },
    "platform.well": {Lang.NL: "Reik werkt weer.", Lang.EN: "Reik works again."},
    "swap.question": {
        Lang.NL: "er is een vraag over ruilen van een dienst.", Lang.EN: "there is a question about swapping a turn.",
    },
    "swap.answer": {
        Lang.NL: "er is antwoord over ruilen van een dienst.", Lang.EN: "there is an answer about swapping a turn.",
    },
    "test.message": {Lang.NL: "dit is een proef, u hoeft niets te doen.", Lang.EN: "this is a test, do nothing."},
}  # fmt: skip


def reference(message_id: str) -> str:
    """At most 16 letters and digits of the message's key, the same at every attempt."""
    return "".join(each for each in message_id.upper() if each.isascii() and each.isalnum())[-16:]


def number(message_id: str) -> str:
    """What is in the text, to be read out on the phone: the last six of `reference`, of a UUID six hex digits."""
    return reference(message_id)[-6:]


def text(message_id: str, body: str, *, lang: Lang, name: str, callback: str | None) -> str:
    """One message's text. Of `body` only its type and whether it is a drill are said (R55).

    What does not fit in one message is left out: first where the app is, then whom to call; never the number.
    """
    alert, message, app, numbered, call, drill = _WORDS[lang]
    kind, drilling = _kind(body)
    told = SAYS[kind][lang] if kind in SAYS else message
    says = f"{name}: {alert if kind.startswith('alert.') else told}"
    start = f"{drill} {says}" if drilling else says
    end = numbered.format(number(message_id))
    calls = call.format(callback) if callback else ""
    if kind == "test.message" or kind.startswith("platform."):
        app = calls = ""
    for parts in ((start, app, end, calls), (start, end, calls), (start, end)):
        made = " ".join(filter(None, parts))
        if fits(made):
            return made
    return end


def useful_min(body: str, most: int) -> int:
    """Minutes that a text is worth delivering: until the next one is asked, at least 5, at most `most`."""
    seconds = _data(_said(body)).get("wait_s")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 86_400:
        return most
    return min(max(ceil(seconds / 60), LEAST_MIN), most)


def _said(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    return data if isinstance(data, dict) else {}


def _kind(body: str) -> tuple[str, bool]:
    said = _said(body)
    return str(said.get("type", "")), said.get("drill") is True or _data(said).get("drill") is True


def septets(text: str) -> bytes | None:
    """The text in GSM 03.38, one septet a byte as SMPP wants it; None when it has another letter in it."""
    try:
        return b"".join(_SEPTETS[each] for each in text)
    except KeyError:
        return None


def coded(text: str) -> tuple[int, bytes]:
    """SMPP's data_coding and the bytes."""
    plain = septets(text)
    return (UCS2, text.encode("utf-16-be", "replace")) if plain is None else (GSM, plain)


def fits(text: str) -> bool:
    """Whether it is one message."""
    coding, data = coded(text)
    return len(data) <= (MOST_SEPTETS if coding == GSM else MOST_UNITS * 2)
