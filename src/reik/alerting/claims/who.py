"""Who has an alert: a key that tells her from a namesake, and the name that people read. Pure.

Two people may be called alike: what each had, may take back or may see goes by the key, never by the name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody. `key`: of her account; of the destination where only a phone is known; `name`: as it is now."""

    key: UUID
    name: str


By = Who | str
"""A name alone is somebody without an account: a simulated household, an outside peer. She is known by her name."""


def who_of(by: By) -> Who:
    """The same name alone is the same person, and never one with an account."""
    return by if isinstance(by, Who) else Who(_key_of_name(by), by)


def _key_of_name(name: str) -> UUID:
    return UUID(hashlib.md5(f"name:{name}".encode(), usedforsecurity=False).hexdigest())
