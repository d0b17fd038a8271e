"""How long a next try has to wait after wrong ones. Pure.

Nobody is ever locked out for good, and nobody is locked out by what others do: the tries at one address count for
that address, and wrong tries from elsewhere never slow an address from which this person came in before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(minutes=15)
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong tries that count, and when the last of them was."""

    number: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What is counted before one try. `known`: this person came in from this address lately."""

    here: Wrong
    """Of this person at this address, since she last came in there."""
    elsewhere: Wrong
    """Of this person at addresses from which she never came in."""
    address: Wrong
    """Of anybody at this address."""
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """So many wrong tries cost nothing; each after it doubles the wait, from one second to a quarter of an hour."""

    here: int = 5
    elsewhere: int = 20
    address: int = 50


PASSWORD = Free()
CODE = Free(elsewhere=5)
"""Who tries codes knows the password already."""


def wait(tries: Tries, free: Free, now: datetime) -> timedelta:
    """How long from now until this person may try at this address; nothing when she may."""
    waits = [_left(tries.here, free.here, now), _left(tries.address, free.address, now)]
    if not tries.known:
        waits.append(_left(tries.elsewhere, free.elsewhere, now))
    return max(waits)


def _left(wrong: Wrong, free: int, now: datetime) -> timedelta:
    if wrong.last_at is None or wrong.number < free:
        return NOTHING
    pause = min(timedelta(seconds=2 ** min(wrong.number - free, 20)), LONGEST)
    return max(wrong.last_at + pause - now, NOTHING)
