"""A destination's address: the gateway, whom to call and as whom. Pure.

voice+tls://sip.example:5061/?to=+31612345678&from=+31201234567&user=account
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlsplit

from reik.interop import AddressRefused
from reik.interop.voice.words import LANGS
from reik.kernel.hosts import NAME, host_and_port, is_loopback
from reik.sip.places import PORTS, Receiver, Transport

SCHEMES = {"voice+udp": Transport.UDP, "voice+tcp": Transport.TCP, "voice+tls": Transport.TLS}
SHORTEST_S = 40.0  # seconds of a whole call below which nobody could answer and hear it
RING_S, SHORTEST_RING_S, LONGEST_RING_S = 25, 5, 25
LINES, MOST_LINES = 4, 64
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DUTCH = re.compile(r"\+31(?:[1-9][0-9]{8}|97[0-9]{9})", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LOGIN = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
_KNOWN = {"to", "from", "domain", "user", "lang", "ring", "lines", "net", "srtp"}
_FORM = "An address of a call is voice+tls://host:port/?to=+31…&from=… (or voice+tcp, voice+udp)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One number behind one gateway. `secret` is the digest password; `ring_s` in seconds; `lines`: calls at once."""

    receiver: Receiver
    to: str
    caller: str
    domain: str
    user: str
    secret: str | None = field(repr=False)
    lang: str
    ring_s: int
    lines: int
    srtp: bool = False

    @property
    def gateway(self) -> str:
        """What destinations share: the gateway and the account there."""
        account = f"{self.user}@" if self.user else ""
        return f"{self.receiver.transport.lower()}:{account}{self.receiver}"

    @property
    def uri(self) -> str:
        """Whom to call."""
        return f"sip:{self.to}@{self.domain}" + (";user=phone" if self.to.startswith("+") else "")

    @property
    def sender(self) -> str:
        return f"sip:{self.caller}@{self.domain}"


def phone(address: str, secret: str | None, timeout_s: float) -> Phone:
    """Read an address. Raises AddressRefused with what to change, never with the value."""
    parts, said = _read(address)
    receiver = _receiver(parts, said.get("net", ""))
    if timeout_s < SHORTEST_S:
        raise AddressRefused(f"A call needs a time-out of {SHORTEST_S:g} to 60 seconds at its destination.")
    srtp = said.get("srtp", "off")
    if srtp not in ("on", "off") or (srtp == "on" and receiver.transport is not Transport.TLS):
        raise AddressRefused(
            "`srtp` is on or off; its keys travel in the signalling, so `on` needs voice+tls://."
        )
    lang = said.get("lang", "nl")
    if lang not in LANGS:
        raise AddressRefused("`lang` is nl or en.")
    domain, user = said.get("domain", ""), said.get("user", "")
    if domain and not NAME.fullmatch(domain):
        raise AddressRefused("`domain` is the name of the provider's SIP domain.")
    if user and not _LOGIN.fullmatch(user):
        raise AddressRefused("`user` is the name to log in with, at most 128 letters.")
    if secret and not user:
        raise AddressRefused("With a password as the secret the address says `user`, the account's name.")
    return Phone(
        receiver=receiver, to=_number(said.get("to", ""), "to"), caller=_number(said.get("from", ""), "from"),
        domain=domain or str(Receiver(receiver.transport, receiver.host, receiver.port)).rpartition(":")[0],
        user=user, secret=secret or None, lang=lang,
        ring_s=_count(said, "ring", RING_S, SHORTEST_RING_S, LONGEST_RING_S),
        lines=_count(said, "lines", LINES, 1, MOST_LINES), srtp=srtp == "on",
    )  # fmt: skip


def _read(address: str) -> tuple[SplitResult, dict[str, str]]:
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=True, max_num_fields=len(_KNOWN))
    except ValueError:
        raise AddressRefused(_FORM) from None
    if parts.scheme not in SCHEMES or parts.path not in ("", "/") or parts.fragment or "@" in parts.netloc:
        raise AddressRefused(_FORM)
    said = dict(pairs)
    if len(said) < len(pairs) or {*said} - _KNOWN:
        raise AddressRefused("An address of a call has a parameter that is unknown or said twice.")
    return parts, said


def _receiver(parts: SplitResult, net: str) -> Receiver:
    try:
        host, port = host_and_port(parts)
    except ValueError:
        raise AddressRefused(_FORM) from None
    if net not in ("", "closed"):
        raise AddressRefused("`net` is `closed`, or left out.")
    transport = SCHEMES[parts.scheme]
    if transport is not Transport.TLS and not is_loopback(host) and net != "closed":
        raise AddressRefused(
            "A call outside this machine uses voice+tls://. Over a closed network (VPN) say so: &net=closed."
        )
    return Receiver(transport, host, port or PORTS[transport])


def _number(said: str, name: str) -> str:
    if said.startswith("+31") and _E164.fullmatch(said) and not _DUTCH.fullmatch(said):
        raise AddressRefused("A Dutch number has nine digits after +31, the first of them no 0.")
    if not _E164.fullmatch(said) and not _USER.fullmatch(said):
        raise AddressRefused(f"`{name}` is a number such as +31612345678, or a name at the gateway.")
    return said


def _count(said: dict[str, str], name: str, usual: int, least: int, most: int) -> int:
    value = said.get(name, str(usual))
    if not re.fullmatch(r"[0-9]{1,3}", value, re.ASCII) or not least <= int(value) <= most:
        raise AddressRefused(f"`{name}` in an address of a call is {least} to {most}.")
    return int(value)
