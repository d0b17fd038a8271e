"""Sends one notification to all living phones of a person, at once. Whatever goes wrong becomes a `Failed`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from django.db import connection
from yarl import URL

from reik.interop import AddressRefused, Delivered, Failed, Result
from reik.interop.webpush import keys, mapping
from reik.interop.webpush.keys import Receipt
from reik.interop.webpush.mapping import Gone, Notice
from reik.kernel.home import Home
from reik.kernel.posting import at_most_twice, why
from reik.people import push
from reik.people.push_address import Phone, PushRefused, phones_in

log = logging.getLogger(__name__)

SIGNED_AGAIN = timedelta(hours=1)
NoteGone = Callable[[Sequence[UUID], datetime], None]


@dataclass(frozen=True, slots=True)
class Phones:
    """A destination made ready: all phones of one person, and the page that a notification opens there."""

    page: str
    phones: tuple[Phone, ...]
    timeout: aiohttp.ClientTimeout


@dataclass(slots=True, kw_only=True)
class Way:
    """What all deliveries of this process share. `desk`: a thread in which phones that are gone are written down."""

    http: aiohttp.ClientSession
    key: EllipticCurvePrivateKey = field(repr=False)
    receipt_key: bytes = field(repr=False)
    contact: str | None
    desk: ThreadPoolExecutor
    note_gone: NoteGone = push.note_gone
    _signed: dict[str, tuple[datetime, str]] = field(default_factory=dict, repr=False)

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The signature for this phone's push service; one holds for an hour of notifications."""
        origin = mapping.origin_of(endpoint)
        at, header = self._signed.get(origin, (now, ""))
        if not header or not timedelta() <= now - at < SIGNED_AGAIN:
            header = mapping.signed(self.key, keys.public_of(self.key), origin, self.contact, now)
            self._signed[origin] = (now, header)
        return header


def peer(address: str, secret: str | None, timeout_s: float) -> Phones:
    """Raises AddressRefused. `secret` is not used: the keys of the phones are part of the address."""
    del secret
    try:
        page, phones = phones_in(address)
    except PushRefused as refused:
        raise AddressRefused(str(refused)) from None
    return Phones(page, tuple(phones), aiohttp.ClientTimeout(total=timeout_s))


@asynccontextmanager
async def opened() -> AsyncIterator[Way]:
    """The session. No proxy, netrc or cookies; TLS is verified; keys from the key file, read once."""
    home = Home.from_environment()
    desk = ThreadPoolExecutor(1, "push")
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Reik"},
            skip_auto_headers=("Accept", "Accept-Encoding"),
            auto_decompress=False,
            trust_env=False,
        ) as http:
            yield Way(
                http=http, key=keys.signing_key(home), receipt_key=keys.receipt_key(home), desk=desk,
                contact=keys.contact(),
            )  # fmt: skip
    finally:
        desk.submit(lambda: connection.close())  # looked up there: each thread has its own
        desk.shutdown()


async def deliver(session: Way, peer: Phones, *, message_id: str, body: str, now: datetime) -> Result:
    """Push once to each phone (a try goes to the phone that asked for it). Phones that are gone are noted as such."""
    asked = _only(body)
    phones = [each for each in peer.phones if asked in (None, each.id)]
    if asked is not None and not phones:
        # `reik send` reads an address again within half a minute: a phone that was added just now is not here yet.
        return Failed("this phone is not known here yet", answered=True)
    if not phones:
        return Failed("this person has no phone on which notifications are on", permanent=True, answered=True)
    said = await asyncio.gather(*(_push(session, peer, each, message_id, body, now) for each in phones))
    gone = [phone.id for phone, result in zip(phones, said, strict=True) if result is None]
    if gone:
        await _note_gone(session, gone, now)
    return mapping.together(list(said))


def gateway(peer: Phones) -> str:
    """The push services of this person's phones; empty without any."""
    return " ".join(sorted({URL(each.endpoint).authority for each in peer.phones}))


async def check(session: Way, peer: Phones, *, now: datetime) -> Result:
    """Ask each push service for its front page: any answer of its own will do, no phone hears of it."""
    del now
    if session.contact is None and not all(_is_here(each.endpoint) for each in peer.phones):
        return Failed(f"{keys.CONTACT} is not set", answered=True)
    origins = sorted({mapping.origin_of(each.endpoint) for each in peer.phones})
    said = await asyncio.gather(*(_look(session, each, peer.timeout) for each in origins))
    return next((each for each in said if isinstance(each, Failed)), Delivered())


async def _look(session: Way, origin: str, timeout: aiohttp.ClientTimeout) -> Result:
    async def head() -> Result:
        async with session.http.head(URL(origin), timeout=timeout, allow_redirects=False) as response:
            away = response.status in (502, 503, 504)
            return Failed(f"HTTP {response.status}", answered=True) if away else Delivered()

    return await _guarded(head, timeout)


async def _push(
    session: Way, peer: Phones, phone: Phone, message_id: str, body: str, now: datetime
) -> Result | None:
    """One phone; None when its push service does not know it any more."""
    try:
        notice = mapping.notice_of(body, peer.page, phone.lang)
        receipt = Receipt(
            organisation_id=UUID(json.loads(body)["data"]["organisation"]),
            phone_id=phone.id,
            message_id=UUID(message_id),
        )
        plain = mapping.payload(
            notice, message_id=message_id, receipt=keys.written(session.receipt_key, receipt), now=now
        )
        data = mapping.encrypted(
            plain, phone.p256dh, phone.auth, salt=os.urandom(16), own=generate_private_key(SECP256R1())
        )
    except (ValueError, KeyError, TypeError):
        return Failed(
            "this message or phone cannot be written as a notification", permanent=True, answered=True
        )
    return await _sent(session, peer, phone, notice, data, now)


async def _sent(
    session: Way, peer: Phones, phone: Phone, notice: Notice, data: bytes, now: datetime
) -> Result | None:
    if session.contact is None and not _is_here(phone.endpoint):
        return Failed(f"{keys.CONTACT} is not set", answered=True)
    headers = mapping.headers(notice, session.authorization(phone.endpoint, now))

    async def post() -> Result:
        async with session.http.post(
            URL(phone.endpoint, encoded=True), data=data, headers=headers, timeout=peer.timeout,
            allow_redirects=False,
        ) as response:  # fmt: skip
            return mapping.meaning(response.status, response.headers.get("Retry-After"), now)

    try:
        return await _guarded(post, peer.timeout)
    except Gone:
        return None


async def _guarded(ask: Callable[[], Awaitable[Result]], timeout: aiohttp.ClientTimeout) -> Result:
    """Whatever the wire does as a `Failed`."""
    try:
        return await at_most_twice(ask)
    except (aiohttp.ClientError, OSError) as error:
        return Failed(why(error, timeout.total))


def _is_here(endpoint: str) -> bool:
    return (URL(endpoint).host or "") in ("127.0.0.1", "::1", "localhost")


def _only(body: str) -> UUID | None:
    """The one phone that a message is for; None: all phones of the person."""
    try:
        phone = json.loads(body)["data"].get("phone")
        return UUID(phone) if phone else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def _note_gone(session: Way, gone: Sequence[UUID], now: datetime) -> None:
    """Write down what is gone. A database that is away only delays it: the next push finds out again."""
    try:
        await asyncio.get_running_loop().run_in_executor(session.desk, _noted, session.note_gone, gone, now)
    except Exception as error:
        log.warning("phones that are gone are not written down now (%s)", type(error).__name__)


def _noted(note_gone: NoteGone, gone: Sequence[UUID], now: datetime) -> None:
    try:
        note_gone(gone, now)
    except Exception:
        connection.close()
        raise
