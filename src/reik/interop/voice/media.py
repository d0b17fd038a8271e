"""The sound of one call: our packets every 20 ms, and the keys that come back. Only the peer's own hosts are heard."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import cast

from reik.interop.voice import rtp
from reik.interop.voice.rtp import Packet, Presses
from reik.interop.voice.sdp import EVENTS, Remote
from reik.interop.voice.sound import A_LAW, FRAME, U_LAW, frames, silence
from reik.interop.voice.srtp import Sealer

TICK = 0.02  # seconds of one packet
BEHIND = 0.2  # seconds by which packets may be late before their clock is set anew
MOST_KEYS = 32


class Media(asyncio.DatagramProtocol):
    """One socket for one call. Nothing that comes before `begin` counts: the call was not answered then."""

    def __init__(self) -> None:
        self.keys: asyncio.Queue[str] = asyncio.Queue(MOST_KEYS)
        self.heard = 0  # packets of the other side
        self._transport: asyncio.DatagramTransport | None = None
        self._remote: Remote | None = None
        self._to: tuple[str, int] | None = None
        self._hosts: frozenset[str] = frozenset()
        self._presses = Presses()
        self._source = secrets.randbits(32)
        self._ours: Sealer | None = None
        self._theirs: Sealer | None = None
        self._sequence, self._timestamp = secrets.randbits(15), secrets.randbits(31)
        self._due = 0.0
        self._first, self._deaf = True, False

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    @property
    def held(self) -> bool:
        return self._remote is None or not self._remote.listens

    def seal(self, key: bytes) -> None:
        """What is said is sealed with this key, and only what is sealed with theirs is heard."""
        self._ours = Sealer(key)

    def begin(self, remote: Remote, signalling_host: str) -> None:
        """Speak to this side from now on; also after it moved. Its keys may come from there or from its gateway."""
        if remote.key and (self._theirs is None or self._theirs.master != remote.key):
            self._theirs = Sealer(remote.key)
        self._remote, self._to = remote, (remote.host, remote.port)
        self._hosts = frozenset({remote.host, signalling_host})

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._remote is None or addr[0] not in self._hosts or (packet := self._read(data)) is None:
            return
        if packet.payload_type in (A_LAW, U_LAW, self._remote.payload_type):
            self.heard += 1
            self._to = addr[
                :2
            ]  # its side of a translation of addresses: what it said of itself may not be reachable
        elif packet.payload_type in (EVENTS, self._remote.events) and (key := self._presses.hear(packet)):
            self.press(key)

    def _read(self, data: bytes) -> Packet | None:
        if self._ours is None:
            return rtp.parse(data)
        opened = self._theirs.opened(data) if self._theirs is not None else None
        return rtp.parse(opened) if opened is not None else None

    def error_received(self, exc: Exception) -> None:
        """A port that is closed on the other side: it may open yet."""

    def deafen(self) -> None:
        """From now on no key counts: goodbye is said."""
        self._deaf = True
        while not self.keys.empty():
            self.keys.get_nowait()

    def press(self, key: str) -> None:
        if not self.keys.full() and not self._deaf:
            self.keys.put_nowait(key)

    async def play(self, alaw: bytes, ended: asyncio.Future[None]) -> str:
        """Say this; gives the key that was pressed, empty when none was. Ends at once when `ended` is done.

        A call on hold hears nothing: what was being said starts anew when it is taken up again.
        """
        at, pieces, codec = 0, list[bytes](), None
        while not ended.done() and self.keys.empty():
            if self._remote is not None and codec != self._remote.codec:
                codec = self._remote.codec
                pieces = frames(alaw, codec)
            if at >= len(pieces):
                return ""
            if self.held:
                at = 0
            else:
                self._send(pieces[at])
                at += 1
            await self._tick(ended)
        return "" if self.keys.empty() else self.keys.get_nowait()

    async def wait(self, seconds: float, ended: asyncio.Future[None]) -> str:
        """Say nothing for so long, in packets; gives the key."""
        return await self.play(silence(seconds), ended)

    async def _tick(self, ended: asyncio.Future[None]) -> None:
        now = asyncio.get_running_loop().time()
        if not self._due or now - self._due > BEHIND:
            self._due = now
        self._due += TICK
        self._timestamp += FRAME
        await asyncio.wait({ended}, timeout=max(0.0, self._due - now))

    def _send(self, piece: bytes) -> None:
        if self._transport is None or self._to is None or self._remote is None:
            return
        packet = Packet(
            self._remote.payload_type, self._first, self._sequence, self._timestamp, self._source, piece
        )
        said = packet.formatted()
        self._transport.sendto(
            self._ours.sealed(said, self._sequence >> 16) if self._ours else said, self._to
        )
        self._sequence, self._first = self._sequence + 1, False

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def opened(host: str) -> Media:
    """A port of our own on this address of this machine. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    _, media = await asyncio.get_running_loop().create_datagram_endpoint(
        Media, local_addr=(host, 0), family=family
    )
    return media
