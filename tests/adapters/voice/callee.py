"""A telephone of ours on loopback that does what a test tells it to, also what no telephone should."""

from __future__ import annotations

import asyncio
import re
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.adapters.scaip.fake import Asked, Peer, over_tcp, over_udp

KEYS = "0123456789*#ABCD"


class Ear(asyncio.DatagramProtocol):
    """Where the telephone hears: packets as they came."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.timestamp = 1000

    def connection_made(self, transport) -> None:  # type: ignore[no-untyped-def]
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.packets.append(data)

    @property
    def sound(self) -> bytes:
        return b"".join(each[12:] for each in self.packets)

    def event(
        self, key: str, port: int, *, duration: int = 160, end: bool = False, payload_type: int = 101
    ) -> None:
        """One packet of a press; the press is told by `timestamp`."""
        head = struct.pack("!BBHII", 0x80, payload_type, 7, self.timestamp, 99)
        body = struct.pack("!BBH", KEYS.index(key), 10 | (0x80 if end else 0), duration)
        self.transport.sendto(head + body, ("127.0.0.1", port))

    def press(self, key: str, port: int) -> None:
        """A press as a telephone sends it: three updates, and the end three times."""
        self.timestamp += 8000
        for step in (160, 320, 480):
            self.event(key, port, duration=step)
        for _ in range(3):
            self.event(key, port, duration=640, end=True)

    def say(self, port: int, count: int = 20) -> None:
        for number in range(count):
            head = struct.pack("!BBHII", 0x80, 8, number, number * 160, 98)
            self.transport.sendto(head + b"\xd5" * 160, ("127.0.0.1", port))


@dataclass
class Callee:
    """What became of a call. `does`: what happens when it is called."""

    does: Behaviour
    ear: Ear
    peer: Peer = field(init=False)
    invites: list[Asked] = field(default_factory=list)
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    acks: list[Asked] = field(default_factory=list)
    byes: list[Asked] = field(default_factory=list)
    cancels: list[Asked] = field(default_factory=list)
    copies: list[Asked] = field(default_factory=list)
    heeds_cancel: bool = True
    answers_bye: bool = True

    async def heard(self, asked: Asked) -> None:
        method = asked.text.split(" ", 1)[0]
        if method != "ACK" and any(
            each.text == asked.text for each in (*self.invites, *self.byes, *self.cancels)
        ):
            self.copies.append(asked)  # a machine under load is slow to answer: that is no second request
            if method in ("BYE", "CANCEL") and self.answers_bye:
                asked.answer()
        elif method == "INVITE":
            self.invites.append(asked)
            await self.does(self, asked)
        elif method == "ACK":
            self.acks.append(asked)
            self.acked.set()
        elif method == "BYE":
            self.byes.append(asked)
            self.hung_up.set()
            if self.answers_bye:
                asked.answer()
        elif method == "CANCEL":
            self.cancels.append(asked)
            asked.answer()
            if self.heeds_cancel:
                self.invites[-1].answer("487 Request Terminated")
            self.cancelled.set()
        else:
            asked.answer()

    def theirs(self, asked: Asked) -> int:
        """The port at which the caller hears."""
        return int(re.search(r"m=audio (\d+)", asked.text)[1])  # type: ignore[index]

    def sdp(self, *, codec: str = "8", direction: str = "sendrecv", host: str = "127.0.0.1") -> str:
        name = {"8": "PCMA", "0": "PCMU"}[codec]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {self.ear.port} RTP/AVP {codec} 101\r\na=rtpmap:{codec} {name}/8000\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )

    def take(self, asked: Asked, sdp: str | None = None, *more: str) -> None:
        """Answer the call."""
        asked.answer(
            "200 OK", self.sdp() if sdp is None else sdp, "Contact: <sip:phone@127.0.0.1:5999>",
            "Content-Type: application/sdp", *more,
        )  # fmt: skip

    def request(
        self, method: str, asked: Asked, cseq: int, body: str = "", kind: str = "", tag: str = "peer"
    ) -> None:
        """A request of the telephone within the call."""
        ours, theirs = asked.header("To"), asked.header("From")
        typed = f"Content-Type: {kind}\r\n" if kind else ""
        asked.back(
            f"{method} sip:reik@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.peer.port};rport;"
            f"branch=z9hG4bK{method}{cseq}\r\nFrom: {ours};tag={tag}\r\nTo: {theirs}\r\n"
            f"Call-ID: {asked.header('Call-ID')}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n{typed}"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )


Behaviour = Callable[[Callee, Asked], Awaitable[None]]


def takes(then: Behaviour | None = None, *, after: float = 0.15) -> Behaviour:
    """Rings, is answered, and then something happens."""

    async def does(callee: Callee, asked: Asked) -> None:
        asked.answer("180 Ringing")
        callee.take(asked)
        await callee.acked.wait()
        if then is not None:
            await asyncio.sleep(after)
            await then(callee, asked)

    return does


def presses(*keys: str, apart: float = 0.4) -> Behaviour:
    async def then(callee: Callee, asked: Asked) -> None:
        for key in keys:
            callee.ear.press(key, callee.theirs(asked))
            await asyncio.sleep(apart)

    return then


@asynccontextmanager
async def calling(
    does: Behaviour, *, over: str = "udp", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Callee]:
    _, ear = await asyncio.get_running_loop().create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    callee = Callee(does, ear)
    way = over_udp(callee.heard) if over == "udp" else over_tcp(callee.heard, tls)
    try:
        async with way as peer:
            callee.peer = peer
            yield callee
    finally:
        ear.transport.close()
