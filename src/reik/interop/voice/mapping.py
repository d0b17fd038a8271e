"""From a message to what is said, from keys and SIP's answers to results. Pure; says nothing of anyone (R55)."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from reik.interop import Accepted, Delivered, Failed, Result

ACCEPT, PASS_ON = "1", "2"
REDIAL = timedelta(seconds=60)  # a phone does not ring twice for one message within a minute
NO_SUCH_NUMBER = frozenset({410, 416, 484, 604})
NEVER_LIKE_THIS = frozenset({400, 405, 413, 414, 415, 420, 488, 493, 501, 505, 513, 606})
NOT_NOW = {404: "the gateway knows no such number", 408: "no answer", 480: "cannot be reached", 482: "still rings",
           486: "busy", 487: "no answer", 600: "busy"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One call: recordings to play in this order, and what keys do. `number` is said, four hex digits.

    `useful_until`: who has not answered by then is not called again, for the next one has been; None: always.
    """

    says: tuple[str, ...]
    thanks: str
    passes_on: bool
    number: str
    useful_until: datetime | None


class NotCalled(Exception):
    """Nobody is called about this message; the text says why, without content."""


class _Data(msgspec.Struct):
    alert: UUID | None = None
    drill: bool = False
    wait_s: int | None = None


class _Body(msgspec.Struct):
    type: str
    timestamp: datetime | None = None
    data: _Data = msgspec.field(default_factory=_Data)


_BODY = msgspec.json.Decoder(_Body)
_NOTES = {"test.message": "trial", "forewarning": "message", "outage.note": "outage"}


def script(body: str, message_id: str) -> Script:
    """What is said for one message of the outbox. Raises NotCalled."""
    try:
        read = _BODY.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        raise NotCalled("a message without what a call needs") from None
    data, drill = read.data, ("drill",) if read.data.drill or read.type == "drill.step" else ()
    if read.type in _NOTES:
        return Script(
            says=(*drill, _NOTES[read.type], "heard"), thanks="noted", passes_on=False, number="",
            useful_until=_useful_until(read),
        )  # fmt: skip
    if read.type not in ("alert.step", "drill.step"):
        raise NotCalled("a kind of message about which nobody is called")
    number = number_of(data.alert, message_id)
    return Script(
        says=(*drill, "alert", *number.lower(), "keys", *drill), thanks="thanks", passes_on=True, number=number,
        useful_until=_useful_until(read),
    )  # fmt: skip


def _useful_until(read: _Body) -> datetime | None:
    if read.timestamp is None or read.timestamp.tzinfo is None or not read.data.wait_s:
        return None
    try:
        return read.timestamp + timedelta(seconds=read.data.wait_s)
    except OverflowError:
        return None


def number_of(alert: UUID | None, message_id: str) -> str:
    """The alert's short number, the last four hex digits of its key as notifications show it; else the message's."""
    digest = sha256(message_id.encode()).hexdigest()
    return (alert.hex if alert is not None else digest)[-4:].upper()


def ref(message_id: str) -> str:
    """16 letters and digits (80 bits) that follow from the message's key: the same at every attempt."""
    return b32encode(sha256(message_id.encode()).digest()[:10]).decode()


def tag(message_id: str) -> str:
    """Our tag in From: with Call-ID and CSeq it shows a phone that still rings that this is the same call."""
    return sha256(b"tag " + message_id.encode()).hexdigest()[:16]


def pressed(key: str, script: Script) -> Result | None:
    """What a key says; None for a key that only has everything said again."""
    if key == ACCEPT:
        return Accepted(by="key 1")
    if key == PASS_ON and script.passes_on:
        return Failed("passed on by key 2", permanent=True, answered=True)
    return None


def unheard(error: str, script: Script, now: datetime) -> Failed:
    """Nobody heard it: again after a minute, unless the next person has been called by then anyway."""
    over = script.useful_until is not None and now + REDIAL >= script.useful_until
    return Failed(error, permanent=over, answered=True, retry_after=REDIAL)


def refusal(status: int, retry_after_s: int | None, script: Script, now: datetime) -> Failed:
    """What a final SIP answer other than 2xx says of the call (RFC 3261, section 21)."""
    if status in (401, 407):
        return Failed(f"log-in refused (SIP {status})", answered=True)
    if status in (603, 607):
        return Failed(f"declined (SIP {status})", permanent=True, answered=True)
    if status in NO_SUCH_NUMBER:
        return Failed(f"no such number (SIP {status})", permanent=True, answered=True)
    if status in NEVER_LIKE_THIS:
        return Failed(f"the gateway does not take such a call (SIP {status})", permanent=True, answered=True)
    if status in NOT_NOW:
        return unheard(f"{NOT_NOW[status]} (SIP {status})", script, now)
    wait = None if retry_after_s is None else timedelta(seconds=min(retry_after_s, 3600))
    return Failed(f"SIP {status}", answered=300 <= status < 500, retry_after=wait)


_THERE = frozenset({404, 405, 480, 486, 501})
"""Answers to OPTIONS of gateways that know no such question, and would take a call."""


def health(status: int) -> Result:
    """What the answer to OPTIONS says of a gateway."""
    if 200 <= status < 300 or status in _THERE:
        return Delivered()
    if status in (401, 407):
        return Failed(f"log-in refused (SIP {status})", answered=True)
    return Failed(f"SIP {status}", answered=300 <= status < 500)
