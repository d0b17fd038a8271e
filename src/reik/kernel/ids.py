"""Identifiers of rows: UUID version 7 (RFC 9562), so that an index grows at one end."""

import os
from datetime import datetime
from uuid import UUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_RANDOM = ((1 << 76) - 1) & ~(0b11 << 62)


def new_id(now: datetime) -> UUID:
    """A fresh UUIDv7 that carries `now` in milliseconds and is random in its other 74 bits.

    The standard library of Python 3.11 has no version 7, and the packages that do read the clock themselves.
    """
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | random)
