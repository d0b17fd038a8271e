"""Wake-ups on the broker: core NATS, subject `reik.wake.<organisation>`, no content; what is lost is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from nats.aio.client import Client
from nats.errors import Error as NatsError

from reik.kernel.wake import Whom

SUBJECT = "reik.wake"
ALL = f"{SUBJECT}.*"
EVERY_S = 0.25
"""No organisation is woken more often than this by one process."""


def organisation_of(subject: str) -> UUID | None:
    """Whom a wake-up is for; None for another kind, such as that of the outbox."""
    with suppress(ValueError):
        return UUID(subject.rpartition(".")[2])
    return None


class Bell:
    """Collects from any thread and rings in the event loop that made it: the first at once, then with pauses."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting: set[Whom] = set()

    def say(self, whom: Iterable[Whom]) -> None:
        with self._lock:
            self._waiting.update(whom)
        with suppress(RuntimeError):  # the loop has ended, and the process is about to
            self._loop.call_soon_threadsafe(self._news.set)

    def end(self) -> None:
        """Nobody listens in a process that only rings."""

    async def ring(self, client: Client) -> None:
        """Until cancelled. While the broker is away, wake-ups are dropped: browsers poll."""
        while True:
            for each in await self.collected():
                if client.is_connected:
                    with suppress(NatsError, OSError):
                        await client.publish(f"{SUBJECT}.{each}", b"")
            await asyncio.sleep(EVERY_S)

    async def collected(self) -> set[Whom]:
        """Waits until there is something; gives it and begins anew."""
        await self._news.wait()
        self._news.clear()
        with self._lock:
            found, self._waiting = self._waiting, set()
        return found
