"""Sends one text message, by the way that the address names; whatever goes wrong becomes a `Failed`.

Delivered means that the gateway took it, with `receipt=wait` that the phone has it. Nobody has read it by that.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from reik.interop import Delivered, Failed, Result
from reik.interop.sms import mapping, posting, receipts
from reik.interop.sms import text as wording
from reik.interop.sms.answers import refusal
from reik.interop.sms.bound import Gone
from reik.interop.sms.link import Link
from reik.interop.sms.mapping import OverHttp, OverSmpp, Receipt, SmppGateway
from reik.interop.sms.pdu import Submit
from reik.interop.sms.posting import Posting
from reik.interop.sms.receipts import Fate, Ledger
from reik.kernel.tally import NOTHING, Tally

_AT_ONCE = 1.0  # seconds in which a session shows that it had ended already
_LEAST_LEFT = 0.3  # seconds before the time-out in which no text is begun any more


@dataclass(frozen=True, slots=True)
class Texting:
    """A destination behind a message centre, made ready."""

    to: OverSmpp
    timeout_s: float


@dataclass(slots=True)
class Ways:
    """What all texts of this process share: one HTTP session, and one link for each gateway over SMPP."""

    http: aiohttp.ClientSession
    trust: ssl.SSLContext
    links: dict[SmppGateway, Link] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)  # of gateways over HTTP

    def link(self, gateway: SmppGateway) -> Link:
        if gateway not in self.links:
            self.links[gateway] = Link(gateway, self.trust)
        return self.links[gateway]

    def ledger(self, peer: Posting) -> Ledger:
        return self.ledgers.setdefault(posting.gateway(peer), Ledger())


def peer(address: str, secret: str | None, timeout_s: float) -> Texting | Posting:
    """Raises AddressRefused for an address, a secret or a provider's mapping that cannot be used."""
    to = mapping.address(address, secret)
    return posting.ready(to, timeout_s) if isinstance(to, OverHttp) else Texting(to, timeout_s)


@asynccontextmanager
async def opened() -> AsyncIterator[Ways]:
    """The ways out; at the end the gateways are logged out of. TLS is verified; no proxy, netrc or cookies."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Reik"},
        skip_auto_headers=("Accept-Encoding",),
        auto_decompress=False,
        trust_env=False,
    ) as http:
        ways = Ways(http, ssl.create_default_context())
        try:
            yield ways
        finally:
            await asyncio.gather(*(each.kept.close() for each in ways.links.values()), return_exceptions=True)


def gateway(peer: Texting | Posting) -> str:
    """The account at the gateway, without its password."""
    return posting.gateway(peer) if isinstance(peer, Posting) else peer.to.gateway.name


async def deliver(
    session: Ways, peer: Texting | Posting, *, message_id: str, body: str, now: datetime
) -> Result:
    """Send once. A text that the gateway took before is not sent again while its receipt may still come."""
    del now
    if isinstance(peer, Posting):
        return await posting.deliver(session.http, session.ledger(peer), peer, message_id, body)
    link = session.link(peer.to.gateway)
    loop = asyncio.get_running_loop()
    begun, first = loop.time(), ""
    until = begun + peer.timeout_s - _LEAST_LEFT
    try:
        async with asyncio.timeout(peer.timeout_s):
            try:
                return await _text(link, peer, message_id, body, until)
            except Gone as gone:
                # Most often a session that had ended while nobody wrote. A failure would pull somebody's next
                # step forward for nothing; a text that came through after all has the same number in it.
                if not gone.cut or loop.time() - begun > _AT_ONCE:
                    raise
                first = gone.error
                return await _text(link, peer, message_id, body, until)
    except Gone as gone:
        return Failed(gone.error, answered=gone.answered)
    except TimeoutError:
        if (taken := link.ledger.of(message_id)) is not None and taken.fate < Fate.LOST:
            return Failed(f"taken, but no receipt within {peer.timeout_s:g} s", answered=True)
        return Failed(first or f"no answer within {peer.timeout_s:g} s")


async def _text(link: Link, peer: Texting, key: str, body: str, until: float) -> Result:
    loop = asyncio.get_running_loop()
    taken = link.ledger.of(key)
    if taken is None or taken.again(loop.time()):
        status = await link.submit(key, _submit(peer.to, key, body), until)
        if status:
            return refusal(status, link.held_until - loop.time())
    receipt = peer.to.receipt
    # A gateway that confirms nothing any more is not taken at its word until it confirms something again.
    if receipt == Receipt.WAIT or (receipt == Receipt.NOTE and link.ledger.doubt(loop.time())):
        return receipts.failure(await link.fate(key)) or Delivered()
    taken = link.ledger.of(key)
    return (taken and receipts.failure(taken.fate)) or Delivered()


def _submit(to: OverSmpp, key: str, body: str) -> Submit:
    phone = to.phone
    text = wording.text(key, body, lang=phone.lang, name=phone.name, callback=phone.callback)
    coding, data = wording.coded(text)
    return Submit(
        to=phone.to, sender=phone.sender, coding=coding, text=data, valid_min=wording.useful_min(body, to.valid_min),
        receipt=to.receipt != Receipt.NONE,
    )  # fmt: skip


def suspected(session: Ways) -> list[str]:
    """The gateways that took texts and confirmed none for too long: worth trying before their time."""
    at = asyncio.get_running_loop().time()
    return [name for name, ledger in _ledgers(session) if ledger.doubt(at)]


def tallies(session: Ways) -> dict[str, Tally]:
    """What this process saw of each gateway's receipts, by the loop's clock."""
    at = asyncio.get_running_loop().time()
    return {name: ledger.tally(at) for name, ledger in _ledgers(session)}


def share(session: Ways, others: Mapping[str, Tally]) -> None:
    """What all other senders saw, by gateway and by the loop's clock; each judges by all of it."""
    for name, ledger in _ledgers(session):
        ledger.share(others.get(name, NOTHING))


def _ledgers(session: Ways) -> list[tuple[str, Ledger]]:
    over_smpp = [(to.name, link.ledger) for to, link in session.links.items()]
    return [*over_smpp, *session.ledgers.items()]


async def check(session: Ways, peer: Texting | Posting, *, now: datetime) -> Result:
    """A sign of life from the gateway, and whether it confirms what it takes. Sends no text."""
    del now
    if isinstance(peer, Posting):
        return await posting.check(session.http, session.ledger(peer), peer)
    link = session.link(peer.to.gateway)
    try:
        async with asyncio.timeout(peer.timeout_s):
            await (await link.kept.session()).sign()
    except Gone as gone:
        return Failed(gone.error, answered=gone.answered)
    except TimeoutError:
        return Failed(f"no answer within {peer.timeout_s:g} s")
    doubts = link.ledger.doubts(asyncio.get_running_loop().time())
    return Failed(doubts, answered=True) if doubts else Delivered()
