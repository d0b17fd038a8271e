"""SMPP 3.4 (SMPP Developers Forum, issue 1.2) as far as a sender of texts needs it: bytes in, values out. Pure."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct(">IIII")
LARGEST = 65_536  # bytes; no PDU of a text message comes near it
ANSWER = 0x8000_0000
LAST_SEQUENCE = 0x7FFF_FFFF
VERSION = 0x34
RECEIPT_KINDS = (0x04, 0x20)  # esm_class: a delivery receipt, a notice on the way
_KIND_BITS = 0x3C
MESSAGE_PAYLOAD, RECEIPTED_ID, MESSAGE_STATE = 0x0424, 0x001E, 0x0427


class Command(IntEnum):
    BIND_TRANSCEIVER = 0x09
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x8000_0000


class Status(IntEnum):
    OK = 0x00
    INVALID_COMMAND_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    PERMANENT_REFUSAL = 0x65


class Malformed(ValueError):
    """These bytes are no SMPP."""


@dataclass(frozen=True, slots=True)
class Pdu:
    command: int
    status: int
    sequence: int
    body: bytes = b""

    @property
    def is_answer(self) -> bool:
        return bool(self.command & ANSWER)

    def bytes(self) -> bytes:
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


class Frames:
    """Cuts what arrives, in pieces of any size, into PDUs."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[Pdu]:
        """The PDUs that are whole now. Raises Malformed for a length that no PDU has."""
        self._kept += data
        found = []
        while len(self._kept) >= 4:
            length = int.from_bytes(self._kept[:4])
            if not HEADER.size <= length <= LARGEST:
                raise Malformed("no PDU has this length")
            if len(self._kept) < length:
                break
            _, command, status, sequence = HEADER.unpack_from(self._kept)
            found.append(Pdu(command, status, sequence, bytes(self._kept[HEADER.size : length])))
            del self._kept[:length]
        return found


def answer(to: Pdu, status: int = Status.OK) -> Pdu:
    """Our answer to a request of the peer."""
    named = to.command in (Command.DELIVER_SM, Command.DATA_SM) and status == Status.OK
    return Pdu(to.command | ANSWER, status, to.sequence, b"\0" if named else b"")


def bind_transceiver(system_id: str, password: str, system_type: str) -> bytes:
    """The body that logs in for sending and for receipts, over one connection."""
    return _c(system_id) + _c(password) + _c(system_type) + bytes([VERSION, 0, 0]) + _c("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """One text for one phone. `to` is E.164 with +; `valid_min`: minutes that the centre keeps trying."""

    to: str
    sender: str
    coding: int
    text: bytes
    valid_min: int
    receipt: bool

    def body(self) -> bytes:
        ton, npi, sender = _sender(self.sender)
        hours, minutes = divmod(self.valid_min, 60)
        days, hours = divmod(hours, 24)
        return b"".join(
            (
                _c(""), bytes([ton, npi]), _c(sender), bytes([1, 1]), _c(self.to.lstrip("+")),
                bytes([0, 0, 0]),  # esm_class, protocol_id, priority_flag
                _c(""), _c(f"0000{days:02}{hours:02}{minutes:02}00000R"),  # at once; valid for, relative
                bytes([int(self.receipt), 0, self.coding, 0, len(self.text)]), self.text,
            )
        )  # fmt: skip


def _sender(said: str) -> tuple[int, int, str]:
    """Type of number, numbering plan, and the sender as the wire has it."""
    if said.startswith("+"):
        return 1, 1, said[1:]
    return (3, 0, said) if said.isdigit() else (5, 0, said)


def message_id(body: bytes) -> str:
    """The centre's own id in a submit_sm_resp; empty when it gave none."""
    return body.partition(b"\0")[0][:65].decode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a deliver_sm or data_sm brings. `source`: of a receipt the phone that was texted."""

    source: str
    esm_class: int
    text: bytes = field(repr=False)
    extra: Mapping[int, bytes] = field(repr=False)

    @property
    def is_receipt(self) -> bool:
        return self.esm_class & _KIND_BITS in RECEIPT_KINDS


def incoming(pdu: Pdu) -> Incoming:
    """Read a deliver_sm or data_sm. Raises Malformed."""
    reader = _Reader(pdu.body)
    reader.text()  # service_type
    reader.skip(2)
    source = reader.text()
    reader.skip(2)
    reader.text()
    esm_class = reader.byte()
    text = b""
    if pdu.command == Command.DELIVER_SM:
        reader.skip(2)
        reader.text(), reader.text()  # schedule_delivery_time, validity_period
        reader.skip(4)
        text = reader.take(reader.byte())
    else:
        reader.skip(2)
    extra = reader.tagged()
    return Incoming(
        source=source, esm_class=esm_class, text=text or extra.get(MESSAGE_PAYLOAD, b""), extra=extra
    )


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise Malformed("the PDU ends too soon")
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken

    def skip(self, size: int) -> None:
        self.take(size)

    def byte(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a text in the PDU has no end")
        taken = self._data[self._at : end]
        self._at = end + 1
        return taken.decode("latin-1")

    def tagged(self) -> dict[int, bytes]:
        """The optional parameters that follow."""
        found: dict[int, bytes] = {}
        while self._at < len(self._data):
            tag, size = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(size)
        return found


def _c(text: str) -> bytes:
    return text.encode("ascii") + b"\0"
