"""Tells a monitoring centre of an alert, or that it is over, and waits for the centre's own response."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from reik.interop import Failed, Result
from reik.interop.scaip import address as addresses
from reik.interop.scaip import mapping
from reik.interop.scaip.address import Centre
from reik.interop.scaip.receivers import Session
from reik.sip.asking import T1


@dataclass(frozen=True, slots=True)
class Line:
    """A destination made ready."""

    centre: Centre
    timeout_s: float


def peer(address: str, secret: str | None, timeout_s: float) -> Line:
    """Raises AddressRefused. `secret` is the password of the digest log-in, where the centre asks for one."""
    return Line(addresses.centre(address, secret), timeout_s)


@asynccontextmanager
async def opened(trust: ssl.SSLContext | None = None, t1: float = T1) -> AsyncIterator[Session]:
    """What all deliveries share: trusted certificates are read once, ways out are opened when they are needed.

    `t1` (seconds): the first wait before a datagram is sent again.
    """
    session = Session(trust or ssl.create_default_context(), t1)
    try:
        yield session
    finally:
        await session.close()


async def deliver(session: Session, peer: Line, *, message_id: str, body: str, now: datetime) -> Result:
    """Tell once: Delivered only on the centre's own `snu` 0, never on SIP's 200 alone."""
    del now
    try:
        told = mapping.told(body, message_id, peer.centre)
    except mapping.NotTold as reason:
        return Failed(str(reason), permanent=True, answered=True)
    return await session.tell(peer.centre, told, peer.timeout_s)


def gateway(peer: Line) -> str:
    """The receivers and the account there."""
    return peer.centre.gateway


async def check(session: Session, peer: Line, *, now: datetime) -> Result:
    """A heartbeat (`mty` PI) or, where the address says so, SIP's OPTIONS, to every receiver."""
    del now
    return await session.try_all(peer.centre, peer.timeout_s)
