"""A receiver of ours on loopback that does what a test tells it to, also what no receiver should. Knows nothing of
Reik's code: its SIP is written apart."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request, or answer, as it came, and the way back."""

    text: str
    back: Callable[[bytes], None]
    peer: Peer
    close: Callable[[], None] = lambda: None

    def header(self, name: str) -> str:
        return re.search(rf"(?im)^{name}: *(.*?)\r?$", self.text)[1]  # type: ignore[index]

    @property
    def ref(self) -> str:
        return re.search(r"<ref>(.*?)</ref>", self.text)[1]  # type: ignore[index]

    @property
    def mty(self) -> str:
        return re.search(r"<mty>(.*?)</mty>", self.text)[1]  # type: ignore[index]

    def answered(self, status: str = "200 OK", body: str = "", *more: str) -> bytes:
        kept = [f"{name}: {self.header(name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
        kept[2] += ";tag=peer"
        lines = [f"SIP/2.0 {status}", *kept, *more, f"Content-Length: {len(body)}", "", body]
        return "\r\n".join(lines).encode()

    def mrs(self, snu: int = 0, ref: str | None = None, more: str = "") -> bytes:
        return mrs(ref or self.ref, snu, more)

    def answer(self, status: str = "200 OK", body: str = "", *more: str) -> None:
        self.back(self.answered(status, body, *more))

    def respond(self, snu: int = 0, ref: str | None = None, more: str = "") -> None:
        self.back(self.mrs(snu, ref, more))


def mrs(ref: str, snu: int = 0, more: str = "", branch: str = "z9hG4bKpeer") -> bytes:
    body = f"<mrs><ref>{ref}</ref><snu>{snu}</snu>{more}</mrs>"
    return request("MESSAGE", body, branch)


def request(
    method: str, body: str = "", branch: str = "z9hG4bKpeer", kind: str = "application/scaip+xml"
) -> bytes:
    return (
        f"{method} sip:reik@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;rport;branch={branch}\r\n"
        f"From: <sip:arc@centre.example>;tag=c\r\nTo: <sip:reik@reik.example>\r\nCall-ID: {branch}\r\n"
        f"CSeq: 7 {method}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


Behaviour = Callable[[Asked], Awaitable[None] | None]


async def treats(asked: Asked) -> None:
    """What a good receiver does: take over, then respond apart."""
    asked.answer()
    asked.respond()


@dataclass
class Peer:
    """What came in: requests, and answers to what it asked itself."""

    behaviour: Behaviour
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: list[Asked] = field(default_factory=list)
    connections: int = 0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def heard(
        self, data: bytes, back: Callable[[bytes], None], close: Callable[[], None] = lambda: None
    ) -> None:
        one = Asked(data.decode(), back, self, close)
        if one.text.startswith("SIP/2.0"):
            self.answers.append(one)
            return
        self.asked.append(one)
        doing = self.behaviour(one)
        if doing is not None:
            self.tasks.append(asyncio.ensure_future(doing))

    @property
    def refs(self) -> list[str]:
        return [each.ref for each in self.asked]

    @property
    def statuses(self) -> list[str]:
        return [each.text[8:11] for each in self.answers]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.peer.heard(data, lambda said: self.transport.sendto(said, addr))


@asynccontextmanager
async def over_udp(behaviour: Behaviour = treats) -> AsyncIterator[Peer]:
    peer = Peer(behaviour)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(peer), local_addr=("127.0.0.1", 0)
    )
    peer.port = transport.get_extra_info("sockname")[1]
    try:
        yield peer
    finally:
        await _done(peer)
        transport.close()


@asynccontextmanager
async def over_tcp(behaviour: Behaviour = treats, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    peer = Peer(behaviour)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"Content-Length: *(\d+)", head)[1])  # type: ignore[index]
                peer.heard(head + await reader.readexactly(length), writer.write, writer.transport.abort)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        await _done(peer)
        server.close()


async def _done(peer: Peer) -> None:
    for each in peer.tasks:
        each.cancel()
    for each in await asyncio.gather(*peer.tasks, return_exceptions=True):
        if isinstance(each, Exception):
            raise each
