"""Keeps who looks at which alert, for the hub: what pages here and of other processes say, and what falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from nats.aio.msg import Msg

from reik.web.looking import LOOKS, Look, unpacked

SWEPT_EVERY_S = 2.0


class Beside:
    """In the hub's event loop; `tell` gets the accounts that must look again at who is beside them."""

    def __init__(self, tell: Callable[[frozenset[UUID]], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._tell = tell

    def note(self, look: Look) -> None:
        self._tell(LOOKS.note(look, self._loop.time()))

    async def hear(self, message: Msg) -> None:
        """From another process; of this one it says nothing new."""
        found = unpacked(message.data)
        if found is not None:
            self.note(found)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(SWEPT_EVERY_S)
            self._tell(LOOKS.forget(self._loop.time()))
