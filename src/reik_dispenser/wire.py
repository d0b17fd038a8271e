"""Versioned bytes to messages and back, with the MAC (device contract, sections 1, 2, 4 and 5).

The device, the simulator and Reik's receiver all use this one module. A payload is first verified, then
read: `verify` gives the body, `read_up`, `read_down` and `read_receipt` give its messages or raise `Refused`.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from reik_dispenser.canonical import canonical, plan_sha256, read_at, write_at
from reik_dispenser.event_fields import BEAT_FIELDS, judge_element
from reik_dispenser.messages import (
    VERSION,
    Command,
    CommandRefusal,
    Element,
    Event,
    Heartbeat,
    Receipt,
    RefusalCode,
    RefusedPayload,
    Resend,
    UnreadableCommand,
)
from reik_dispenser.strict_json import MAX_ELEMENTS, Refused, read_elements, read_object

__all__ = [
    "MAX_ELEMENTS",
    "MAX_PAYLOAD_BYTES",
    "Refused",
    "canonical",
    "command_body",
    "down_topic",
    "event_body",
    "heartbeat_body",
    "is_device_name",
    "plan_sha256",
    "read_at",
    "read_down",
    "read_receipt",
    "read_receipts",
    "read_up",
    "receipt_body",
    "receipt_topic",
    "receipts_body",
    "refused_body",
    "resend_body",
    "sign",
    "up_topic",
    "verify",
    "write_at",
]

MAX_PAYLOAD_BYTES = 65_536
_MAC_CHARACTERS = 43
_MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - _MAC_CHARACTERS - 1
_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def is_device_name(text: str) -> bool:
    """`[A-Z0-9-]{3,32}` (section 1)."""
    return 3 <= len(text) <= 32 and _NAME_CHARACTERS.issuperset(text)


def up_topic(device: str) -> str:
    """Topic of events and heartbeats (section 1)."""
    return f"reik/1/{device}/up"


def down_topic(device: str) -> str:
    """Topic of commands (section 1)."""
    return f"reik/1/{device}/down"


def receipt_topic(device: str) -> str:
    """Topic of receipts, gaps to be sent again and refusals (section 1)."""
    return f"reik/1/{device}/receipt"


def _mac(key: bytes, topic: bytes, body: bytes) -> bytes:
    return urlsafe_b64encode(hmac.digest(key, topic + b"\n" + body, "sha256"))[:_MAC_CHARACTERS]


def sign(key: bytes, topic: str | bytes, body: bytes) -> bytes:
    """The whole payload: MAC line, newline, body (section 2)."""
    if isinstance(topic, str):
        topic = topic.encode()
    return _mac(key, topic, body) + b"\n" + body


def verify(key: bytes, topic: bytes, payload: bytes) -> bytes | None:
    """The body, or None when the MAC line is missing or wrong (section 2). Never raises.

    `topic` is that of the contract, byte for byte, also over HTTPS.
    """
    body = payload[_MAC_CHARACTERS + 1 :]
    if payload[_MAC_CHARACTERS : _MAC_CHARACTERS + 1] != b"\n":
        return None
    return body if hmac.compare_digest(_mac(key, topic, body), payload[:_MAC_CHARACTERS]) else None


def read_up(body: bytes) -> list[Element]:
    """The elements of a verified `up` body, in the order sent (section 2); raises Refused for the whole.

    Readings of the contract:

    * Refused `size`: payload (MAC line included) above 65,536 bytes, or one element above 8,192 bytes as
      sent; the device then sends one by one and only the culprit is refused again. A `raw` above 1,024 in
      an event of a lawful size is parked: a fault must not be lost over its trimmings.
    * Refused `count`: more than 100 elements, and none at all, for no receipt could answer that.
    * Epochs that differ and seq that does not rise within an array are no ground for refusal: each element
      is received under its own identity (section 3) and the order of one device is (epoch, seq) anyhow.
    * A heartbeat that is not alone is parked: an array may be a repeated one, and then its `at` would
      falsify the clock offset.
    """
    if len(body) > _MAX_BODY_BYTES:
        raise Refused(RefusalCode.SIZE)
    values = read_elements(body)
    alone = len(values) == 1
    return [judge_element(value, alone) for value in values]


def event_body(events: Event | Sequence[Event]) -> bytes:
    """One event as an object, several as an array (section 2).

    The body of one event is its canonical form. Raises ValueError for none or for more than 100; the caller
    keeps the whole payload within 65,536 bytes.
    """
    if isinstance(events, Event):
        return canonical(events.as_object())
    if not 1 <= len(events) <= MAX_ELEMENTS:
        raise ValueError("an array holds 1 to 100 events")
    return canonical([event.as_object() for event in events])


def heartbeat_body(beat: Heartbeat) -> bytes:
    """A heartbeat (section 3): seq 0, every field written, null when not known."""
    return canonical(
        {
            "v": VERSION,
            "epoch": beat.epoch,
            "seq": 0,
            "at": write_at(beat.at),
            "type": "heartbeat",
            "data": {name: getattr(beat, name) for name in BEAT_FIELDS},
        }
    )


def _receipt_object(receipt: Receipt) -> dict[str, object]:
    return {"v": VERSION, "epoch": receipt.epoch, "upto": receipt.upto, "now": write_at(receipt.now)}


def receipt_body(receipt: Receipt) -> bytes:
    """A receipt (section 4)."""
    return canonical(_receipt_object(receipt))


def receipts_body(receipts: Sequence[Receipt]) -> bytes:
    """The array of receipts with which the HTTPS door answers (section 1)."""
    return canonical([_receipt_object(receipt) for receipt in receipts])


def resend_body(resend: Resend) -> bytes:
    """The request to send a gap again (section 4)."""
    return canonical(
        {
            "v": VERSION,
            "epoch": resend.epoch,
            "resend_from": resend.resend_from,
            "resend_to": resend.resend_to,
            "now": write_at(resend.now),
        }
    )


def refused_body(refused: RefusedPayload) -> bytes:
    """The answer to a refused payload (section 2)."""
    return canonical({"v": VERSION, "refused": refused.code})


def command_body(command: Command) -> bytes:
    """A command (section 5)."""
    return canonical(
        {
            "v": VERSION,
            "command": command.command,
            "type": command.type,
            "expires": write_at(command.expires),
            "now": write_at(command.now),
            "session": command.session,
            "data": dict(command.data),
        }
    )


def read_receipt(body: bytes) -> Receipt | Resend | RefusedPayload:
    """What came on the receipt topic (sections 2 and 4).

    Raises Refused for anything else, also for a higher `v`: to be ignored, for only a receipt that is
    understood lets a device forget.
    """
    return _answer(_read_down_object(body))


def read_receipts(body: bytes) -> list[Receipt | Resend | RefusedPayload]:
    """The array with which the HTTPS door answers (section 1); one object is read too. Raises Refused."""
    return [_answer(value) for value in read_elements(body)]


def _answer(value: object) -> Receipt | Resend | RefusedPayload:
    if not isinstance(value, dict) or type(value.get("v")) is not int or value["v"] != VERSION:
        raise Refused(RefusalCode.ENVELOPE)
    if type(code := value.get("refused")) is str:
        return RefusedPayload(code=code)
    epoch, now = value.get("epoch"), read_at(value.get("now"))
    if type(epoch) is int and now is not None:
        upto, start, end = value.get("upto"), value.get("resend_from"), value.get("resend_to")
        if type(upto) is int:
            return Receipt(epoch=epoch, upto=upto, now=now)
        if type(start) is int and type(end) is int:
            return Resend(epoch=epoch, resend_from=start, resend_to=end, now=now)
    raise Refused(RefusalCode.ENVELOPE)


def read_down(body: bytes) -> Command | UnreadableCommand:
    """A command (section 5).

    What has a number but cannot be carried out comes back as UnreadableCommand with the refusal to answer:
    `version` for another `v`, `not_supported` for a field of the wrong kind. Without a number: Refused.
    """
    value = _read_down_object(body)
    number, version, kind = value.get("command"), value.get("v"), value.get("type")
    if type(number) is not int:
        raise Refused(RefusalCode.ENVELOPE)
    if type(version) is not int or version != VERSION:
        return UnreadableCommand(command=number, reason=CommandRefusal.VERSION)
    expires, now = read_at(value.get("expires")), read_at(value.get("now"))
    session, data = value.get("session"), value.get("data")
    if (
        type(kind) is not str
        or type(session) is not str
        or type(data) is not dict
        or expires is None
        or now is None
    ):
        return UnreadableCommand(command=number, reason=CommandRefusal.NOT_SUPPORTED)
    return Command(command=number, type=kind, expires=expires, now=now, session=session, data=data)


def _read_down_object(body: bytes) -> dict[str, object]:
    if len(body) > _MAX_BODY_BYTES:
        raise Refused(RefusalCode.SIZE)
    return read_object(body)
