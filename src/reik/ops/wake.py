"""The bell of processes that have no connection to the broker of their own: a small thread with one."""

from __future__ import annotations

import asyncio
import threading

from nats.aio.client import Client
from nats.errors import Error as NatsError

from reik.ingest import stream, wakes
from reik.kernel import wake
from reik.kernel.home import Home

AGAIN_AFTER_S = 2.0


def start_thread(name: str) -> None:
    """Let what this process changes wake screens. To be called after the last fork; the thread ends with it."""
    threading.Thread(target=lambda: asyncio.run(_ring(name)), name="wake", daemon=True).start()


async def _ring(name: str) -> None:
    bell = wakes.Bell()
    wake.install(bell)
    await bell.ring(await _connect(name))


async def _connect(name: str) -> Client:
    """However long it takes: a process works on without its bell."""
    while True:
        try:
            return await stream.connect(Home.from_environment(), f"wake {name}")
        except (OSError, NatsError):
            await asyncio.sleep(AGAIN_AFTER_S)
