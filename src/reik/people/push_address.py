"""Where a person's phones can be reached by web push, as one address (RFC 8030, the browsers' Push API). Pure.

    webpush://localhost/naaste?to=[{"id": …, "endpoint": …, "p256dh": …, "auth": …, "lang": "nl"}, …]

The path is the page that a notification opens. The host is this machine, because the list is kept here: where the
phones themselves may be is checked when each of them is added.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from reik.kernel.hosts import is_loopback

MOST_PHONES = 8
LANGUAGES = ("nl", "en")
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
"""The push services of the browsers; one that begins with a dot stands for every name below it."""
_POINT, _AUTH, _LONGEST = 65, 16, 1024


class PushRefused(ValueError):
    """This phone cannot be added; the message says what to do. `code`: demo, service, most, or empty."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One browser that asked for notifications: `p256dh` and `auth` are its keys, base64url (RFC 8291)."""

    id: UUID
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    lang: str = "nl"


def address_of(page: str, phones: Sequence[Phone]) -> str:
    """The phones of one person as the address of a destination; `page` is what a notification opens."""
    to = [
        {"id": str(each.id), "endpoint": each.endpoint, "p256dh": each.p256dh, "auth": each.auth, "lang": each.lang}
        for each in phones
    ]  # fmt: skip
    return f"webpush://localhost{page}?" + urlencode({"to": json.dumps(to, separators=(",", ":"))})


def phones_in(address: str) -> tuple[str, list[Phone]]:
    """The page and the phones of an address. Raises PushRefused for what `address_of` did not make."""
    try:
        parts = urlsplit(address)
        (to,) = parse_qs(parts.query, strict_parsing=True)["to"]
        listed = json.loads(to)
        if not isinstance(listed, list):
            raise TypeError
        phones = [Phone(**{**each, "id": UUID(each["id"])}) for each in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PushRefused("This is no address of phones: add the phone again on its own screen.") from None
    if (parts.scheme, parts.netloc) != ("webpush", "localhost") or not parts.path.startswith("/"):
        raise PushRefused("This is no address of phones: add the phone again on its own screen.")
    return parts.path, phones


def check_phone(endpoint: str, p256dh: str, auth: str, *, demo: bool, also: Collection[str] = ()) -> None:
    """Raise PushRefused unless Reik may and can send to this browser.

    Only the known push services, and the hosts in `also`, are ever called: the endpoint comes from a browser, and
    a server that posts wherever a browser says could be turned against its own network. A demo sends to this
    machine only.
    """
    host = _host(endpoint)
    allowed = is_loopback(host) if demo else _is_known(host, also)
    if not allowed:
        why = (
            "This is a demo: nothing leaves it."
            if demo
            else "The browser names a push service unknown to Reik."
        )
        raise PushRefused(f"{why} Notifications on this phone stay off.", "demo" if demo else "service")
    if urlsplit(endpoint).scheme != "https" and not is_loopback(host):
        raise PushRefused("A push service is called over https:// only.")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), unpadded(p256dh, _POINT))
        unpadded(auth, _AUTH)
    except ValueError:
        raise PushRefused(
            "The keys of this browser cannot be used: switch notifications off and on."
        ) from None


def unpadded(text: str, length: int) -> bytes:
    """The bytes in base64url without padding. Raises ValueError unless there are `length` of them."""
    try:
        found = urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (NotBase64, ValueError):
        raise ValueError("no base64url") from None
    if len(found) != length:
        raise ValueError("another length")
    return found


def _host(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    else:
        plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
        if (
            not plain
            or len(endpoint) > _LONGEST
            or parts.scheme not in ("https", "http")
            or "@" in parts.netloc
        ):
            host = ""
    if not host:
        raise PushRefused("The browser gave no address of a push service: switch notifications off and on.")
    return host


def _is_known(host: str, also: Collection[str]) -> bool:
    return host in also or any(
        host.endswith(each) if each.startswith(".") else host == each for each in SERVICES
    )
