"""Wake-ups on the broker: core NATS, subject `reik.wake.<organisation>`, no content; what is lost is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from nats.aio.client import Client
from nats.errors import Error as NatsError

from reik.kernel.wake import TAKEN, Whom

SUBJECT = "reik.wake"
ALL = f"{SUBJECT}.*"
ALL_TAKEN = f"{SUBJECT}.{TAKEN}.*.*"
EVERY_S = 0.25
"""No organisation is woken more often than this by one process."""


def organisation_of(subject: str) -> UUID | None:
    """Whom a wake-up is for; None for another kind, such as that of the outbox."""
    with suppress(ValueError):
        return UUID(subject.rpartition(".")[2])
    return None


def taken_of(subject: str) -> tuple[UUID, UUID] | None:
    """Organisation and alert of "somebody took this alert"; None for another kind."""
    kind, _, pair = subject.removeprefix(f"{SUBJECT}.").partition(".")
    organisation, _, alert = pair.partition(".")
    with suppress(ValueError):
        return (UUID(organisation), UUID(alert)) if kind == TAKEN else None
    return None


def hurries(whom: Whom) -> bool:
    """Whether it is told at once, however short ago the last one was."""
    return isinstance(whom, str) and whom.startswith(f"{TAKEN}.")


class Bell:
    """Collects from any thread and rings in the event loop that made it: the first at once, then with pauses."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting: set[Whom] = set()

    def say(self, whom: Iterable[Whom]) -> None:
        said = set(whom)
        with self._lock:
            self._waiting.update(said)
        with suppress(RuntimeError):  # the loop has ended, and the process is about to
            self._loop.call_soon_threadsafe(self._news.set)
            if any(hurries(each) for each in said):
                self._loop.call_soon_threadsafe(self._hurry.set)

    def end(self) -> None:
        """Nobody listens in a process that only rings."""

    async def ring(self, client: Client) -> None:
        """Until cancelled. While the broker is away, wake-ups are dropped: browsers poll."""
        while True:
            for each in await self.collected():
                if client.is_connected:
                    with suppress(NatsError, OSError):
                        await client.publish(f"{SUBJECT}.{each}", b"")
            await self.pause()

    async def pause(self) -> None:
        """Between two rings; cut short when somebody took an alert."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), EVERY_S)
        self._hurry.clear()

    async def collected(self) -> set[Whom]:
        """Waits until there is something; gives it and begins anew."""
        await self._news.wait()
        self._news.clear()
        with self._lock:
            found, self._waiting = self._waiting, set()
        return found
