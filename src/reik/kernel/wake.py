"""Wake-ups: what changed for an organisation, told without content to whoever has a screen of it open.

A wake-up may be lost: it only makes a browser look sooner than its own poll would (architecture, section 1).
So nothing here raises, waits or writes; a process that installed no bell spends next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.db import connection, transaction

DEVICES = "devices"
"""Whom to wake when a device was enrolled: `reik admit` looks at what it knows by heart."""

TAKEN = "taken"
"""An alert was taken up by somebody: consoles mark it at once, before they look (`taken.<organisation>.<alert>`)."""

Whom = UUID | str
"""An organisation, or one of the names above."""


class Bell(Protocol):
    """What carries wake-ups out of a process, from any thread; it neither blocks nor raises."""

    def say(self, whom: Iterable[Whom]) -> None:
        """Something changed for these organisations."""

    def end(self) -> None:
        """The process is about to end: whoever listens in it has to go."""


_bell: Bell | None = None


def install(bell: Bell | None) -> None:
    """Make `bell` this process's only one; None takes it away."""
    global _bell
    _bell = bell


def end() -> None:
    """Tell the bell that the process ends."""
    if _bell is not None:
        _bell.end()


def note(whom: Iterable[Whom]) -> None:
    """Wake these organisations' screens when, and only if, the transaction commits; each of them once."""
    if _bell is None:
        return
    waiting = _waiting()
    if waiting is None:
        _bell.say(set(whom))
    else:
        waiting.whom.update(whom)


def note_taken(alerts: Iterable[tuple[UUID, UUID]]) -> None:
    """Tell consoles that these alerts (organisation, alert) have somebody, so that nobody else begins on them."""
    note(f"{TAKEN}.{organisation}.{alert}" for organisation, alert in alerts)


class _Waiting:
    """What one transaction has to tell."""

    def __init__(self) -> None:
        self.whom: set[Whom] = set()

    def __call__(self) -> None:
        if _bell is not None:
            _bell.say(self.whom)


def _waiting() -> _Waiting | None:
    """This transaction's own; None outside of any. It lies in Django's list, which a roll-back empties."""
    if not connection.in_atomic_block:
        return None
    for hook in connection.run_on_commit:
        if isinstance(hook[1], _Waiting):
            return hook[1]
    waiting = _Waiting()
    transaction.on_commit(waiting, robust=True)
    return waiting
