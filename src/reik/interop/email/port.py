"""Hands one letter to an SMTP server. Each letter has its own connection: mail is the slow, last channel."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import errors

from reik.interop import AddressRefused, Delivered, Failed, Result
from reik.interop.email import mapping
from reik.interop.email.mapping import Mailbox, Tls


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A destination made ready, with the time that one letter may take."""

    mailbox: Mailbox
    timeout_s: float


def peer(address: str, secret: str | None, timeout_s: float) -> Letterbox:
    """Raises AddressRefused. `secret` is not used: the log-in is part of the address."""
    del secret
    return Letterbox(mapping.mailbox(address), timeout_s)


@asynccontextmanager
async def opened() -> AsyncIterator[ssl.SSLContext]:
    """What all letters share: the trusted certificates, read once."""
    yield ssl.create_default_context()


async def deliver(
    session: ssl.SSLContext, peer: Letterbox, *, message_id: str, body: str, now: datetime
) -> Result:
    """Hand in once. 5xx is permanent, but not a refused log-in: that is ours to repair within the day.

    `body` is not sent: what it says is read in Reik, after logging in. Only a letter to a pharmacy and an order to a
    supplier are made of it.
    """
    try:
        made = mapping.letter(peer.mailbox, message_id, now, body)
    except AddressRefused as refused:
        return Failed(str(refused), permanent=True, answered=True)
    return await _answered(_hand_in(session, peer, made), peer)


def gateway(peer: Letterbox) -> str:
    """The mail server and the account there."""
    box = peer.mailbox
    return f"{box.user + '@' if box.user else ''}{box.host}:{box.port}"


async def check(session: ssl.SSLContext, peer: Letterbox, *, now: datetime) -> Result:
    """Connect, log in and leave: no letter."""
    del now
    return await _answered(_hand_in(session, peer, None), peer)


async def _answered(work: Awaitable[None], peer: Letterbox) -> Result:
    try:
        async with asyncio.timeout(peer.timeout_s):
            await work
    except TimeoutError:
        return Failed(f"no answer within {peer.timeout_s:g} s")
    except errors.SMTPAuthenticationError as error:
        return Failed(f"log-in refused (SMTP {error.code})", answered=True)
    except errors.SMTPRecipientsRefused as error:
        return _refused(error.recipients[0].code)
    except errors.SMTPResponseException as error:
        return _refused(error.code)
    except (errors.SMTPException, OSError) as error:
        untrusted = isinstance(error.__cause__ or error, ssl.SSLCertVerificationError)
        return Failed("certificate not trusted" if untrusted else f"no connection ({type(error).__name__})")
    return Delivered()


async def _hand_in(session: ssl.SSLContext, peer: Letterbox, made: EmailMessage | None) -> None:
    box = peer.mailbox
    client = aiosmtplib.SMTP(
        hostname=box.host,
        port=box.port,
        username=box.user,
        password=box.password if box.user else None,
        use_tls=box.tls is Tls.TLS,
        start_tls=box.tls is Tls.STARTTLS,
        tls_context=None if box.tls is Tls.NONE else session,
        timeout=peer.timeout_s,
    )
    try:
        await client.connect()
        if made is None:
            await client.noop()
        else:
            await client.send_message(made)
    finally:
        client.close()


def _refused(code: int) -> Failed:
    permanent = 500 <= code < 600
    return Failed(f"SMTP {code}", permanent=permanent, answered=True)
