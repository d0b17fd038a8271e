"""Packets of sound (RFC 3550) and of keys (RFC 4733, SIP INFO). Pure."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

_HEAD = struct.Struct("!BBHII")
KEYS = "0123456789*#ABCD"
MOST_PRESSES = 256  # presses of one call that are remembered


@dataclass(frozen=True, slots=True)
class Packet:
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    source: int
    payload: bytes

    def formatted(self) -> bytes:
        return (
            _HEAD.pack(
                0x80, self.payload_type | (0x80 if self.marker else 0), self.sequence & 0xFFFF,
                self.timestamp & 0xFFFFFFFF, self.source,
            )
            + self.payload
        )  # fmt: skip


def parse(data: bytes) -> Packet | None:
    """A packet as it came; None for what is none."""
    if len(data) < _HEAD.size or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, source = _HEAD.unpack_from(data)
    at = _HEAD.size + 4 * (first & 15)
    if first & 0x10:
        if len(data) < at + 4:
            return None
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4])
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if not at <= end or (first & 0x20 and not data[-1]):
        return None
    return Packet(second & 0x7F, bool(second & 0x80), sequence, timestamp, source, data[at:end])


class Presses:
    """Makes keys of their packets: each press once, however often, late or disordered its packets come.

    All packets of one press carry its timestamp (RFC 4733, 2.5.1.2). A press counts at its first packet, so that
    loss of the others does nothing.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], None] = {}

    def hear(self, packet: Packet) -> str:
        """The key, empty when this packet is of a press that was heard, or is none."""
        if len(packet.payload) < 4 or packet.payload[0] >= len(KEYS):
            return ""
        press = packet.source, packet.timestamp
        if press in self._known:
            return ""
        self._known[press] = None
        if len(self._known) > MOST_PRESSES:
            del self._known[next(iter(self._known))]
        return KEYS[packet.payload[0]]


def info_key(content_type: str, body: bytes) -> str:
    """The key in a SIP INFO (`application/dtmf-relay`, `application/dtmf`), empty when there is none."""
    kind, text = content_type.partition(";")[0].strip().lower(), body[:256].decode("ascii", "replace")
    if kind == "application/dtmf-relay":
        found = re.search(r"(?im)^\s*Signal\s*=\s*([0-9A-D*#])\s*$", text)
    elif kind == "application/dtmf":
        found = re.fullmatch(r"(?i)\s*([0-9A-D*#])\s*", text)
    else:
        return ""
    return found[1].upper() if found else ""
