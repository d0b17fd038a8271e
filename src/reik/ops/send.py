"""`reik send`: keeps the promises of the outbox. At least once, each message with its own key (rule 5, R54–R56).

One loop leases, writes outcomes and rests; lanes send meanwhile. All database work is done in one thread, so
that the loop never waits for it. A message is lost at no instant: it is either waiting, leased (the lease ends
by itself), or its outcome is written.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import resource
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from reik.interop import ADAPTERS, AddressRefused, Failed, Late, Port, Result
from reik.kernel import clock
from reik.kernel.crypto import reset_vault
from reik.kernel.database import Role, become
from reik.kernel.pulse import Beating
from reik.ops import late, leases
from reik.ops.desk import Desk
from reik.ops.gateways import Gateways
from reik.ops.lanes import OWN_SHARE, Lane, Leased, Outcome, out_of_time
from reik.ops.leases import Address, Rooms
from reik.ops.running import run_until_stopped

log = logging.getLogger(__name__)

WINDOW = (
    1024  # messages held at once; reports get half. Each lane may hold a few beyond it (lanes.OWN_SHARE).
)
LEASED_AT_ONCE = 400
A_NEW_LANE = 64
WRITTEN_AT = 200  # outcomes that wake the loop before its time
BUSY, IDLE = 0.03, 0.1  # seconds between two looks
FRESH = 30.0  # seconds that a destination's address is used before it is read again
RECALL_LOOK = 1.0  # seconds between two looks whether a phone that rings need not
CUT_LOOK = 0.1  # seconds between two looks for messages to peers that are cut off
SHORTEST_AWAY, LONGEST_AWAY = 0.1, 2.0
GRACE = 5.0  # seconds to finish what is under way
LAST_WRITES = 3.0  # seconds to get the last outcomes written

Opened = dict[str, tuple[Port, Any]]


class Sender:
    """The state of one `reik send`: its lanes, and the outcomes that are not written yet."""

    def __init__(self, ports: Opened, wake: asyncio.Event, now: Callable[[], datetime]) -> None:
        self._ports, self._wake, self._now = ports, wake, now
        self._loop = asyncio.get_running_loop()
        self._desk = Desk("outbox")
        self._pulse = Beating("send")
        self._lanes: dict[UUID, Lane] = {}
        self._read_at: dict[UUID, float] = {}
        self._outcomes: list[Outcome] = []
        self._late: list[tuple[str, Late]] = []
        self._more = False
        self._cut_looked_at = self._recall_looked_at = 0.0

    async def serve(self, stop: asyncio.Event) -> None:
        """Send until `stop`; then finish within GRACE and LAST_WRITES. A database that is away ends nothing."""
        away = 0.0
        try:
            while not stop.is_set():
                await _rest(self._wake, away or (BUSY if self._outcomes or self._more else IDLE), away > 0)
                away = await self._round(away)
            await self._finish()
        finally:
            await self._desk.close()

    async def _round(self, away: float) -> float:
        """Write, put off, lease. Gives how long to stay off the database, 0 when it answered."""
        try:
            await self._write()
            await self._tell_late()
            await self._put_off()
            await self._recall()
            await self._lease()
            if self._pulse.due():
                await self._desk.do(self._pulse.beat, self._now())
        except (OperationalError, InterfaceError) as error:
            if not away:
                log.warning(
                    "the database does not answer (%s); %d outcomes are kept",
                    type(error).__name__, len(self._outcomes),
                )  # fmt: skip
            return min(away * 2, LONGEST_AWAY) if away else SHORTEST_AWAY
        if away:
            log.warning("the database answers again")
        return 0.0

    async def _write(self) -> None:
        if not self._outcomes:
            return
        batch, self._outcomes = self._outcomes, []
        try:
            await self._desk.do(leases.write, batch, self._now())
        except BaseException:
            self._outcomes[:0] = batch
            raise

    async def _tell_late(self) -> None:
        """What people said of messages after their delivery had ended; kept until it is written."""
        for channel, (port, session) in self._ports.items():
            if hasattr(port, "late"):
                self._late += [(channel, each) for each in port.late(session)]
        while batch := self._late[: late.AT_ONCE]:
            await self._desk.do(late.tell, batch, self._now())
            del self._late[: len(batch)]

    async def _put_off(self) -> None:
        at, now = self._loop.time(), self._now()
        if at - self._cut_looked_at < CUT_LOOK:
            return
        cut = [
            (each.destination_id, now + timedelta(seconds=left), each.circuit.error)
            for each in self._lanes.values()
            if (left := each.circuit.left(at))
        ]
        if cut:
            await self._desk.do(leases.put_off, cut, now)
        self._cut_looked_at = self._loop.time()

    async def _recall(self) -> None:
        """Stop what is still being delivered about messages that were taken back: no phone rings on."""
        if self._loop.time() - self._recall_looked_at < RECALL_LOOK:
            return
        ways: list[tuple[Any, Any]] = [each for each in self._ports.values() if hasattr(each[0], "recall")]
        ids = [UUID(id_) for port, session in ways for id_ in port.under_way(session)]
        if ids:
            back = {str(each) for each in await self._desk.do(leases.taken_back, ids)}
            for port, session in ways:
                port.recall(session, back)
        self._recall_looked_at = self._loop.time()

    async def _lease(self) -> None:
        at, now = self._loop.time(), self._now()
        leased = await self._desk.do(leases.lease, _rooms(self._lanes.values()), now, at)
        self._more = bool(leased)
        due: dict[UUID, list[Leased]] = {}
        for each in leased:
            if each.gives_up_at <= now:
                self._report(out_of_time(each, now))
            else:
                due.setdefault(each.destination_id, []).append(each)
        await self._read_addresses(due)
        for destination_id, messages in due.items():
            self._lanes[destination_id].take(messages)

    async def _read_addresses(self, due: dict[UUID, list[Leased]]) -> None:
        """Read the destinations of `due` that are new or were read too long ago, all in one statement."""
        at = self._loop.time()
        stale = [each for each in due if at - self._read_at.get(each, -FRESH) >= FRESH]
        if not stale:
            return
        for address in await self._desk.do(leases.addresses, stale):
            lane = self._lanes.get(address.id)
            if lane is None:
                lane = self._lanes[address.id] = Lane(address.id, self._report, self._now)
            lane.fit(_attempt(self._ports, address, self._now), address.concurrency)
            self._read_at[address.id] = at

    def _report(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        if len(self._outcomes) >= WRITTEN_AT:
            self._wake.set()

    async def _finish(self) -> None:
        tasks = set[asyncio.Task[None]]().union(*(each.stop() for each in self._lanes.values()))
        until = self._loop.time() + GRACE
        while tasks and self._loop.time() < until:
            _, tasks = await asyncio.wait(tasks, timeout=0.1)
            await self._write_last(self._loop.time())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._write_last(self._loop.time() + LAST_WRITES)
        if self._outcomes:
            log.error("%d outcomes could not be written; those messages are sent again", len(self._outcomes))

    async def _write_last(self, until: float) -> None:
        while True:
            try:
                await self._write()
                return await self._tell_late()
            except (OperationalError, InterfaceError):
                if self._loop.time() >= until:
                    return
                await asyncio.sleep(SHORTEST_AWAY)


def _rooms(lanes: Collection[Lane]) -> Rooms:
    """How much each lane may be leased: a lane that is slow holds little, reports never more than half of all."""
    free = WINDOW - sum(each.held for each in lanes)
    free_reports = free - WINDOW // 2
    return Rooms(
        lanes=[
            (each.destination_id, each.room(free, reports=False), each.room(free_reports, reports=True))
            for each in lanes
        ],
        new_alerts=max(OWN_SHARE, min(A_NEW_LANE, free)),
        new_reports=max(OWN_SHARE, min(A_NEW_LANE, free_reports)),
        most=max(A_NEW_LANE, min(LEASED_AT_ONCE, free)),
    )


def _attempt(
    ports: Opened, address: Address, now: Callable[[], datetime]
) -> Callable[[Leased], Awaitable[Result]]:
    """How one destination's messages are sent. An address that cannot be used fails each, until it is repaired."""
    try:
        if address.address is None:
            raise AddressRefused("The address of this destination can no longer be opened.")
        port, session = ports[address.channel]
        peer = port.peer(address.address, address.secret, float(address.timeout_s))
    except (AddressRefused, KeyError) as refused:
        reason = str(refused) if isinstance(refused, AddressRefused) else "no such channel"
        log.error("destination %s cannot be used: %s", address.id, reason)
        return lambda _: _fail(Failed(reason, answered=True))
    deliver = port.deliver
    return lambda message: deliver(session, peer, message_id=str(message.id), body=message.body, now=now())


async def _fail(failed: Failed) -> Result:
    return failed


async def _rest(wake: asyncio.Event, seconds: float, whole: bool) -> None:
    """Wait for `wake`, at most `seconds`; `whole`: a wake-up does not shorten it."""
    if whole:
        await asyncio.sleep(seconds)
    try:
        async with asyncio.timeout(0 if whole else seconds):
            await wake.wait()
    except TimeoutError:
        pass
    wake.clear()


async def serve(wake: asyncio.Event, stop: asyncio.Event, *, now: Callable[[], datetime] = clock.now) -> None:
    """Deliver the outbox until `stop` is set. `wake` says that there is something new; a poll backs it up."""
    async with AsyncExitStack() as stack:
        ports: Opened = {}
        for channel, module in ADAPTERS.items():
            port: Port = importlib.import_module(module)
            ports[channel] = (port, await stack.enter_async_context(port.opened()))
        waking = asyncio.create_task(_wake_on(stop, wake))
        trying = asyncio.create_task(Gateways(ports, now).serve(stop))
        try:
            await Sender(ports, wake, now).serve(stop)
        finally:
            waking.cancel()
            await _ended(trying)


async def _ended(task: asyncio.Task[None]) -> None:
    """Trying gateways ends with the rest, and whatever became of it ends nothing else."""
    task.cancel()
    for failure in await asyncio.gather(task, return_exceptions=True):
        if isinstance(failure, Exception):
            log.error("gateways were no longer tried", exc_info=failure)


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


def run() -> None:
    """The process: ends by SIGTERM, or by SIGINT unless that is ignored, within GRACE and LAST_WRITES."""
    become(Role.WORKER)
    reset_vault()
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))  # one per place of each lane
    run_until_stopped(_serve_alone)


async def _serve_alone(stop: asyncio.Event) -> None:
    await serve(asyncio.Event(), stop)
