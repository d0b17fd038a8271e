"""Signs of life at the interval that a centre wishes (`hbi`), beside the one that every gateway gets anyway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reik.interop import Failed, Result

log = logging.getLogger(__name__)

SHORTEST, LONGEST = 10.0, 86_400.0  # seconds
KEPT = 1800.0  # seconds that a wish lasts after the gateway was last tried: a destination may be gone

Beat = Callable[[], Awaitable[Result]]


@dataclass(slots=True)
class _Wish:
    every: float
    beat: Beat


class Beats:
    """One task per gateway that has a wish; the newest wish counts, 0 ends it."""

    def __init__(self) -> None:
        self._wishes: dict[str, _Wish] = {}
        self._kept_until: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def keep(self, gateway: str) -> None:
        """This gateway is still in use."""
        self._kept_until[gateway] = asyncio.get_running_loop().time() + KEPT

    def wish(self, gateway: str, seconds: float, beat: Beat) -> None:
        """From now on call `beat` every so many seconds, within SHORTEST and LONGEST; 0 for no longer."""
        if not seconds:
            self._wishes.pop(gateway, None)
            return
        self._wishes[gateway] = _Wish(min(max(seconds, SHORTEST), LONGEST), beat)
        if gateway not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._serve(gateway))
            self._tasks[gateway] = task
            task.add_done_callback(lambda _: self._tasks.pop(gateway, None))

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, gateway: str) -> None:
        loop = asyncio.get_running_loop()
        while wish := self._wishes.get(gateway):
            await asyncio.sleep(wish.every)
            if loop.time() > self._kept_until.get(gateway, 0.0):
                self._wishes.pop(gateway, None)
            if current := self._wishes.get(gateway):
                await self._call(gateway, current.beat)

    async def _call(self, gateway: str, beat: Beat) -> None:
        try:
            result = await beat()
        except Exception:  # a fault of ours must not end the signs of life
            log.exception("a heartbeat of SCAIP failed by a fault in Reik")
        else:
            if isinstance(result, Failed):
                log.warning("a heartbeat of SCAIP to %s failed: %s", gateway, result.error)
