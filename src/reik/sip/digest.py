"""SIP's digest log-in (RFC 3261 section 22, RFC 8760): MD5 and SHA-256, `qop` auth or none. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5, sha256

_PAIR = re.compile(r'([A-Za-z0-9_-]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)')
_STRENGTH = {"md5": 1, "sha-256": 2}
_SAID = {"md5": "MD5", "sha-256": "SHA-256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One `Digest …` that can be answered."""

    realm: str
    nonce: str
    algorithm: str  # md5 or sha-256
    qop: bool
    opaque: str | None = None
    stale: bool = False


def challenge(values: Sequence[str]) -> Challenge | None:
    """The strongest of the challenges that can be answered, None when there is none."""
    found = [each for each in map(_read, values) if each is not None]
    return max(found, key=lambda each: _STRENGTH[each.algorithm], default=None)


def _read(value: str) -> Challenge | None:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    said: dict[str, str] = {}
    at, rest = 0, rest.strip()
    while at < len(rest):
        pair = _PAIR.match(rest, at)
        if pair is None or pair[1].lower() in said:
            return None
        said[pair[1].lower()] = pair[3] if pair[2] is None else re.sub(r"\\(.)", r"\1", pair[2])
        at = pair.end()
    algorithm = said.get("algorithm", "MD5").lower()
    qops = [each.strip().lower() for each in said["qop"].split(",")] if "qop" in said else []
    if algorithm not in _STRENGTH or not {"realm", "nonce"} <= said.keys() or (qops and "auth" not in qops):
        return None
    stale = said.get("stale", "").lower() == "true"
    return Challenge(said["realm"], said["nonce"], algorithm, bool(qops), said.get("opaque"), stale)


def credentials(asked: Challenge, *, user: str, password: str, method: str, uri: str, cnonce: str) -> str:
    """The value of Authorization or Proxy-Authorization that answers `asked`."""
    first = _hash(asked, f"{user}:{asked.realm}:{password}")
    second = _hash(asked, f"{method}:{uri}")
    middle = f"{asked.nonce}:00000001:{cnonce}:auth" if asked.qop else asked.nonce
    parts = [
        f"username={_quoted(user)}",
        f"realm={_quoted(asked.realm)}",
        f"nonce={_quoted(asked.nonce)}",
        f"uri={_quoted(uri)}",
        f'response="{_hash(asked, f"{first}:{middle}:{second}")}"',
        f"algorithm={_SAID[asked.algorithm]}",
    ]
    if asked.qop:
        parts += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
    if asked.opaque is not None:
        parts.append(f"opaque={_quoted(asked.opaque)}")
    return "Digest " + ", ".join(parts)


def _hash(asked: Challenge, text: str) -> str:
    data = text.encode()
    if asked.algorithm == "md5":
        return md5(data, usedforsecurity=False).hexdigest()  # the protocol's own; SHA-256 wins where offered
    return sha256(data).hexdigest()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
