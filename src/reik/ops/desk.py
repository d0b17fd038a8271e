"""Database work beside an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")


class Desk:
    """One thread, with one connection, in which database work is done so that the event loop never waits for it."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, name)

    async def do(self, work: Callable[..., T], *values: object) -> T:
        """Raises OperationalError or InterfaceError when the database is away; the next call connects anew."""

        def done() -> T:
            try:
                return work(*values)
            except (OperationalError, InterfaceError):
                connection.close()
                raise

        return await self._loop.run_in_executor(self._thread, done)

    async def close(self) -> None:
        # Handed over before anything is awaited: who is cancelled while closing must not leave it open.
        self._thread.submit(lambda: connection.close())
        await self._loop.run_in_executor(None, self._thread.shutdown)
