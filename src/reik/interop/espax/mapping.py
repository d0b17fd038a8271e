"""From a message to what a server is asked, and from its codes and indications to results. Pure (R55)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from reik.interop import Accepted, Delivered, Failed, Result
from reik.interop.espax.address import Desk
from reik.interop.espax.documents import Said

MOST_STOPPED = 50  # calls of one alert that are ended with it, the newest first
WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "alert.step": "Reik: er is een melding. Open de app.",
        "drill.step": "OEFENING. Reik: dit is geen echte melding. Bevestig dat u dit las.",
        "test.message": "Reik: dit is een proef. U hoeft niets te doen.",
        "forewarning": "Reik: straks is er misschien niemand bereikbaar. Kijk bij Roosters.",
        "outage.note": "Reik: er is een storing van dispensers. Open de lijst.",
        "drill": "OEFENING. ", "number": " Nummer {}",
    },
    "en": {
        "alert.step": "Reik: there is an alert. Open the app.",
        "drill.step": "EXERCISE. Reik: this is no real alert. Confirm that you read it.",
        "test.message": "Reik: this is a test. You need not do anything.",
        "forewarning": "Reik: soon there may be nobody to reach. Look at Rosters.",
        "outage.note": "Reik: dispensers have an outage. Open the list.",
        "drill": "EXERCISE. ", "number": " Number {}",
    },
}  # fmt: skip
CALLS = ("alert.step", "drill.step", "test.message", "forewarning", "outage.note")


class NotTold(Exception):
    """This message cannot be said in ESPA-X; the text says why, without content."""


@dataclass(frozen=True, slots=True)
class Start:
    """A process to start. `one`: it calls one person, so that her "no" ends it.

    `useful_until`: then the next person is called anyway; None where there is no such time.
    """

    ref: str
    values: Mapping[str, str]
    one: bool
    useful_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Processes that are over."""

    refs: tuple[str, ...]


class _Data(msgspec.Struct):
    alert: UUID | None = None
    step: UUID | int | None = None
    priority: int = 1
    action: str = ""
    drill: bool = False
    wait_s: int | None = None
    calls: list[UUID] = []


class _Body(msgspec.Struct):
    type: str
    timestamp: datetime | None = None
    data: _Data = msgspec.field(default_factory=_Data)


_BODY = msgspec.json.Decoder(_Body)


def asked(body: str, message_id: str, desk: Desk) -> Start | Stop:
    """What one message of the outbox asks of the server. Raises NotTold."""
    try:
        read = _BODY.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        raise NotTold("a message without what ESPA-X needs") from None
    data = read.data
    if read.type == "alert.closed":
        if not data.calls:
            raise NotTold("a message without the calls that are over")
        return Stop(tuple(each.hex for each in sorted(data.calls, reverse=True)[:MOST_STOPPED]))
    if read.type not in CALLS:
        raise NotTold("a kind of message that ESPA-X has no word for")
    values = {"CP-PR-REF": ref(message_id)}
    values |= {"CP-GROUPID": desk.group} if desk.group else {"CP-PHONENO": desk.phone}
    values |= {"CP-CALLINGNAME": desk.name, "CP-TEXTMSG": _text(read, message_id, desk)}
    values |= {"CP-SIGNAL": _signal(read), "CP-CALLBACK": "No"}
    values |= {"CP-ATTEMPTS": str(desk.attempts)} if desk.attempts else {}
    values |= {"CP-PRIO": _priority(read, desk), "CP-PR-DETAILS": "All"}
    one = bool(desk.phone) and desk.attempts <= 1
    return Start(values["CP-PR-REF"], values, one, _useful_until(read))


def _useful_until(read: _Body) -> datetime | None:
    if read.timestamp is None or read.timestamp.tzinfo is None or not read.data.wait_s:
        return None
    try:
        return read.timestamp + timedelta(seconds=read.data.wait_s)
    except OverflowError:
        return None


def ref(message_id: str) -> str:
    """The message's key as 32 hex digits: the same at every attempt, and readable after a restart."""
    try:
        return UUID(message_id).hex
    except ValueError:
        return sha256(message_id.encode()).hexdigest()[:32]


def message_of(ref: str) -> str:
    """The message's key in a reference that a server says; empty when it is none of ours."""
    try:
        return str(UUID(hex=ref)) if len(ref) == 32 else ""
    except ValueError:
        return ""


def _text(read: _Body, message_id: str, desk: Desk) -> str:
    words, data = WORDS[desk.lang], read.data
    before = words["drill"] if data.drill and read.type != "drill.step" else ""
    about = str(data.alert or (data.step if read.type == "drill.step" else "") or ref(message_id))
    number = read.type in ("alert.step", "drill.step") and desk.numbered
    return before + words[read.type] + (words["number"].format(about[-4:].upper()) if number else "")


def _is_real(read: _Body) -> bool:
    return read.type == "alert.step" and not read.data.drill


def _signal(read: _Body) -> str:
    if not _is_real(read):
        return "Standard"
    return (
        "Emergency"
        if read.data.action == "emergency"
        else "Urgent"
        if read.data.priority <= 0
        else "Standard"
    )


def _priority(read: _Body, desk: Desk) -> str:
    if _is_real(read) and read.data.action == "emergency":
        return "Emergency"
    return desk.priorities[min(max(read.data.priority, 0), 2)]


LOGIN_REFUSED = frozenset({401, 403, 407})
DUPLICATE = 450
_NEVER = frozenset({400, 405, 406, 501, 600, 601, 602})
"""Our fault; 404 (an unknown group) may be true only while the server's side is being repaired."""
_NOTHING_THERE = frozenset({404, 410})


def started(code: int) -> Failed | None:
    """What RSP-CODE says of a process: None when it runs; 450 means that it ran already."""
    if code in (200, DUPLICATE):
        return None
    if code in LOGIN_REFUSED:
        return Failed(f"not allowed (ESPA-X {code})", answered=True)
    return Failed(f"refused (ESPA-X {code})", permanent=code in _NEVER, answered=True)


def stopped(code: int) -> Result:
    """What RSP-CODE says of a stop; a process that is not there any more needs none."""
    if code == 200 or code in _NOTHING_THERE:
        return Delivered()
    return Failed(f"refused (ESPA-X {code})", permanent=code in _NEVER, answered=True)


def lost(code: int) -> bool:
    """Whether a server that was asked about a process says that it knows none."""
    return code in _NOTHING_THERE


_NO = {"off duty": "off duty", "busy": "busy", "no answer": "no answer", "not reached": "not reached",
       "rejected": "rejected"}  # fmt: skip
HANDSET = Accepted(by="handset")


def event(said: Said) -> Accepted | Failed | None:
    """What IND.P-EVENT says of a person; None for what is under way, or only shown ("Reached"), or spoken.

    Her "no" is final only where nobody else is called: see `Start.one`.
    """
    if said.values.get("SS-STATUS", "Completed").lower() != "completed":
        return None
    result = said.values.get("SS-RESULT", "").lower()
    if result == "accepted":
        return HANDSET
    return _not_taken(_NO[result]) if result in _NO else None


def ended(said: Said, why_not: str = "") -> Accepted | Failed | None:
    """What IND.P-ENDED says; None for a process that ended without an answer that counts, as "Positive" (shown).

    `why_not`: the newest "no" of the process.
    """
    reason, result = said.values.get("SP-ENDREASON", ""), said.values.get("SP-RESULT", "").lower()
    if result == "positive confirmed":
        return HANDSET
    if result in ("negative", "none") or (not result and reason.lower() != "finished"):
        return _not_taken(why_not or f"ended without an answer ({_plain(reason)})")
    return None


def _not_taken(why: str) -> Failed:
    """Somebody, or the server for her, said no: the same message is not tried again, the next person is called."""
    return Failed(why, permanent=True, answered=True)


def _plain(reason: str) -> str:
    """A server's word in what is stored: of the known ones only."""
    known = {"finished", "aborted", "client", "server", "operator", "failure"}
    return reason.lower() if reason.lower() in known else "no reason"
