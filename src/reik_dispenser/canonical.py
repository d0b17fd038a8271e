"""Canonical JSON and instants, the two forms that device and Reik must write alike (sections 2, 3 and 5)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def canonical(value: object) -> bytes:
    """Sorted keys, no white space, UTF-8 (section 5). Raises ValueError for NaN and lone surrogates."""
    return _encode(value).encode()


def digest_of(value: object) -> bytes:
    """SHA-256 of the canonical form, 32 bytes."""
    return hashlib.sha256(canonical(value)).digest()


def plan_sha256(moments: Sequence[object]) -> str:
    """`sha256` of `set_plan` and `plan_applied` (section 5): 64 lower case hex digits."""
    return hashlib.sha256(canonical(moments)).hexdigest()


def write_at(at: datetime) -> str:
    """RFC 3339 UTC with `Z` and three decimals (section 3); finer parts are cut off. Naive: ValueError."""
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds")[:23] + "Z"


def read_at(text: object) -> datetime | None:
    """The instant, or None for anything but the one form that `write_at` writes."""
    if (
        type(text) is not str
        or len(text) != 24
        or text[7] != "-"
        or text[10] != "T"
        or text[19] != "."
        or text[23] != "Z"
    ):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
