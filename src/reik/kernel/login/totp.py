"""Codes of six digits that an app shows (TOTP, RFC 6238: SHA-1, 30 s). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote

PERIOD_S = 30
DIGITS = 6
DRIFT = 1
"""So many periods a phone's clock may be off, to either side."""


def step_at(at: datetime) -> int:
    """The number of the period at this instant."""
    return int(at.timestamp()) // PERIOD_S


def code_of(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one period."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, at: datetime, *, after: int) -> int | None:
    """The period whose code this is, when it is one of now and later than `after`; None for a wrong code."""
    now = step_at(at)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next(
        (each for each in steps if each > after and hmac.compare_digest(code_of(secret, each), code)), None
    )


def readable(secret: bytes) -> str:
    """The secret as a person can type it into her app: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[each : each + 4] for each in range(0, len(text), 4))


def link(secret: bytes, username: str, issuer: str = "Reik") -> str:
    """The address (`otpauth://`) that an app takes in, also as a QR code."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?secret={text}&issuer={quote(issuer)}"
