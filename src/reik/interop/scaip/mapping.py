"""From Reik's causes and outcomes to SCAIP's codes, and from a receiver's number to a result. Pure."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from reik.interop import Delivered, Failed, Result
from reik.interop.scaip.address import CLIENT, MOST_CID, Centre

MOST_STT = 32
ALERT, RESTORE, HEARTBEAT = "ME", "RE", "PI"


@dataclass(frozen=True, slots=True)
class Code:
    """A cause as the centre reads it: status code, text without names (`@`: the planned time), and the code with
    which the same thing is reported over."""

    stc: str
    nl: str
    en: str
    over: str = "0019"  # cancel


CAUSES: Mapping[str, Code] = {
    # a moment: 0081 only where the sachet is known not to be out; what nobody knows is a time-out (0104)
    "not_out": Code("0081", "Zakje@ niet uitgenomen", "Sachet@ not taken out"),
    "partly": Code("0081", "Zakje@ deels uitgenomen", "Sachet@ partly out"),
    "withheld": Code("0081", "Zakje@ vastgehouden", "Sachet@ withheld"),
    "unknown": Code("0104", "Zakje@: onbekend of uit", "Sachet@: unknown if out"),
    "device_failure": Code("0067", "Storing dispenser@", "Dispenser failure@"),
    # the dispenser itself
    "help_pressed": Code("0010", "Hulpknop dispenser ingedrukt", "Help pressed on dispenser"),
    "jam": Code("0052", "Dispenser geblokkeerd", "Dispenser jammed"),
    "cut_failed": Code("0067", "Zakje niet afgesneden", "Sachet not cut"),
    "sachet_unreadable": Code("0067", "Zakje onleesbaar", "Sachet unreadable"),
    "wrong_sachet": Code("0067", "Ander zakje dan verwacht", "Other sachet than expected"),
    "wrong_sequence": Code("0067", "Zakjes in andere volgorde", "Sachets in another order"),
    "wrong_roll": Code("0067", "Verkeerde rol in dispenser", "Wrong roll in dispenser"),
    "roll_refused": Code("0067", "Rol geweigerd door dispenser", "Roll refused by dispenser"),
    "roll_empty": Code("0064", "Rol in dispenser is op", "Roll in dispenser is empty"),
    "roll_nearly_empty": Code("0064", "Rol bijna op", "Roll nearly empty"),
    "tray_full": Code("0067", "Opvangbak dispenser vol", "Tray of dispenser full"),
    "lid_open": Code("0125", "Dispenser staat open", "Dispenser is open"),
    "battery_low": Code("0016", "Batterij dispenser bijna leeg", "Dispenser battery low", "0015"),
    "battery_end": Code("0014", "Batterij dispenser leeg", "Dispenser battery empty", "0015"),
    "mains_lost": Code("0085", "Stroom van dispenser weg", "Dispenser without mains", "0086"),
    "network": Code("0026", "Verbinding dispenser slecht", "Dispenser link failing", "0115"),
    "silent": Code("0073", "Geen contact met dispenser", "No contact with dispenser", "0075"),
    "no_plan": Code("0067", "Dispenser heeft geen schema", "Dispenser has no plan"),
    "plan_ending": Code("0067", "Schema van dispenser loopt af", "Plan of dispenser ends"),
    "plan_mismatch": Code("0067", "Ander schema in dispenser", "Another plan in dispenser"),
    "roll_missing": Code("0064", "Geen volgende rol in huis", "No next roll in the home"),
    "change_undecided": Code("0042", "Schema gewijzigd, niet besloten", "Plan changed, nothing decided"),
    "change_not_held": Code("0042", "Wijziging niet bevestigd", "Change not confirmed"),
    "possible_double": Code("0042", "Mogelijk dubbel uitgegeven", "Perhaps handed out twice"),
    "pressed_while_away": Code("0042", "Op OK gedrukt tijdens afwezig", "OK pressed while away"),
    "task_overdue": Code("0104", "Taak met hoog risico te laat", "Task of high risk is late"),
    "pause_ended": Code("0067", "Pauze van dispenser voorbij", "Pause of dispenser ended"),
    "clock_jump": Code("0067", "Klok van dispenser versprongen", "Dispenser clock jumped"),
    "journal_full": Code("0067", "Logboek dispenser vol", "Dispenser journal full"),
    "journal_lost": Code("0067", "Logboek dispenser kwijt", "Dispenser journal lost"),
    "out_twice": Code("0067", "Zakje twee keer uit", "Sachet out twice"),
    "contested": Code("0067", "Dispenser betwist", "Dispenser contested"),
    "command_not_done": Code("0067", "Opdracht niet uitgevoerd", "Command not done"),
    "device_fault": Code("0067", "Storing dispenser", "Dispenser failure"),
    "other": Code("0067", "Storing dispenser", "Dispenser failure"),
}
ANY_OTHER = Code("0042", "Melding van dispenser", "Alert of dispenser")
"""A cause that is not in the table (an organisation's own) is still told."""

OUT = frozenset({"out_after_all", "out_after_call", "out_at_visit"})
"""Outcomes of which the device, or somebody beside it, says that the sachet is out: only then 0083 goes out."""
TAKEN_OUT = Code("0083", "Zakje is uit de dispenser", "Sachet is out of the dispenser")
CLEARED, CLEARED_TEXTS = "cleared", {"nl": "Melding voorbij", "en": "Alert cleared"}
CLOSED_TEXTS = {"nl": "Melding gesloten", "en": "Alert closed"}
HEARTBEAT_STC = TEST_STC = "0102"
OF_REIK: Mapping[str, Code] = {
    "drill.step": Code(TEST_STC, "OEFENING, geen melding", "EXERCISE, no alert"),
    "test.message": Code(TEST_STC, "PROEF van Reik, niets doen", "TEST of Reik, do nothing"),
    "outage.note": Code("0073", "STORING: veel dispensers stil", "OUTAGE: many dispensers silent"),
    "forewarning": Code("0042", "Straks misschien niemand paraat", "Soon perhaps nobody to reach"),
}
"""What Reik tells of itself, about no client: the controller is then Reik's own. Who reads it opens the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One request to a receiver, as values."""

    ref: str
    mty: str
    cid: str
    dty: str
    stc: str
    stt: str = ""
    did: str = ""
    lco: str = ""
    pri: str = ""


class NotTold(Exception):
    """This message cannot be said in SCAIP; the message says why, without content."""


class _Data(msgspec.Struct):
    client: UUID | None = None
    cause: str = ""
    priority: int = 1
    due_at: datetime | None = None
    outcome: str = ""


class _Body(msgspec.Struct):
    type: str
    data: _Data


_BODY = msgspec.json.Decoder(_Body)


def told(body: str, message_id: str, centre: Centre) -> Told:
    """The request for one message of the outbox (`alert.*`, and those of OF_REIK). Raises NotTold for any other."""
    try:
        read = _BODY.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        raise NotTold("a message without what SCAIP needs") from None
    data = read.data
    if read.type in OF_REIK:
        return _of_reik(read.type, message_id, centre)
    if data.client is None:
        raise NotTold("a message without what SCAIP needs")
    if read.type == "alert.step":
        code = CAUSES.get(data.cause, ANY_OTHER)
        mty, stc, stt = ALERT, code.stc, _text(code, data.due_at, centre)
    elif read.type == "alert.closed":
        mty, (stc, stt) = RESTORE, _over(data, centre)
    else:
        raise NotTold("a kind of message that SCAIP has no word for")
    return Told(
        ref=ref(message_id), mty=mty, cid=controller_id(centre.cid, data.client), dty=centre.dty, stc=stc,
        stt=stt, did=centre.did, lco=centre.lco, pri=_priority(data.priority, centre),
    )  # fmt: skip


def _of_reik(kind: str, message_id: str, centre: Centre) -> Told:
    """A drill or a test (N12), an outage (N4), a forewarning (N3): of Reik itself, which says so."""
    code, urgent = OF_REIK[kind], kind == "outage.note"
    return Told(
        ref=ref(message_id), mty=ALERT, cid=centre.hub, dty=centre.dty, stc=code.stc,
        stt=_text(code, None, centre), pri=_priority(1 if urgent else 2, centre),
    )  # fmt: skip


def heartbeat(key: str, centre: Centre) -> Told:
    """A sign of life of Reik itself: no client, no alert."""
    return Told(ref=ref(key), mty=HEARTBEAT, cid=centre.hub, dty=centre.dty, stc=HEARTBEAT_STC)


def ref(message_id: str) -> str:
    """16 letters and digits (80 bits) that follow from the message's key, so that a second sending is recognised."""
    return b32encode(sha256(message_id.encode()).digest()[:10]).decode()


def controller_id(template: str, client: UUID) -> str:
    """The digits by which the centre knows this client's unit: as given, or made of the client's key to 16 digits."""
    if CLIENT not in template:
        return template
    digits = MOST_CID - (len(template) - len(CLIENT))
    number = int.from_bytes(sha256(client.bytes).digest()[:16]) % 10**digits
    return template.replace(CLIENT, f"{number:0{digits}}")


def _text(code: Code, due_at: datetime | None, centre: Centre) -> str:
    at = f" {_local(due_at, centre.zone):%H:%M}" if due_at is not None else ""
    return (code.nl if centre.lang == "nl" else code.en).replace("@", at)[:MOST_STT]


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError):  # a time at the edge of the calendar
        return at


def _over(data: _Data, centre: Centre) -> tuple[str, str]:
    """Status and text of an alert that is closed: out, put right by itself, or closed by a person."""
    if data.outcome in OUT:
        return TAKEN_OUT.stc, _text(TAKEN_OUT, None, centre)
    if data.outcome == CLEARED:
        return CAUSES.get(data.cause, ANY_OTHER).over, CLEARED_TEXTS[centre.lang]
    return ANY_OTHER.over, CLOSED_TEXTS[centre.lang]


def _priority(priority: int, centre: Centre) -> str:
    return centre.pri[min(max(priority, 0), 2)] if centre.pri else ""


TREATED = 0
NEVER = {1: "too long", 2: "bad format", 3: "wrong content", 7: "a mandatory part is missing"}
NOT_NOW = {4: "hold", 5: "not treated", 6: "busy"}


def meaning(snu: int) -> Result:
    """What a receiver's `snu` says: 0 taken; 1, 2, 3, 7 our fault, never again; all others not taken, try again."""
    if snu == TREATED:
        return Delivered()
    if snu in NEVER:
        return Failed(f"SCAIP {snu} ({NEVER[snu]})", permanent=True, answered=True)
    return Failed(f"SCAIP {snu} ({NOT_NOW.get(snu, 'undefined')})", answered=True)


_UNUSABLE = frozenset({400, 405, 413, 414, 415, 416, 420, 501, 505, 513})
"""SIP's words for "never like this"; 403 and 404 may be true only while the centre's side is being repaired."""


def refusal(status: int, retry_after_s: int | None = None) -> Failed:
    """What a final SIP answer other than 2xx says of the message (RFC 3261, section 21)."""
    if status in (401, 407):
        return Failed(f"log-in refused (SIP {status})", answered=True)
    permanent = status in _UNUSABLE
    there = 300 <= status < 500 and status != 408
    wait = None if retry_after_s is None else timedelta(seconds=min(retry_after_s, 3600))
    return Failed(f"SIP {status}", permanent=permanent, answered=there or permanent, retry_after=wait)
