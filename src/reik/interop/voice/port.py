"""Calls somebody, says that there is an alert, and takes key 1 from whoever accepts it.

Accepted is key 1 and nothing else. Delivered is a call that was answered and heard without a key, perhaps by a machine:
the route goes on at its time. Everything else is a Failed, and the next person is called at once (R56).
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from reik.interop import Failed, Result
from reik.interop.voice import address as addresses
from reik.interop.voice import mapping
from reik.interop.voice.address import Phone
from reik.interop.voice.switchboard import Switchboard
from reik.sip.asking import T1


@dataclass(frozen=True, slots=True)
class Line:
    """A destination made ready."""

    phone: Phone
    timeout_s: float


def peer(address: str, secret: str | None, timeout_s: float) -> Line:
    """Raises AddressRefused. `secret` is the password of the digest log-in, where the gateway asks for one."""
    return Line(addresses.phone(address, secret, timeout_s), timeout_s)


@asynccontextmanager
async def opened(trust: ssl.SSLContext | None = None, t1: float = T1) -> AsyncIterator[Switchboard]:
    """What all calls share; whoever still speaks at the end is hung up on. `t1` as in SIP, in seconds."""
    board = Switchboard(trust or ssl.create_default_context(), t1)
    try:
        yield board
    finally:
        await board.close()


async def deliver(session: Switchboard, peer: Line, *, message_id: str, body: str, now: datetime) -> Result:
    """Call once, within the time-out of the destination."""
    try:
        script = mapping.script(body, message_id)
    except mapping.NotCalled as reason:
        return Failed(str(reason), permanent=True, answered=True)
    return await session.call(peer.phone, script, message_id, peer.timeout_s, now)


def gateway(peer: Line) -> str:
    """The gateway and the account there."""
    return peer.phone.gateway


async def check(session: Switchboard, peer: Line, *, now: datetime) -> Result:
    """SIP's OPTIONS to the gateway; calls nobody."""
    del now
    return await session.check(peer.phone, peer.timeout_s)


def under_way(session: Switchboard) -> list[str]:
    """The messages about which a phone rings now."""
    return session.under_way()


def recall(session: Switchboard, message_ids: Collection[str]) -> None:
    """Stop ringing for messages that were taken back."""
    session.recall(message_ids)
