"""From a destination's address to a phone and the gateway that reaches it. Pure.

    smpp://system_id@host:2775/?to=+31612345678&from=Reik        to this machine only (a tunnel's end)
    smpps://system_id@host:3550/?to=+31612345678&from=Reik&receipt=wait
    https://user@host/path?kind=sms&provider=name&to=+31612345678&from=Reik

Everywhere: `lang=nl|en`, `name=` (how the text begins, Reik when not said), `callback=` (whom to call) and
`receipt=note|wait|none`. Over SMPP: `valid=` (at most so many minutes, 60), `system_type=`. The password, key or token
is the destination's secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from reik.interop import AddressRefused
from reik.interop.sms.text import LEAST_MIN, Lang, septets
from reik.kernel.hosts import is_loopback

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DUTCH = re.compile(r"\+31(?:[1-9][0-9]{8}|97[0-9]{9})", re.ASCII)
_SHORT_CODE = re.compile(r"[0-9]{3,8}", re.ASCII)
_NAMED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ._&-]{1,11}", re.ASCII)
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_PORTS = {"smpp": 2775, "smpps": 3550}
_ANYWHERE = {"to", "from", "lang", "name", "callback"}
_BY_SCHEME = {
    "smpp": {"receipt", "valid", "system_type"}, "smpps": {"receipt", "valid", "system_type"},
    "https": {"kind", "provider", "receipt"}, "http": {"kind", "provider", "receipt"},
}  # fmt: skip
LONGEST_NAME = 20


class Receipt(StrEnum):
    """What is done with the gateway's word that a phone has a message: heard and counted, waited for, not asked."""

    NOTE = "note"
    WAIT = "wait"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Whom a text is for and how it is worded. `sender` is a number, a short code, or up to 11 letters."""

    to: str
    sender: str
    lang: Lang
    name: str
    callback: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppGateway:
    """An account at a message centre: all destinations that have it share one bound session."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str = field(repr=False)
    system_type: str

    @property
    def name(self) -> str:
        return f"{self.system_id}@{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverSmpp:
    phone: Phone
    gateway: SmppGateway
    receipt: Receipt
    valid_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverHttp:
    """`url`: the address without what is Reik's own in it; `provider`: which mapping says how to ask."""

    phone: Phone
    receipt: Receipt
    url: str
    provider: str
    user: str
    secret: str = field(repr=False)


def address(given: str, secret: str | None) -> OverSmpp | OverHttp:
    """Read a destination's address. Raises AddressRefused with what to change, never with the value."""
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
        _ = (host or "").encode("idna")  # refuses what is no host
        pairs = parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise AddressRefused(
            "The address of a text message is smpps:// or https:// with ?to=…&from=…."
        ) from None
    said = dict(pairs)
    if parts.scheme not in _BY_SCHEME or not host or port == 0:
        raise AddressRefused("The address of a text message is smpps:// or https:// with ?to=…&from=….")
    if len(said) < len(pairs) or {*said} - _ANYWHERE - _BY_SCHEME[parts.scheme]:
        raise AddressRefused("The address has a part that is not known, or one twice; see the how-to of SMS.")
    if parts.scheme in ("smpp", "http") and not is_loopback(host):
        raise AddressRefused("Text messages outside this machine must use smpps:// or https://.")
    if not _VISIBLE.fullmatch(parts.netloc + parts.path):
        raise AddressRefused(
            "The address has a letter that a URL does not have; write it as %C3%A9 is written."
        )
    if parts.password or parts.fragment:
        raise AddressRefused("A password or key does not belong in the address: give it as the secret.")
    phone = _phone(said)
    if parts.scheme in _PORTS:
        return _over_smpp(parts, said, phone, secret)
    return _over_http(parts, said, phone, secret)


def _phone(said: Mapping[str, str]) -> Phone:
    name = said.get("name", "Reik")
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or max(name) > "\uffff":
        raise AddressRefused(f"`name` has 1 to {LONGEST_NAME} printable letters.")
    try:
        lang = Lang(said.get("lang", Lang.NL))
    except ValueError:
        raise AddressRefused("`lang` is nl or en.") from None
    callback = said.get("callback")
    return Phone(
        to=e164(said.get("to", "")),
        sender=_sender(said.get("from", "")),
        lang=lang,
        name=name,
        callback=e164(callback) if callback is not None else None,
    )


def e164(number: str) -> str:
    """The number, when it is one: + and country first. Dutch ones are checked by length. Raises AddressRefused."""
    if not _E164.fullmatch(number):
        raise AddressRefused("A phone number is written as +31612345678: with + and country, without spaces.")
    if number.startswith("+31") and not _DUTCH.fullmatch(number):
        raise AddressRefused("A Dutch number has nine digits after +31, the first of them no 0.")
    return number


def _sender(said: str) -> str:
    if _SHORT_CODE.fullmatch(said) or (_NAMED.fullmatch(said) and septets(said)):
        return said
    if said.startswith("+"):
        return e164(said)
    raise AddressRefused("`from` is a number with +, a short code, or at most 11 letters and digits.")


def _over_smpp(parts: SplitResult, said: Mapping[str, str], phone: Phone, secret: str | None) -> OverSmpp:
    system_id, password = unquote(parts.username or ""), secret or ""
    system_type = said.get("system_type", "")
    if not _VISIBLE.fullmatch(system_id) or len(system_id) > 15:
        raise AddressRefused("The name before @ is the account at the gateway, at most 15 letters.")
    if not _VISIBLE.fullmatch(password) or len(password) > 64:
        raise AddressRefused("SMPP needs the account's password as the secret, 1 to 64 visible letters.")
    if system_type and (not _VISIBLE.fullmatch(system_type) or len(system_type) > 12):
        raise AddressRefused("`system_type` has at most 12 visible letters.")
    valid = said.get("valid", "60")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", valid, re.ASCII) or not LEAST_MIN <= int(valid) <= 1440:
        raise AddressRefused(f"`valid` is {LEAST_MIN} to 1440 minutes.")
    assert parts.hostname is not None
    gateway = SmppGateway(
        host=parts.hostname, port=parts.port or _PORTS[parts.scheme], tls=parts.scheme == "smpps",
        system_id=system_id, password=password, system_type=system_type,
    )  # fmt: skip
    return OverSmpp(phone=phone, gateway=gateway, receipt=_receipt(said), valid_min=int(valid))


def _over_http(parts: SplitResult, said: Mapping[str, str], phone: Phone, secret: str | None) -> OverHttp:
    provider = said.get("provider", "")
    if said.get("kind") != "sms" or not _PROVIDER.fullmatch(provider):
        raise AddressRefused(
            "Over https:// the address says kind=sms and provider=, the name of its mapping."
        )
    if not secret or not _VISIBLE.fullmatch(secret) or len(secret) > 4096:
        raise AddressRefused("A provider needs its key or token as the secret, in visible letters.")
    user, host = unquote(parts.username or ""), parts.netloc.rpartition("@")[2]
    if user and not _VISIBLE.fullmatch(user):
        raise AddressRefused("The name before @ is the account at the provider, in visible letters.")
    return OverHttp(
        phone=phone, receipt=_receipt(said), url=f"{parts.scheme}://{host}{parts.path.rstrip('/')}", provider=provider,
        user=user, secret=secret,
    )  # fmt: skip


def _receipt(said: Mapping[str, str]) -> Receipt:
    try:
        return Receipt(said.get("receipt", Receipt.NOTE))
    except ValueError:
        raise AddressRefused("`receipt` is note, wait or none.") from None
