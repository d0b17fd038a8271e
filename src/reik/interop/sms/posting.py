"""A provider over HTTP: its mapping from the installation's folder, and one request for one text."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import aiohttp
from yarl import URL

from reik.interop import AddressRefused, Delivered, Failed, Result
from reik.interop.sms import provider as providers
from reik.interop.sms import provider_toml
from reik.interop.sms import text as wording
from reik.interop.sms.mapping import OverHttp, Receipt
from reik.interop.sms.provider import Answer, Provider, Request
from reik.interop.sms.receipts import Fate, Ledger, Said, failure
from reik.kernel.home import Home
from reik.kernel.posting import at_most_twice, why

_READ_AT_MOST = 65_536  # bytes of an answer
_FIRST_ASKED_S, _LAST_ASKED_S = 0.5, 4.0  # between two questions after one receipt
_ASKED_AFTER, _SELDOM_S = (
    20,
    30.0,
)  # texts without a receipt at once, and how long then not again before a text


@dataclass(frozen=True, slots=True)
class Posting:
    """A destination behind a provider, made ready."""

    to: OverHttp
    provider: Provider = field(repr=False)
    timeout_s: float


def ready(to: OverHttp, timeout_s: float) -> Posting:
    """With the mapping `sms/NAME.toml` in REIK_HOME. Raises AddressRefused."""
    path = Home.from_environment().path / "sms" / f"{to.provider}.toml"
    try:
        found = path.stat()
        mapping = _mapping(path, found.st_mtime_ns, found.st_size)
    except (OSError, UnicodeDecodeError):
        raise AddressRefused(
            f"There is no readable mapping {to.provider}.toml in the folder sms of this installation."
        ) from None
    if to.receipt == Receipt.WAIT and mapping.receipts is None:
        raise AddressRefused("receipt=wait needs [receipt] in the mapping of the provider.")
    return Posting(to, mapping, timeout_s)


@lru_cache(maxsize=64)
def _mapping(path: Path, changed_ns: int, size: int) -> Provider:
    del changed_ns
    if size > 4 * provider_toml.LARGEST:
        raise AddressRefused("The mapping of this provider cannot be used: it is too long.")
    return provider_toml.read(path.read_text("utf-8"))


def gateway(peer: Posting) -> str:
    """The account at the provider's host."""
    to = peer.to
    return f"{to.user + '@' if to.user else ''}{URL(to.url).authority}"


async def deliver(
    session: aiohttp.ClientSession, ledger: Ledger, peer: Posting, message_id: str, body: str
) -> Result:
    """Ask once, and with `receipt=wait` hear what became of it. What was taken before is not asked again."""
    try:
        async with asyncio.timeout(peer.timeout_s):
            return await _text(session, ledger, peer, message_id, body)
    except TimeoutError:
        if (taken := ledger.of(message_id)) is not None and taken.fate < Fate.LOST:
            return Failed(f"taken, but no receipt within {peer.timeout_s:g} s", answered=True)
        return Failed(f"no answer within {peer.timeout_s:g} s")
    except (aiohttp.ClientError, OSError) as error:
        return Failed(why(error, peer.timeout_s))


async def _text(session: aiohttp.ClientSession, ledger: Ledger, peer: Posting, key: str, body: str) -> Result:
    rules, loop = peer.provider.receipts, asyncio.get_running_loop()
    listens = rules is not None and peer.to.receipt != Receipt.NONE
    taken = ledger.of(key)
    if taken is None or taken.again(loop.time()):
        answer = await _hand_in(session, peer, key, body)
        result = providers.meaning(peer.provider, answer)
        if isinstance(result, Failed):
            return result
        id = providers.taken_id(rules, answer) if rules else ""
        ledger.took(key, id, peer.to.phone.to, loop.time(), asked=listens)
    if listens and peer.to.receipt == Receipt.NOTE and ledger.doubt(loop.time()):
        await _catch_up(session, ledger, peer, seldom=True)  # nobody asked for receipts since the last text
    if listens and (peer.to.receipt == Receipt.WAIT or ledger.doubt(loop.time())):
        return await _receipt(session, ledger, peer, key)
    taken = ledger.of(key)
    return (taken and failure(taken.fate)) or Delivered()


async def _hand_in(session: aiohttp.ClientSession, peer: Posting, key: str, body: str) -> Answer:
    phone = peer.to.phone
    text = wording.text(key, body, lang=phone.lang, name=phone.name, callback=phone.callback)
    asked = providers.request(peer.provider, peer.to.url, _words(peer, text, wording.reference(key)))
    return await at_most_twice(lambda: _ask(session, asked))


async def _receipt(session: aiohttp.ClientSession, ledger: Ledger, peer: Posting, key: str) -> Result:
    """Ask until the provider says what became of a text; the caller bounds the time."""
    wait = _FIRST_ASKED_S
    while (taken := ledger.of(key)) is not None and taken.fate < Fate.LOST:
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LAST_ASKED_S)
        if taken.id:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                await _hear(session, ledger, peer, taken.id)
    return (taken and failure(taken.fate)) or Delivered()


async def _catch_up(
    session: aiohttp.ClientSession, ledger: Ledger, peer: Posting, *, seldom: bool = False
) -> None:
    """Ask after the newest texts without a receipt; `seldom`: not when that was done just now."""
    at = asyncio.get_running_loop().time()
    if seldom and at - ledger.asked_at < _SELDOM_S:
        return
    ledger.asked_at = at
    hearing = (_hear(session, ledger, peer, id) for id in ledger.open(_ASKED_AFTER))
    await asyncio.gather(*hearing, return_exceptions=True)


async def _hear(session: aiohttp.ClientSession, ledger: Ledger, peer: Posting, id: str) -> None:
    rules = peer.provider.receipts
    assert rules is not None
    words = _words(peer, "", "") | {"id": id}
    answer = await _ask(session, providers.receipt(peer.provider, rules, peer.to.url, words))
    if (fate := providers.fate(rules, answer)) is not None:
        ledger.heard(Said(id, "", fate), asyncio.get_running_loop().time())


async def check(session: aiohttp.ClientSession, ledger: Ledger, peer: Posting) -> Result:
    """What the mapping says to ask, or the address's head; then after receipts that are missing. Sends no text."""
    asked = providers.check(peer.provider, peer.to.url, _words(peer, "", ""))
    try:
        async with asyncio.timeout(peer.timeout_s):
            result = providers.alive(peer.provider, (await _ask(session, asked))[0])
            if isinstance(result, Failed) or peer.provider.receipts is None:
                return result
            await _catch_up(session, ledger, peer)
    except (aiohttp.ClientError, OSError) as error:
        return Failed(why(error, peer.timeout_s))
    doubts = ledger.doubts(asyncio.get_running_loop().time())
    return Failed(doubts, answered=True) if doubts else Delivered()


def _words(peer: Posting, text: str, ref: str) -> dict[str, str]:
    to = peer.to
    return providers.words(
        to=to.phone.to, text=text, ref=ref, sender=to.phone.sender, user=to.user, secret=to.secret
    )


async def _ask(session: aiohttp.ClientSession, asked: Request) -> Answer:
    """The caller bounds the time."""
    async with session.request(
        asked.method, URL(asked.url, encoded=True), data=asked.body or None, headers=asked.headers,
        allow_redirects=False,
    ) as response:  # fmt: skip
        body = bytearray()
        content = response.content
        try:
            while len(body) < _READ_AT_MOST and (piece := await content.read(_READ_AT_MOST - len(body))):
                body += piece
        except aiohttp.ClientError:
            body.clear()  # the status has been said; a rule that needs the rest will not find it
        if not content.at_eof():
            response.close()
        return response.status, response.headers.get("Retry-After"), bytes(body)
