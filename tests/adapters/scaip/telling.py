"""Telling a receiver of our own, over any of the ways that SCAIP goes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from reik.interop import Result
from reik.interop.scaip import port
from reik.interop.scaip.receivers import Session
from tests.adapters.scaip.fake import Peer, over_tcp, over_udp

TLS = "scaip+tls://arc.example/?to=arc&from=reik.example&cid="
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
BODY = (
    '{"type":"alert.step","data":{"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,'
    '"due_at":"2026-11-23T07:00:00Z"}}'
)
T1 = 0.05
ONE, OTHER = "0193548c-7a00-7000-8000-000000000001", "0193548c-7a00-7000-8000-000000000002"


@asynccontextmanager
async def session(trust: ssl.SSLContext | None = None) -> AsyncIterator[Session]:
    async with port.opened(trust, T1) as made:
        yield made


async def tell(
    at: Session, address: str, timeout_s: float = 1, key: str = ONE, secret: str | None = None
) -> Result:
    peer = port.peer(f"{address}/?to=arc&from=reik.example&cid=48213", secret, timeout_s)
    return await port.deliver(at, peer, message_id=key, body=BODY, now=NOW)


def udp(*peers: Peer) -> str:
    return "scaip+udp://" + ",".join(f"127.0.0.1:{each.port}" for each in peers)


def tcp(peer: Peer) -> str:
    return f"scaip+tcp://127.0.0.1:{peer.port}"


def run(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


def wire(which: str) -> tuple[Callable[..., object], Callable[[Peer], str]]:
    return (over_udp, udp) if which == "udp" else (over_tcp, tcp)


both = pytest.mark.parametrize("which", ["udp", "tcp"])
ONLY_TAKEN_OVER = "taken over, but no response of the centre"


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not true():
            await asyncio.sleep(0.01)
