"""`reik receive`: reads the device stream in batches, has them stored and interpreted, sends the receipts."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from reik.dispensing.devices.stream import PARTITIONS
from reik.ingest import partitions, stream, wakes
from reik.ingest.answers import Answer
from reik.ingest.commands import expire, oldest_for, to_send
from reik.ingest.operations import Receiver
from reik.ingest.partitions import PartitionsLost
from reik.ingest.payloads import Arrived
from reik.kernel import clock, wake
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.pulse import Beating
from reik.ops.running import run_until_stopped

log = logging.getLogger("reik.receive")

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 500
TICK_EVERY_S = 0.25
COMMANDS_EVERY_S = 0.5
EXPIRED_EVERY_LOOKS = 20
LEASE_EVERY_S = 2.5
WAKE = "reik.wake.outbox"


def run() -> None:
    """The process's entry: runs until SIGTERM. Safe to kill at any instant and to run in any number."""
    become(Role.WORKER)
    run_until_stopped(
        Receive(slot=os.environ.get("REIK_SLOT") or f"{socket.gethostname()}-{os.getpid()}").serve
    )


class Receive:
    """One receiver: it holds its share of the partitions by lease, and reads all of them through one consumer."""

    def __init__(self, slot: str, share: int = PARTITIONS) -> None:
        self._slot = slot
        self._holder = f"{slot}/{secrets.token_hex(4)}"
        self._share = share
        self._receiver = Receiver(self._holder)
        # All database work of this process happens in this one thread, on its one connection.
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._partitions: list[int] = []
        self._pulse = Beating("receive")
        self._position = 0

    async def serve(self, stop: asyncio.Event) -> None:
        home = Home.from_environment()
        client = await self._connect(home, stop)
        if client is None:
            return
        bell = wakes.Bell()
        wake.install(bell)
        keeping = [
            asyncio.create_task(each)
            for each in (self._keep_ticking(client), self._keep_commanding(client), bell.ring(client))
        ]
        try:
            await client.subscribe(f"{stream.DOWN}.*", "receive", cb=self._hand_out)
            while not stop.is_set():
                await self._read_until_doubt(client, stop)
        finally:
            for each in keeping:
                each.cancel()
            with suppress(Exception):
                await self._in_desk(partitions.let_go, slot=self._slot, holder=self._holder)
            with suppress(Exception):
                await asyncio.wait_for(client.close(), 2)
            self._desk.submit(lambda: connection.close())
            self._desk.shutdown(wait=True)

    async def _connect(self, home: Home, stop: asyncio.Event) -> Client | None:
        while not stop.is_set():
            try:
                return await stream.connect(home, f"receive {self._slot}")
            except (OSError, NatsError) as failure:
                log.warning("NATS is not there yet (%s); trying again", failure)
                await asyncio.sleep(0.5)
        return None

    async def _read_until_doubt(self, client: Client, stop: asyncio.Event) -> None:
        """Take partitions, read them from their position, until a lease, a gap or an engine makes us start over."""
        try:
            stream_id = await stream.ensure_stream(client)
            await self._in_desk(self._take_partitions, stream_id)
            if not self._partitions:
                await asyncio.sleep(0.5)
                return
            reading = stream.Reading(client, self._partitions, self._position)
            await reading.open()
            try:
                await self._read(client, reading, stop)
            finally:
                await reading.close()
        except PartitionsLost as lost:
            log.warning("%s", lost)
        except stream.Gap as gap:
            log.warning("%s Reading again from %d.", gap, self._position)
        except (OSError, NatsError, JetStreamError, TimeoutError) as failure:
            log.warning("The device stream is away (%s: %s); trying again", type(failure).__name__, failure)
            await asyncio.sleep(0.3)
        except OperationalError as failure:
            log.warning("The database is away (%s); nothing is acknowledged until it is back", failure)
            await asyncio.sleep(0.3)

    async def _read(self, client: Client, reading: stream.Reading, stop: asyncio.Event) -> None:
        """Batch by batch; while one is in the database, the next arrives."""
        loop = asyncio.get_running_loop()
        lease_until = loop.time() + LEASE_EVERY_S
        while not stop.is_set():
            found = await reading.next(BATCH, timeout=1.0)
            if found:
                await self._process(client, found)
            if self._pulse.due():
                await self._in_desk(self._pulse.beat, clock.now())
            if loop.time() > lease_until:
                before = list(self._partitions)
                await self._in_desk(self._take_partitions, None)
                if self._partitions != before:
                    return
                lease_until = loop.time() + LEASE_EVERY_S

    def _take_partitions(self, stream_id: str | None) -> None:
        """Renew the lease; with a stream id also find the position to read from."""
        held = partitions.hold_partitions(
            slot=self._slot, holder=self._holder, now=clock.now(), share=self._share
        )
        self._partitions = [row[0] for row in held]
        if stream_id is None or not held:
            return
        other = [row[0] for row in held if row[2] != stream_id]
        partitions.start_stream(partitions=other, holder=self._holder, stream_id=stream_id)
        self._position = 0 if other else min(row[1] for row in held)

    async def _process(self, client: Client, found: Sequence[Msg]) -> None:
        last = stream.place_of(found[-1])
        batch = []
        for message in found:
            device = message.subject.rsplit(".", 1)[-1]
            if device != stream.TICK:
                door = (message.headers or {}).get(stream.DOOR, "")
                batch.append(Arrived(device, message.data, stream.place_of(message).at, door))
        answers = await self._in_desk(self._take_in, batch, last)
        self._position = last.sequence
        await self._answer(client, answers)
        if batch:
            await client.publish(WAKE, b"")

    def _take_in(self, batch: Sequence[Arrived], last: stream.Place) -> list[Answer]:
        return self._receiver.take_in(
            batch, partitions=self._partitions, position=last.sequence, through=last.at, now=clock.now()
        )

    async def _answer(self, client: Client, answers: Sequence[Answer]) -> None:
        """Receipts go after the commit; one that gets lost is sent again after the device's next message."""
        for each in answers:
            became = {stream.BECAME: each.became.value} if each.became else None
            await client.publish(each.topic.replace("/", "."), each.payload, headers=became)

    async def _keep_ticking(self, client: Client) -> None:
        """Put a mark in the stream every quarter second: reading it back proves how far Reik has read."""
        while True:
            await asyncio.sleep(TICK_EVERY_S)
            if self._partitions:
                with suppress(NatsError, OSError):
                    await client.publish(f"reik.in.{self._partitions[0]}.{stream.TICK}", b"")

    async def _keep_commanding(self, client: Client) -> None:
        """Send commands that are due, and ask for what is missing in journals, to the devices of our partitions."""
        looks = 0
        while True:
            await asyncio.sleep(COMMANDS_EVERY_S)
            if not self._partitions:
                continue
            looks += 1
            with suppress(NatsError, OSError, OperationalError):
                now = clock.now()
                await self._answer(client, await self._in_desk(to_send, list(self._partitions), now))
                await self._answer(client, await self._in_desk(self._receiver.gaps.ask, now))
                if looks % EXPIRED_EVERY_LOOKS == 0:
                    await self._in_desk(expire, now)

    async def _hand_out(self, message: Msg) -> None:
        """A device asks for its oldest unanswered command at the HTTPS door, which let it in by its password."""
        device = message.subject.rpartition(".")[2]
        with suppress(NatsError, OSError, OperationalError):
            await message.respond(await self._in_desk(oldest_for, device, clock.now()))

    async def _in_desk(self, work: Callable[P, T], *values: P.args, **named: P.kwargs) -> T:
        """Run database work in the desk thread; a broken connection is closed, so the next try opens anew."""

        def guarded() -> T:
            try:
                return work(*values, **named)
            except OperationalError:
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._desk, guarded)
