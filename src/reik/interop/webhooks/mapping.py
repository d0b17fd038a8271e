"""Standard Webhooks (standardwebhooks.com, 1.0.0): secret, signature, and what an answer means. Pure."""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from binascii import b2a_base64
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from reik.interop import AddressRefused, Delivered, Failed, Result
from reik.kernel.hosts import is_loopback

_PREFIX = "whsec_"
_LEAST, _MOST = 24, 64  # bytes of a secret, by the standard
_AGAIN = frozenset({408, 425, 429})  # the only 4xx after which the same request may succeed


def secret_bytes(secret: str | None) -> bytes:
    """The signing key in `whsec_<base64 of 24 to 64 bytes>`. Raises AddressRefused."""
    try:
        if secret is None or not secret.startswith(_PREFIX):
            raise ValueError
        key = b64decode(secret[len(_PREFIX) :], validate=True)
    except (NotBase64, ValueError):
        raise AddressRefused("A webhook needs a signing secret that starts with whsec_.") from None
    if not _LEAST <= len(key) <= _MOST:
        raise AddressRefused(f"The signing secret of a webhook has {_LEAST} to {_MOST} bytes.")
    return key


def headers(secret: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers for one attempt. `timestamp`: seconds since 1970 UTC of this attempt, not of the event."""
    signature = hmac.digest(secret, b"%b.%d.%b" % (message_id.encode(), timestamp, body), "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": "v1," + b2a_base64(signature, newline=False).decode(),
    }


def accepted_url(address: str) -> str:
    """The address, when it may be used: https anywhere, http to this machine only. Raises AddressRefused."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port  # refuses what is no port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise AddressRefused("A webhook's address is an https:// URL.")
    if parts.scheme == "http" and not is_loopback(host):
        raise AddressRefused("A webhook outside this machine must use https://.")
    return address


def meaning(status: int, retry_after: str | None, now: datetime) -> Result:
    """What an HTTP answer says of the message: 2xx taken, 4xx (but 408, 425, 429) never, the rest not yet.

    A redirect is not followed: the signature and the body are for the address that was agreed.
    """
    if 200 <= status < 300:
        return Delivered()
    if 400 <= status < 500 and status not in _AGAIN:
        return Failed(f"HTTP {status}", permanent=True, answered=True)
    wait = waiting_time(retry_after, now) if status in (429, 503) else None
    return Failed(f"HTTP {status}", retry_after=wait)


def waiting_time(retry_after: str | None, now: datetime) -> timedelta | None:
    """`Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3); None when absent or unreadable."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), timedelta(days=1))
