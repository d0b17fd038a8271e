"""Has an alarm server (ESPA-X 1.00) call somebody, waits for who takes it, and ends the call when it is over.

Accepted is a person who confirmed on her handset. Delivered is a process that runs at the server, or was only shown:
the route goes on at its time, and what she does later is told by `late`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reik.interop import Failed, Late, Result
from reik.interop.espax import address as addresses
from reik.interop.espax import mapping
from reik.interop.espax.address import Desk, Server
from reik.interop.espax.link import Link
from reik.interop.espax.mapping import Stop


@dataclass(frozen=True, slots=True)
class Line:
    """A destination made ready."""

    desk: Desk
    timeout_s: float


@dataclass(slots=True)
class Ways:
    """What all deliveries share: one session for each account at a server."""

    trust: ssl.SSLContext
    links: dict[Server, Link] = field(default_factory=dict)

    def link(self, server: Server) -> Link:
        if server not in self.links:
            self.links[server] = Link(server, self.trust)
        return self.links[server]


def peer(address: str, secret: str | None, timeout_s: float) -> Line:
    """Raises AddressRefused. `secret` is the password of the log-in."""
    return Line(addresses.desk(address, secret), timeout_s)


@asynccontextmanager
async def opened(trust: ssl.SSLContext | None = None) -> AsyncIterator[Ways]:
    """What all deliveries share; at the end the servers are logged out of."""
    ways = Ways(trust or ssl.create_default_context())
    try:
        yield ways
    finally:
        await asyncio.gather(*(each.close() for each in ways.links.values()), return_exceptions=True)


async def deliver(session: Ways, peer: Line, *, message_id: str, body: str, now: datetime) -> Result:
    """Have somebody called, or a call ended, within the time-out of the destination."""
    try:
        asked = mapping.asked(body, message_id, peer.desk)
    except mapping.NotTold as reason:
        return Failed(str(reason), permanent=True, answered=True)
    link = session.link(peer.desk.server)
    if not isinstance(asked, Stop):
        counts_s = None if asked.useful_until is None else (asked.useful_until - now).total_seconds()
        return await link.call(asked, message_id, peer.timeout_s, counts_s)
    return await _within(link.stop(asked), peer.timeout_s)


def gateway(peer: Line) -> str:
    """The server and the account there."""
    return peer.desk.server.gateway


async def check(session: Ways, peer: Line, *, now: datetime) -> Result:
    """A session that lives, and a heartbeat that is answered."""
    del now
    return await _within(session.link(peer.desk.server).check(), peer.timeout_s)


async def _within(asking: Coroutine[Any, Any, Result], seconds: float) -> Result:
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except TimeoutError:
        return Failed(f"no answer within {seconds:g} s")


def under_way(session: Ways) -> list[str]:
    """The messages of which the answer is waited for."""
    return [process.message_id for each in session.links.values() for process in each.processes.under_way()]


def recall(session: Ways, message_ids: Collection[str]) -> None:
    """Stop calling about messages that were taken back."""
    for each in session.links.values():
        each.recall(message_ids)


def late(session: Ways) -> list[Late]:
    """What people said after the delivery of their message had ended; each once."""
    return [said for each in session.links.values() for said in each.late()]
