"""`reik admit`: lets devices in. The broker asks for each CONNECT (NATS auth callout); memory answers.

Any number may run: one queue group shares the questions. Nothing is written but counts. What ends a session
when its secrets no longer hold is a KICK by the system account, not the expiry of its admission: that would
make every device come back at every interval for the sake of the few that are revoked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from reik.ingest import stream
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.pulse import Beating
from reik.ops.admission import Answers, Knock, NotFromServer, Questions
from reik.ops.doorbook import Ask, DoorBook, Refusal, Refused, write_down
from reik.ops.running import run_until_stopped
from reik.ops.sessions import Sessions

log = logging.getLogger("reik.admit")

P = ParamSpec("P")
T = TypeVar("T")

QUESTIONS = "$SYS.REQ.USER.AUTH"
QUEUE = "admit"
WAKE = "reik.wake.devices"
REFRESH_EVERY_S = 30.0
REFRESH_LEAST_S = 0.5
ASK_EVERY_S = 0.05
ASK_MOST = 200  # names in one query, 20 times a second: strangers cannot make more work than that
WAITING_MOST = 5_000
SWEEP_FROM = 50  # devices whose secrets ended: from here it is less work to look at all sessions


def run() -> None:
    """The process's entry: runs until SIGTERM. Safe to kill at any instant and to run in any number."""
    become(Role.WORKER)
    run_until_stopped(lambda stop: Admit(Home.from_environment()).serve(stop))


class Admit:
    """One answering process: two lines to the broker (to be asked, and to end sessions) and one for wake-ups."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._questions, self._answers = Questions(), Answers(home)
        self._book, self._refused = DoorBook(), Refused()
        # All database work of this process happens in this one thread, on its one connection.
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._servers: set[str] = set()
        self._waiting: dict[str, list[tuple[Msg, Knock]]] = {}
        self._to_check: set[str] = set()  # devices of which a session may have to end
        self._sweep = True
        self._woken = asyncio.Event()
        self.letting_in = asyncio.Event()
        self._pulse = Beating("admit")
        self._went_round = 0.0  # when memory was last brought up to date, or was found to be out of reach

    async def serve(self, stop: asyncio.Event) -> None:
        clients: list[Client] = []
        try:
            for user in ("reik_admit", "reik_sys", "reik_worker"):
                clients.append(await self._connect(user, stop))
            door, system, worker = clients
            self._sessions = Sessions(system)
            while not await self._refresh():  # nobody is refused only because memory is still empty
                await _first(stop.wait(), 0.5)
                if stop.is_set():
                    return
            log.info("Memory holds %d devices; letting in", len(self._book))
            await worker.subscribe(WAKE, cb=self._wake)
            await door.subscribe(QUESTIONS, QUEUE, cb=self._asked)
            await door.flush()
            self.letting_in.set()
            await self._work(stop)
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
        finally:
            for client in clients:
                with suppress(Exception):
                    await asyncio.wait_for(client.close(), 2)
            self._desk.submit(lambda: connection.close())
            self._desk.shutdown(wait=True)

    async def _connect(self, user: str, stop: asyncio.Event) -> Client:
        while not stop.is_set():
            try:
                return await stream.connect(self._home, "admit", user=user)
            except (OSError, NatsError) as failure:
                log.warning("NATS is not there yet (%s); trying again", failure)
                await _first(stop.wait(), 0.5)
        raise asyncio.CancelledError

    async def _work(self, stop: asyncio.Event) -> None:
        tasks = [asyncio.create_task(each) for each in (self._keep_fresh(), self._keep_asking(), stop.wait())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in tasks:
            each.cancel()
        for each in done:
            await each  # what broke comes out

    async def _asked(self, message: Msg) -> None:
        try:
            knock = self._questions.read(message.data)
            if knock.server not in self._servers:
                self._servers = await self._sessions.servers()
                if knock.server not in self._servers:
                    raise NotFromServer("No broker of this installation signs so.")
        except (NotFromServer, NatsError) as failure:
            log.error("A question at the door is not answered: %s", failure)
            return
        await self._judge(message, knock)

    async def _judge(self, message: Msg, knock: Knock) -> None:
        now = clock.now()
        if now.timestamp() > knock.until:
            return  # the broker has given up
        found = self._book.judge(knock, now)
        if isinstance(found, Ask):
            # Without an answer the device tries again soon; a refusal would keep it away for ten minutes.
            if len(self._waiting) < WAITING_MOST:
                self._waiting.setdefault(knock.name, []).append((message, knock))
        elif isinstance(found, Refusal):
            self._refused.note(knock, found)
            await message.respond(self._answers.refuse(knock, now))
        else:
            await message.respond(self._answers.let_in(knock, found.generation, now))

    async def _keep_asking(self) -> None:
        """Names that memory cannot tell are asked of the database, together and at a bounded rate."""
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            await self._beat()
            names = list(self._waiting)[:ASK_MOST]
            if not names:
                continue
            if not await self._in_desk(self._book.ask, names, clock.now()):
                await asyncio.sleep(1)
                continue
            for name in names:
                for message, knock in self._waiting.pop(name):
                    await self._judge(message, knock)

    async def _beat(self) -> None:
        """From the loop that answers; not any more when the one that keeps memory fresh stands still."""
        fresh = asyncio.get_running_loop().time() - self._went_round < 2 * REFRESH_EVERY_S
        if fresh and self._pulse.due():
            await self._in_desk(self._pulse.beat, clock.now())

    async def _wake(self, _message: Msg) -> None:
        self._woken.set()

    async def _keep_fresh(self) -> None:
        while True:
            await self._end_sessions()
            await asyncio.sleep(REFRESH_LEAST_S)
            await _first(self._woken.wait(), REFRESH_EVERY_S - REFRESH_LEAST_S)
            self._woken.clear()
            await self._refresh()

    async def _refresh(self) -> bool:
        """Bring memory up to date; False when the database is away: then memory goes on answering."""

        def work() -> None:
            now = clock.now()
            ended, anew = self._book.refresh(now)
            self._to_check |= ended
            self._sweep |= anew
            write_down(self._refused.take(), now)

        there = await self._in_desk(work)
        self._went_round = asyncio.get_running_loop().time()
        return there

    async def _end_sessions(self) -> None:
        """End the sessions whose secrets no longer hold; what fails is tried again at the next round."""
        try:
            if self._sweep or len(self._to_check) > SWEEP_FROM:
                async for each in self._sessions.all():
                    if not self._book.lives(each.device, each.generation, clock.now()):
                        await self._sessions.end(each)
                self._sweep, self._to_check = False, set()
            for device in list(self._to_check):
                for each in await self._sessions.of(device):
                    if not self._book.lives(device, each.generation, clock.now()):
                        await self._sessions.end(each)
                self._to_check.discard(device)
        except (NatsError, OSError, TimeoutError) as failure:
            log.warning("Sessions cannot be looked at now (%s: %s)", type(failure).__name__, failure)

    async def _in_desk(self, work: Callable[P, None], *values: P.args, **named: P.kwargs) -> bool:
        """Run database work in the desk thread; False when the database is away."""

        def guarded() -> bool:
            try:
                work(*values, **named)
            except (OperationalError, InterfaceError) as failure:
                log.warning("The database is away (%s); what is known goes on being used", failure)
                connection.close()
                return False
            return True

        return await asyncio.get_running_loop().run_in_executor(self._desk, guarded)


async def _first(event: object, timeout: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event, timeout)  # type: ignore[arg-type]
