"""What a passkey signs: random, for one purpose, of five minutes, answered once.

A challenge carries its own end under a MAC of the installation, so that nobody who is not logged in yet can make Reik
write a row; only an answered one leaves a row, and its key makes a second answer impossible, also at the same instant.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db import connection

from reik.kernel.home import Home

LASTS = timedelta(minutes=5)
_RANDOM, _END, _MAC = 16, 8, 16


@cache
def _key() -> bytes:
    return Home.from_environment().derived("login-challenges")


def _mac(head: bytes, purpose: str) -> bytes:
    return hmac.digest(_key(), purpose.encode() + b"\x00" + head, hashlib.sha256)[:_MAC]


def challenge(purpose: str, now: datetime) -> bytes:
    """A new challenge, 40 bytes. `purpose` says what for, and for whom when that is known."""
    head = os.urandom(_RANDOM) + struct.pack(">q", int((now + LASTS).timestamp()))
    return head + _mac(head, purpose)


def spend(value: bytes, purpose: str, now: datetime) -> bool:
    """Whether this is a living challenge for this purpose that nobody answered yet; from now on it is answered."""
    head, mac = value[: _RANDOM + _END], value[_RANDOM + _END :]
    if len(value) != _RANDOM + _END + _MAC or not hmac.compare_digest(mac, _mac(head, purpose)):
        return False
    ends_at = datetime.fromtimestamp(struct.unpack(">q", head[_RANDOM:])[0], UTC)
    if ends_at <= now:
        return False
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_spentchallenge WHERE ends_at < %s", [now - LASTS])
        cursor.execute(
            "INSERT INTO kernel_spentchallenge (digest, ends_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [hashlib.sha256(value).digest(), ends_at],
        )
        return bool(cursor.rowcount == 1)
