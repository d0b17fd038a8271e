"""How SIP travels: one UDP socket per family, and connections of TCP and TLS that are kept. Bytes in, messages out."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, cast

from reik.sip import message as sip
from reik.sip.message import Framer, Message, NotSip
from reik.sip.places import Receiver, Transport

log = logging.getLogger(__name__)

MOST_INCOMING = 64  # connections that receivers may open to us at once
MOST_UNREAD = 1 << 20  # bytes that a peer may leave unread before its connection is given up

_KEEPING = {
    "TCP_KEEPIDLE": 20,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 2000,
}  # s, s, times, ms

Endpoint = tuple[str, int]
Reply = Callable[[bytes], None]
Hear = Callable[[Message, Endpoint, Reply], None]


class Gone(Exception):
    """The connection ended, or what came over it was no SIP."""


class Flow(Protocol):
    """A way to one receiver. `gone` is done when nothing can come back by it any more."""

    reliable: bool
    local: Endpoint
    remote: Endpoint
    gone: asyncio.Future[None]

    def send(self, data: bytes) -> None: ...

    def drop(self) -> None: ...


class Datagrams(asyncio.DatagramProtocol):
    """Our UDP socket of one family, for all receivers."""

    transport: asyncio.DatagramTransport

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            message = sip.parse(data)
        except NotSip:
            return  # noise, or somebody's keep-alive
        back = (addr[0], sip.answer_port(message, addr[1]), *addr[2:])
        self._hear(message, addr[:2], lambda answer: self.transport.sendto(answer, back))

    @property
    def port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])


class DatagramFlow:
    """UDP to one receiver."""

    reliable = False

    def __init__(self, over: Datagrams, local_host: str, address: tuple[str, int]) -> None:
        self._over, self._address = over, address
        self.local = (local_host, over.port)
        self.remote = (address[0], address[1])
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, data: bytes) -> None:
        self._over.transport.sendto(data, self._address)

    def drop(self) -> None:
        """Nothing is kept for one receiver."""


class StreamFlow(asyncio.Protocol):
    """One connection of TCP or TLS, ours or a receiver's."""

    reliable = True
    local: Endpoint = ("", 0)
    remote: Endpoint = ("", 0)

    def __init__(self, hear: Hear, ended: Callable[[StreamFlow], None]) -> None:
        self._hear, self._ended = hear, ended
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.local = transport.get_extra_info("sockname")[:2]
        self.remote = transport.get_extra_info("peername")[:2]

    @property
    def socket(self) -> socket.socket:
        assert self._transport is not None
        return cast(socket.socket, self._transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        try:
            for each in self._framer.feed(data):
                self._hear(sip.parse(each), self.remote, self.send)
        except NotSip as reason:
            log.warning("a connection of SIP is given up: %s", reason)
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.gone.done():
            self.gone.set_result(None)
        self._ended(self)

    def send(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > MOST_UNREAD:
            return self.drop()
        self._transport.write(data)

    def drop(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)
        self._ended(self)
        if self._transport is not None:
            self._transport.abort()


class Flows:
    """All ways out of this process: opened when needed, kept while they last."""

    def __init__(self, hear: Hear, trust: ssl.SSLContext) -> None:
        self._hear, self._trust = hear, trust
        self._datagrams: dict[tuple[int, Endpoint | None], Datagrams] = {}
        self._streams: dict[Receiver, StreamFlow] = {}
        self._incoming: set[StreamFlow] = set()
        self._listening: dict[Endpoint, asyncio.Server] = {}
        self._opening: dict[object, asyncio.Lock] = {}

    async def to(self, receiver: Receiver, listen: Endpoint | None) -> tuple[Flow, bool]:
        """The way to a receiver, and whether it was there already. Raises OSError (also ssl.SSLError).

        `listen`: where receivers may also reach us; bound here, on this machine.
        """
        if receiver.transport is Transport.UDP:
            return await self._datagram(receiver, listen), False
        async with self._opening.setdefault(receiver, asyncio.Lock()):
            kept = self._streams.get(receiver)
            if kept is not None and not kept.gone.done():
                return kept, True
            if listen is not None and receiver.transport is Transport.TCP:
                await self._listen(listen)
            return await self._stream(receiver), False

    async def close(self) -> None:
        for server in self._listening.values():
            server.close()
        for flow in [*self._streams.values(), *self._incoming]:
            flow.drop()
        for each in self._datagrams.values():
            each.transport.close()
        await asyncio.sleep(0)  # lets transports close their sockets

    async def _stream(self, receiver: Receiver) -> StreamFlow:
        tls = receiver.transport is Transport.TLS
        _, flow = await asyncio.get_running_loop().create_connection(
            lambda: StreamFlow(self._hear, self._ended),
            receiver.host,
            receiver.port,
            ssl=self._trust if tls else None,
            server_hostname=receiver.host if tls else None,
        )
        _notice_death(flow)
        self._streams[receiver] = flow
        return flow

    def _ended(self, flow: StreamFlow) -> None:
        self._incoming.discard(flow)
        for receiver in [receiver for receiver, each in self._streams.items() if each is flow]:
            del self._streams[receiver]

    async def _datagram(self, receiver: Receiver, listen: Endpoint | None) -> DatagramFlow:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_DGRAM)
        family, address = found[0][0], cast(tuple[str, int], found[0][4])
        key = (int(family), listen)
        async with self._opening.setdefault(key, asyncio.Lock()):
            over = self._datagrams.get(key)
            if over is None or over.transport.is_closing():
                anywhere = ("::" if family == socket.AF_INET6 else "0.0.0.0", 0)  # noqa: S104 - no fixed port
                _, over = await loop.create_datagram_endpoint(
                    lambda: Datagrams(self._hear), local_addr=listen or anywhere
                )
                self._datagrams[key] = over
        host = listen[0] if listen else _own_address(family, address)
        return DatagramFlow(over, host, address)

    async def _listen(self, listen: Endpoint) -> None:
        async with self._opening.setdefault(listen, asyncio.Lock()):
            if listen not in self._listening:
                self._listening[listen] = await asyncio.get_running_loop().create_server(
                    self._accepted, listen[0], listen[1]
                )

    def _accepted(self) -> StreamFlow:
        if len(self._incoming) >= MOST_INCOMING:
            self._incoming.pop().drop()  # a receiver comes back; a crowd of idle connections is none
        flow = StreamFlow(self._hear, self._ended)
        self._incoming.add(flow)
        return flow


def _notice_death(flow: StreamFlow) -> None:
    """A kept connection of which the other end vanished ends by itself, at the latest when something is written."""
    kept = flow.socket
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPING.items():
        if hasattr(socket, name):  # not on every system
            kept.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _own_address(family: int, address: tuple[str, int]) -> str:
    """The address of this machine that a receiver sees, before any translation on the way. Sends nothing."""
    with socket.socket(family, socket.SOCK_DGRAM) as looking, suppress(OSError):
        looking.connect(address)
        return str(looking.getsockname()[0])
    return "127.0.0.1"
