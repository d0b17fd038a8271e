"""A destination's address: the server, as whom, and whom it calls. Pure.

espax+tls://user@host:2023/?group=TEAM-N3&priority=High,Medium,Standard&lang=nl
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from reik.interop import AddressRefused
from reik.kernel.hosts import host_and_port, is_loopback

PORT = 2023
SCHEMES = {"espax": False, "espax+tls": True}
PRIORITIES = ("Emergency", "High", "Medium", "Standard", "Low")
USUAL_PRIORITIES = ("High", "Medium", "Standard")
_LOGIN = re.compile(r"[!-~]{4,12}")  # ESPA-X: 4 to 12 characters, for the name and for the password
_GROUP = re.compile(r"[!-~](?:[ -~]{0,10}[!-~])?")
_PHONE = re.compile(r"[0-9+\-/()*#]{1,24}", re.ASCII)
_NAME = re.compile(r"[^\W_](?:[\w .-]{0,22}[\w.])?")
_KNOWN = {"group", "phone", "name", "priority", "lang", "detail", "attempts", "beat", "silence", "net"}
_FORM = "An address of ESPA-X is espax+tls://user@host:port/?group=… (or espax:// on this machine)."


@dataclass(frozen=True, slots=True)
class Server:
    """One server and an account there: what a session is made with. `beat_s`, `silence_s` in seconds."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    beat_s: int
    silence_s: int

    @property
    def gateway(self) -> str:
        """What destinations share, without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls' if self.tls else 'tcp'}:{self.user}@{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whom one server calls for a destination, and how. `attempts` 0: as the server does it by itself."""

    server: Server
    group: str
    phone: str
    name: str
    priorities: tuple[str, ...]
    lang: str
    numbered: bool
    attempts: int


def desk(address: str, secret: str | None) -> Desk:
    """Read an address. Raises AddressRefused with what to change, never with the value."""
    parts, said = _read(address)
    group, phone = _matching(said, "group", _GROUP, ""), _matching(said, "phone", _PHONE, "")
    if bool(group) == bool(phone):
        raise AddressRefused(
            "An address of ESPA-X says `group` (1 to 12 characters) or `phone`, one of them."
        )
    return Desk(
        server=_server(parts, said, secret), group=group, phone=phone,
        name=_matching(said, "name", _NAME, "Reik"), priorities=_priorities(said.get("priority")),
        lang=_one_of(said, "lang", ("nl", "en")),
        numbered=_one_of(said, "detail", ("none", "number")) == "number",
        attempts=_count(said, "attempts", 0, 0, 9),
    )  # fmt: skip


def _read(address: str) -> tuple[SplitResult, dict[str, str]]:
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=True, max_num_fields=len(_KNOWN))
    except ValueError:
        raise AddressRefused(_FORM) from None
    if parts.scheme not in SCHEMES or parts.path not in ("", "/") or parts.fragment:
        raise AddressRefused(_FORM)
    said = dict(pairs)
    if len(said) < len(pairs) or {*said} - _KNOWN:
        raise AddressRefused("An address of ESPA-X has a parameter that is unknown or said twice.")
    return parts, said


def _server(parts: SplitResult, said: dict[str, str], secret: str | None) -> Server:
    host, port = _place(parts)
    tls = SCHEMES[parts.scheme]
    closed = said.get("net", "")
    if closed not in ("", "closed"):
        raise AddressRefused("`net` is `closed`, or left out.")
    if not tls and not is_loopback(host) and not closed:
        raise AddressRefused(
            "ESPA-X outside this machine uses espax+tls://. Over a closed network (VPN) say so: &net=closed."
        )
    user = unquote(parts.username or "")
    if parts.password is not None or not _LOGIN.fullmatch(user):
        raise AddressRefused("Before the @ stands the user, 4 to 12 characters; the password is the secret.")
    if secret is None or not _LOGIN.fullmatch(secret):
        raise AddressRefused("ESPA-X needs a password of 4 to 12 characters as the destination's secret.")
    return Server(
        host, port, tls, user, secret, _count(said, "beat", 5, 1, 300), _count(said, "silence", 2, 1, 20)
    )


def _place(parts: SplitResult) -> tuple[str, int]:
    try:
        host, port = host_and_port(parts)
    except ValueError:
        raise AddressRefused(_FORM) from None
    return host, port or PORT


def _matching(said: dict[str, str], name: str, form: re.Pattern[str], usual: str) -> str:
    value = said.get(name, usual)
    if value != usual and not form.fullmatch(value):
        raise AddressRefused(f"`{name}` in an address of ESPA-X is too long, or has other characters in it.")
    return value


def _one_of(said: dict[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = said.get(name, choices[0])
    if value not in choices:
        raise AddressRefused(f"`{name}` in an address of ESPA-X is one of: {', '.join(choices)}.")
    return value


def _priorities(value: str | None) -> tuple[str, ...]:
    if value is None:
        return USUAL_PRIORITIES
    found = tuple(value.split(","))
    if len(found) not in (1, 3) or {*found} - {*PRIORITIES}:
        raise AddressRefused(
            f"`priority` is one of {', '.join(PRIORITIES)}, or three with commas: time-critical, normal, tolerant."
        )
    return found * 3 if len(found) == 1 else found


def _count(said: dict[str, str], name: str, usual: int, least: int, most: int) -> int:
    value = said.get(name, str(usual))
    if not re.fullmatch(r"[0-9]{1,3}", value, re.ASCII) or not least <= int(value) <= most:
        raise AddressRefused(f"`{name}` in an address of ESPA-X is {least} to {most}.")
    return int(value)
