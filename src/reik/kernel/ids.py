"""Identifiers of rows: UUID version 7 (RFC 9562), so that an index grows at one end."""

import os
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_LOW, _HIGH = 62, 12
"""Random bits below the variant, and between it and the version."""
_MOST = (1 << (_LOW + _HIGH)) - 1
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_lock = Lock()
_last = (0, 0)


def new_id(now: datetime) -> UUID:
    """A fresh UUIDv7 that carries `now` in milliseconds and is random in its other 74 bits.

    Ids that one process asks for one after the other at the same millisecond rise (RFC 9562, 6.2, method 2): what was
    written first stands first, also where `now` is the same for a whole batch.
    The standard library of Python 3.11 has no version 7, and the packages that do read the clock themselves.
    """
    global _last
    milliseconds = (now - _EPOCH) // _MILLISECOND  # whole numbers: a float loses one now and then
    drawn = int.from_bytes(os.urandom(10), "big")
    with _lock:
        number = drawn & (_MOST >> 1)  # the highest bit stays free: room for 2^41 more in this millisecond
        if _last[0] == milliseconds:
            number = _last[1] + 1 + (drawn & 0xFFFFFFFF)
        _last = (milliseconds, number)
    random = (number >> _LOW) << 64 | number & ((1 << _LOW) - 1)
    return UUID(int=milliseconds << 80 | _VERSION_AND_VARIANT | random)


def _forget() -> None:
    global _last
    _last = (0, 0)


os.register_at_fork(after_in_child=_forget)  # two processes never rise from the same id
