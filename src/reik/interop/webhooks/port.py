"""Sends one signed POST. One aiohttp session for the whole process; whatever goes wrong becomes a `Failed`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from yarl import URL

from reik.interop import Delivered, Failed, Result
from reik.interop.webhooks import mapping
from reik.kernel.posting import at_most_twice, why

_READ_AT_MOST = 4096  # bytes of an answer; nothing in it is used, it only frees the connection


@dataclass(frozen=True, slots=True)
class Webhook:
    """A destination made ready: what a POST needs and does not change."""

    url: URL
    secret: bytes
    timeout: aiohttp.ClientTimeout


def peer(address: str, secret: str | None, timeout_s: float) -> Webhook:
    """Raises AddressRefused for an address that is not https (or http to this machine) or a bad secret."""
    return Webhook(
        url=URL(mapping.accepted_url(address)),
        secret=mapping.secret_bytes(secret),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
    )


@asynccontextmanager
async def opened() -> AsyncIterator[aiohttp.ClientSession]:
    """The session: lanes bound how many connections there are, so the connector does not; TLS is verified.

    No proxy, netrc or cookies: nothing outside the destination's own row decides where a message goes.
    """
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Content-Type": "application/json", "User-Agent": "Reik"},
        skip_auto_headers=("Accept", "Accept-Encoding"),
        auto_decompress=False,
        trust_env=False,
    ) as session:
        yield session


async def deliver(
    session: aiohttp.ClientSession, peer: Webhook, *, message_id: str, body: str, now: datetime
) -> Result:
    """POST once. Also gives Failed for a time-out, a refused certificate, or no connection."""
    data = body.encode()
    headers = mapping.headers(peer.secret, message_id, int(now.timestamp()), data)
    try:
        return await at_most_twice(lambda: _post(session, peer, headers, data, now))
    except (aiohttp.ClientError, OSError) as error:
        return Failed(why(error, peer.timeout.total))


def gateway(peer: Webhook) -> str:
    """The receiver's host."""
    return peer.url.authority


async def check(session: aiohttp.ClientSession, peer: Webhook, *, now: datetime) -> Result:
    """Ask the receiver for its head: any answer of its own will do, no event is sent."""
    del now
    try:
        async with session.head(peer.url, timeout=peer.timeout, allow_redirects=False) as response:
            away = response.status in (502, 503, 504)
            return Failed(f"HTTP {response.status}", answered=True) if away else Delivered()
    except TimeoutError:
        return Failed(f"no answer within {peer.timeout.total:g} s")
    except (aiohttp.ClientError, OSError) as error:
        return Failed(f"no connection ({type(error).__name__})")


async def _post(
    session: aiohttp.ClientSession, peer: Webhook, headers: dict[str, str], data: bytes, now: datetime
) -> Result:
    response = await session.post(
        peer.url, data=data, headers=headers, timeout=peer.timeout, allow_redirects=False
    )
    try:
        content = response.content
        if not content.at_eof():
            await _read_a_little(content)
        return mapping.meaning(response.status, response.headers.get("Retry-After"), now)
    finally:
        response.release() if response.content.at_eof() else response.close()


async def _read_a_little(content: aiohttp.StreamReader) -> None:
    """Up to 4 KB of the answer; the status has been said, so a body that breaks off changes nothing."""
    left = _READ_AT_MOST
    try:
        while left > 0 and not content.at_eof():
            left -= len(await content.read(left))
    except (TimeoutError, aiohttp.ClientError):
        return
