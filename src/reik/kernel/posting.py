"""A request over HTTP to a peer: asked anew where a kept connection had ended, and what went wrong in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp

AT_ONCE_S = 1.0
"""Seconds in which a kept connection shows that it was closed already."""
GONE = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
T = TypeVar("T")


async def at_most_twice(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives; asked a second time when the peer had closed the connection while we wrote.

    The key of a message makes a second POST harmless, and a failure would pull somebody's next step forward for
    nothing. Raises what `ask` raises: aiohttp.ClientError, TimeoutError, OSError.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        return await ask()
    except GONE as gone:
        if isinstance(gone, aiohttp.ClientConnectorError) or loop.time() - begun > AT_ONCE_S:
            raise
        return await ask()


def why(error: Exception, within_s: float | None) -> str:
    """Why there is no answer, without anything of the address; `within_s`: how long it was waited for."""
    if isinstance(error, TimeoutError):
        return f"no answer within {within_s:g} s" if within_s is not None else "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "certificate not trusted"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "no connection"
    return f"broken off ({type(error).__name__})"
