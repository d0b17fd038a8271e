"""Sound that only the two sides can read or change: SRTP with keys from the description (RFC 3711, RFC 4568). Pure.

One suite, the one that all know: AES-CM with 128 bits and HMAC-SHA1 with 80.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITE = "AES_CM_128_HMAC_SHA1_80"
MASTER = 30  # bytes: key and salt
TAG = 10  # bytes that each packet grows by
WINDOW = 64  # packets behind the newest that may still come
MOST_SOURCES = 4
_HEAD = 12


@dataclass(slots=True)
class _Source:
    newest: int  # index: times that the sequence went round, and the sequence
    seen: int = 1  # bits of the packets up to the newest


@dataclass(slots=True)
class Sealer:
    """One direction of one call, of one master key."""

    master: bytes = field(repr=False)
    _sources: dict[bytes, _Source] = field(default_factory=dict, repr=False)
    _keys: tuple[bytes, bytes, bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key, salt = self.master[:16], self.master[16:MASTER]
        self._keys = _derived(key, salt, 0, 16), _derived(key, salt, 1, 20), _derived(key, salt, 2, 14)

    def sealed(self, packet: bytes, rounds: int) -> bytes:
        """A packet of ours; `rounds`: times that its sequence went round before."""
        head, payload = packet[:_HEAD], packet[_HEAD:]
        closed = head + self._turned(payload, head[8:12], rounds << 16 | _sequence(head))
        return closed + self._tag(closed, rounds)

    def opened(self, data: bytes) -> bytes | None:
        """A packet of theirs; None for one that is not theirs, was changed, or came before."""
        start = _HEAD + 4 * (data[0] & 15) if data else 0
        if len(data) < start + TAG or not start:
            return None
        if data[0] & 0x10:
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
        closed, tag, source = data[:-TAG], data[-TAG:], data[8:12]
        known = self._sources.get(source)
        index = _index(_sequence(data), known.newest if known else None)
        if index < 0 or not hmac.compare_digest(self._tag(closed, index >> 16), tag):
            return None
        if not self._is_new(source, index) or start > len(closed):
            return None
        return closed[:start] + self._turned(closed[start:], source, index)

    def _is_new(self, source: bytes, index: int) -> bool:
        known = self._sources.get(source)
        if known is None:
            if len(self._sources) < MOST_SOURCES:
                self._sources[source] = _Source(index)
            return source in self._sources
        ahead = index - known.newest
        if ahead > 0:
            known.seen = (known.seen << min(ahead, WINDOW) | 1) & (1 << WINDOW) - 1
            known.newest = index
            return True
        if ahead <= -WINDOW or known.seen >> -ahead & 1:
            return False
        known.seen |= 1 << -ahead
        return True

    def _turned(self, payload: bytes, source: bytes, index: int) -> bytes:
        key, _, salt = self._keys
        start = int.from_bytes(salt) << 16 ^ int.from_bytes(source) << 64 ^ index << 16
        return _stream(key, start, payload)

    def _tag(self, closed: bytes, rounds: int) -> bytes:
        return hmac.digest(self._keys[1], closed + struct.pack("!I", rounds & 0xFFFFFFFF), sha1)[:TAG]


def _sequence(head: bytes) -> int:
    return int.from_bytes(head[2:4])


def _index(sequence: int, newest: int | None) -> int:
    """The index that is nearest to the newest (RFC 3711, 3.3.1); below 0 for none."""
    if newest is None:
        return sequence
    rounds = newest >> 16
    return min(
        (around << 16 | sequence for around in (rounds - 1, rounds, rounds + 1)),
        key=lambda i: abs(i - newest),
    )


def _derived(key: bytes, salt: bytes, label: int, length: int) -> bytes:
    return _stream(key, (int.from_bytes(salt) ^ label << 48) << 16, bytes(length))


def _stream(key: bytes, start: int, data: bytes) -> bytes:
    turning = Cipher(algorithms.AES(key), modes.CTR(start.to_bytes(16))).encryptor()
    return turning.update(data) + turning.finalize()
