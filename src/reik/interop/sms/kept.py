"""A session with one gateway that is kept: made when needed, made again after a cut, given up when nobody uses it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from reik.interop.sms.bound import Bound, Gone, Hears, bind
from reik.interop.sms.mapping import SmppGateway

CONNECT_S = 10.0
FIRST_BACK_OFF_S, LAST_BACK_OFF_S = 0.5, 30.0
STEADY_S = 10.0  # a session that held so long may be made again at once
UNUSED_S = 900.0  # the session of a gateway that nobody used or tried for so long is given up
LOOK_S, SOON_S = 1.0, 1.0  # between two looks at the session; what a text waits for the next one to be made


class Kept:
    """The session of one gateway. All times are the loop's."""

    def __init__(self, gateway: SmppGateway, trust: ssl.SSLContext, hears: Hears) -> None:
        self._gateway, self._trust, self._hears = gateway, trust, hears
        self._loop = asyncio.get_running_loop()
        self._bound: Bound | None = None
        self._bound_at = 0.0
        self._binding: asyncio.Task[Bound] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._why, self._failures, self._not_before = Gone("not connected yet"), 0, 0.0
        self._used_at = self._loop.time()

    async def session(self) -> Bound:
        """The session, made when there is none. Raises Gone, at once when the next try is not soon."""
        self._used_at = self._loop.time()
        if self._keeping is None or self._keeping.done():
            self._keeping = self._loop.create_task(self._keep())
        if self._connected() is None and self._why.cut:
            wait = self._not_before - self._loop.time()
            if 0 < wait <= SOON_S:
                await asyncio.sleep(wait)
        return await self._again()

    def _connected(self) -> Bound | None:
        """The session if there is one; of one that ended is noted how long it held."""
        if self._bound is not None and self._bound.ended:
            steady = self._loop.time() - self._bound_at >= STEADY_S
            self._failures = 0 if steady else self._failures
            if not steady:
                self._later(Gone(self._bound.ended, cut=True))
            self._bound = None
        return self._bound

    def _later(self, why: Gone) -> None:
        self._why = why
        wait = min(FIRST_BACK_OFF_S * 2 ** min(self._failures, 16), LAST_BACK_OFF_S)
        self._failures += 1
        self._not_before = self._loop.time() + wait

    async def _again(self) -> Bound:
        if (bound := self._connected()) is not None:
            return bound
        if self._binding is None or self._binding.done():
            if self._loop.time() < self._not_before:
                raise Gone(self._why.error, answered=self._why.answered, cut=self._why.cut)
            self._binding = self._loop.create_task(self._bind())
            self._binding.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._binding)

    async def _bind(self) -> Bound:
        try:
            async with asyncio.timeout(CONNECT_S):
                self._bound = await bind(self._gateway, self._trust, self._hears)
        except (Gone, TimeoutError) as failed:
            self._later(failed if isinstance(failed, Gone) else Gone("the gateway does not answer a log-in"))
            raise self._why from None
        self._bound_at, self._why = self._loop.time(), Gone("")
        return self._bound

    async def _keep(self) -> None:
        """While the gateway is in use: connected again when it was cut off, and asked for signs of life.

        An account that was refused is not tried by itself: that would lock it.
        """
        while self._loop.time() - self._used_at < UNUSED_S:
            if self._connected() is not None or not self._why.answered:
                with contextlib.suppress(Gone):
                    await (await self._again()).beat()
            await asyncio.sleep(LOOK_S)
        unused, self._bound = self._bound, None  # who comes now logs in anew
        if unused is not None:
            await unused.leave()

    async def close(self) -> None:
        """Log out and end; for the end of the process."""
        for task in (self._keeping, self._binding):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._bound is not None and not self._bound.ended:
            await self._bound.leave()
