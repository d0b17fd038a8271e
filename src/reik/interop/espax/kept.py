"""A session with one server that is kept: made when needed, made again after a cut, given up when nobody uses it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable

from reik.interop.espax.address import Server
from reik.interop.espax.session import Gone, Hears, Session, open_session

FIRST_BACK_OFF_S, LAST_BACK_OFF_S = 0.5, 30.0
STEADY_S = 10.0  # a session that held so long may be made again at once
UNUSED_S = 900.0  # the session of a server that nobody used or tried for so long is given up
LOOK_S, SOON_S = (
    0.5,
    1.0,
)  # between two looks at the session; what a message waits for the next one to be made


class Kept:
    """The session of one account at one server. `again` is called with each session that follows another."""

    def __init__(
        self, server: Server, trust: ssl.SSLContext, hears: Hears, again: Callable[[Session], Awaitable[None]]
    ) -> None:
        self._server, self._trust, self._hears, self._again = server, trust, hears, again
        self._loop = asyncio.get_running_loop()
        self._session: Session | None = None
        self._made_at = 0.0
        self._making: asyncio.Task[Session] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._why, self._failures, self._not_before = Gone("not connected yet"), 0, 0.0
        self._used_at = self._lost_at = self._loop.time()
        self._had_one = False
        self._asking: asyncio.Task[None] | None = None

    async def session(self) -> Session:
        """The session, made when there is none. Raises Gone, at once when the next try is not soon."""
        self._used_at = self._loop.time()
        if self._keeping is None or self._keeping.done():
            self._keeping = self._loop.create_task(self._keep())
        if self.now() is None and not self._why.locks:
            wait = self._not_before - self._loop.time()
            if 0 < wait <= SOON_S:
                await asyncio.sleep(wait)
        return await self._made()

    def now(self) -> Session | None:
        """The session if there is one; of one that ended is noted how long it held."""
        if self._session is not None and self._session.ended:
            steady = self._loop.time() - self._made_at >= STEADY_S
            self._failures = 0 if steady else self._failures
            if not steady:
                self._later(Gone(self._session.ended, answered=self._session.end_was_answer))
            self._session, self._lost_at = None, self._loop.time()
        return self._session

    def lost_s(self) -> float:
        """For how many seconds there has been no session; 0 while there is one."""
        return 0.0 if self.now() is not None else self._loop.time() - self._lost_at

    def _later(self, why: Gone) -> None:
        self._why = why
        wait = min(FIRST_BACK_OFF_S * 2 ** min(self._failures, 16), LAST_BACK_OFF_S)
        self._failures += 1
        self._not_before = self._loop.time() + wait

    async def _made(self) -> Session:
        if (session := self.now()) is not None:
            return session
        if self._making is None or self._making.done():
            if self._loop.time() < self._not_before:
                raise Gone(self._why.error, answered=self._why.answered, locks=self._why.locks)
            self._making = self._loop.create_task(self._make())
            self._making.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._making)

    async def _make(self) -> Session:
        try:
            self._session = await open_session(self._server, self._trust, self._hears)
        except Gone as failed:
            self._later(failed)
            raise
        self._made_at, self._why = self._loop.time(), Gone("")
        if self._had_one:
            self._asking = self._loop.create_task(self._asked_again(self._session))
        self._had_one = True
        return self._session

    async def _asked_again(self, session: Session) -> None:
        with contextlib.suppress(Gone):
            await self._again(session)

    async def _keep(self) -> None:
        """While the server is in use: connected again after a cut. A refused account is not tried by itself:
        that would lock it."""
        while self._loop.time() - self._used_at < UNUSED_S:
            if self.now() is None and not self._why.locks:
                with contextlib.suppress(Gone):
                    await self._made()
            await asyncio.sleep(LOOK_S)
        unused, self._session = self._session, None  # who comes now logs in anew
        if unused is not None:
            await unused.leave()

    async def close(self) -> None:
        """Log out and end; for the end of the process."""
        for task in (self._keeping, self._making, self._asking):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._session is not None:
            await self._session.leave()
