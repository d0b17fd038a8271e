"""The calls over one server: started, waited for, stopped; and what is heard of them after that."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection, Coroutine
from typing import Any

from reik.interop import Delivered, Failed, Late, Result
from reik.interop.espax import mapping
from reik.interop.espax.address import Server
from reik.interop.espax.kept import Kept
from reik.interop.espax.mapping import Start, Stop
from reik.interop.espax.processes import Process, Processes
from reik.interop.espax.session import Gone, Session

RESPONSE_S = 4.0  # seconds in which a server answers a request
LEFT_S = 0.5  # seconds of a message's time that are kept for writing its outcome
LOST_S = 15.0  # seconds without a session after which nobody counts on its calls any more
COUNTED_ON_S = 600.0  # seconds that a call without a wait of its own is counted on
MOST_WAITED_FOR = 12  # calls at once, of all destinations of one server; fewer than the places of a lane
LAST_WORDS_S = 1.0
STOP = {"CP-PR-MASK": "All"}


class Link:
    """One account at one server, and all its calls in this process."""

    def __init__(self, server: Server, trust: ssl.SSLContext) -> None:
        self._loop = asyncio.get_running_loop()
        self.processes = Processes(server.gateway)
        self.kept = Kept(server, trust, self.processes.hear, self._after_a_cut)
        self._stopping: set[asyncio.Task[None]] = set()

    async def call(self, start: Start, message_id: str, seconds: float, counts_s: float | None) -> Result:
        """Start a process, or find the one that runs, and wait for a person while there is time.

        `counts_s`: for so many seconds somebody counts on it; None: as long as is usual.
        """
        begun = self._loop.time()
        process = self.processes.begin(start.ref, message_id, one=start.one)
        process.until = begun + (COUNTED_ON_S if counts_s is None else counts_s)
        result: Result | None = None
        try:
            async with asyncio.timeout_at(begun + seconds):
                known = process.runs or process.ended or process.answer
                result = None if known else await self._started(start, process)
                result = result or await self._answered(process, min(begun + seconds - LEFT_S, process.until))
        except TimeoutError:
            taken = process.answer or (Delivered() if process.runs else None)
            result = taken or Failed(f"no answer within {seconds:g} s")
        finally:
            self.processes.ends(process, result)
        return result

    async def _started(self, start: Start, process: Process) -> Failed | None:
        for last in (False, True):
            session: Session | None = None
            try:
                session = await self.kept.session()
                said = await session.request("P-START", start.values, RESPONSE_S)
            except Gone as gone:
                if process.runs or process.ended or process.answer:
                    return None  # its answer was lost, and the server tells of the process
                if last or session is None or not session.ended:
                    return Failed(gone.error, answered=gone.answered)
                continue  # the connection ended: once more over another, under the same reference
            if said.code in mapping.LOGIN_REFUSED and not last:
                await session.leave()  # the server knows this session no more
                continue
            failed = mapping.started(said.code)
            process.runs = failed is None and not process.ended
            return failed
        raise AssertionError

    async def _answered(self, process: Process, until: float) -> Result:
        """What a person says until then; Delivered when the server only has it."""
        self._make_room()
        while process.answer is None and not process.ended and self._loop.time() < until:
            if process.waited_enough:
                return Delivered()
            if process.recalled:
                self._keep(self._end([process.ref]))
                return Failed("taken back", permanent=True, answered=True)
            process.heard.clear()
            try:
                async with asyncio.timeout_at(until):
                    await process.heard.wait()
            except TimeoutError:
                break
        if process.answer is None and not process.ended and self.kept.now() is None:
            process.runs = False  # not known any more: asked for again under the same reference
            return Failed("the connection was lost while it called")
        return process.answer or Delivered()

    def _make_room(self) -> None:
        """Whoever waits longest waits no more, so that no lane is full of waiting: what she says is told late."""
        waiting = [each for each in self.processes.under_way() if each.runs and not each.waited_enough]
        for each in waiting[:-MOST_WAITED_FOR]:
            each.waited_enough = True
            each.heard.set()

    async def stop(self, stop: Stop) -> Result:
        """End these processes; what the server does not know has ended."""
        results = await asyncio.gather(*(self._stopped(each) for each in stop.refs))
        return next((each for each in results if isinstance(each, Failed)), Delivered())

    async def _stopped(self, ref: str) -> Result:
        self.processes.stopping(ref)
        try:
            session = await self.kept.session()
            return mapping.stopped(
                (await session.request("P-STOP", {"CP-PR-REF": ref} | STOP, RESPONSE_S)).code
            )
        except Gone as gone:
            return Failed(gone.error, answered=gone.answered)

    async def check(self) -> Result:
        """A session, and a heartbeat that is answered. Calls nobody."""
        try:
            await (await self.kept.session()).sign()
        except Gone as gone:
            return Failed(gone.error, answered=gone.answered)
        return Delivered()

    def recall(self, message_ids: Collection[str]) -> None:
        """These were taken back: somebody else has the alert, or it is over."""
        for each in self.processes.under_way():
            if each.message_id in message_ids:
                each.recalled = True
                each.heard.set()

    def late(self) -> list[Late]:
        """What became known of calls that nobody waits for; a server that is away too long takes no more answers."""
        if self.kept.lost_s() > LOST_S:
            for each in self.processes.open():
                if not each.waited_for:
                    self.processes.fail(each, Failed("the connection was lost while it called"))
        return self.processes.told()

    async def _after_a_cut(self, session: Session) -> None:
        """Ask what became of each call: a server that started anew may know none of them."""
        for each in self.processes.open():
            said = await session.request("P-GETSTAT", {"CP-PR-REF": each.ref} | STOP, RESPONSE_S)
            if mapping.lost(said.code):
                self.processes.fail(each, Failed("the server lost it", answered=True))

    async def _end(self, refs: list[str]) -> None:
        await asyncio.gather(*(self._stopped(each) for each in refs))

    def _keep(self, ending: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(ending)
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def close(self) -> None:
        """Log out; calls go on ringing at the server, and are found again by their reference."""
        if self._stopping:
            await asyncio.wait(self._stopping, timeout=LAST_WORDS_S)
        await self.kept.close()
