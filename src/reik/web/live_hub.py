"""Who has a screen open in this process, and who of them is told now that something changed.

One subscription at the broker and, every two seconds, one cheap query serve all streams. A stream holds no
database connection and no queue: it is owed a "changed" or it is not.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from reik.ingest import stream, wakes
from reik.kernel import clock
from reik.kernel.home import Home
from reik.kernel.wake import Whom
from reik.people.sessions import holding
from reik.web import looking
from reik.web.live_beside import Beside
from reik.web.live_listener import Listener
from reik.web.live_presence import LONG_AGO, newest, note_seen
from reik.web.looking import Look

log = logging.getLogger("reik.live")

T = TypeVar("T")

POLLED_EVERY_S = 2.0
CHECKED_EVERY_S = 60.0
SEEN_EVERY_S = 45.0
MOST_PER_S = 60
"""Browsers told per second: each of them fetches a fragment, and other pages have to be answered in between."""
ENOUGH = 2
"""With so many requests in hand nobody more is told for a while, so that a page never waits behind many fragments."""
LONGEST_PAUSE_S = 0.25
FEW = 20
GAP_S = 0.5
WELL_FOR_S = 8.0


class Hub:
    """One per process and event loop; also the process's bell for what its own views change."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._bell = wakes.Bell()
        self._listeners: set[Listener] = set()
        self._owed: dict[Listener, None] = {}
        self._due = asyncio.Event()
        self.beside = Beside(self.look_again)
        self._newest: dict[UUID, datetime] = {}
        self._heard: dict[UUID, datetime] = {}
        self.answering = 0
        self._client: Client | None = None
        self._well_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        # One thread, so that all streams together never have more than one connection of the pool in use.
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="live")

    def start(self) -> None:
        keeping = (
            self._listen,
            self._ring,
            self._poll,
            self._check,
            self._tell,
            self._note_presence,
            self.beside.keep,
        )
        self._tasks = [self._loop.create_task(each()) for each in keeping]

    async def stop(self) -> None:
        self._end_all()
        left = set(self._tasks)
        while left:  # nats-py may swallow one while it tries to connect
            for each in left:
                each.cancel()
            _, left = await asyncio.wait(left, timeout=0.2)
        if self._client is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._client.close(), 1)
        self._desk.shutdown(wait=False)

    # The bell of this process.

    def say(self, whom: Iterable[Whom]) -> None:
        self._bell.say(whom)

    def end(self) -> None:
        """All streams end; browsers come back to the process that takes over."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for each in self._listeners:
            each.end()

    # Streams.

    def add(self, listener: Listener) -> None:
        """It is told once at once: something may have changed between its page and its stream."""
        if not self._listeners:
            self._well_at = self._loop.time()
        self._listeners.add(listener)
        now = clock.now()
        for each in listener.organisations:
            self._heard.setdefault(each, now)  # what is older, its page shows
        self._owe([listener])

    def remove(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self._owed.pop(listener, None)

    def open_of(self, key: str) -> int:
        """How many streams this session has."""
        return sum(each.session.key == key for each in self._listeners)

    def __len__(self) -> int:
        return len(self._listeners)

    @property
    def well(self) -> bool:
        """Whether it saw the database lately; when not, browsers must learn that they see the past."""
        return self._loop.time() - self._well_at < WELL_FOR_S

    async def in_desk(self, work: Callable[[], T]) -> T:
        """Run database work in the hub's thread; its connection goes back to the pool at once."""

        def done() -> T:
            try:
                return work()
            finally:
                connection.close()

        return await self._loop.run_in_executor(self._desk, done)

    def wake(self, organisation_ids: Iterable[UUID]) -> None:
        """These organisations' records changed: their listeners are told as soon as their turn comes."""
        ids, now = set(organisation_ids), clock.now()
        found = [each for each in self._listeners if not each.organisations.isdisjoint(ids)]
        if found:
            self._heard.update(dict.fromkeys(ids, now))
            self._owe(found)

    def _owe(self, listeners: list[Listener]) -> None:
        new = [each for each in listeners if each not in self._owed]
        random.shuffle(new)
        self._owed.update(dict.fromkeys(new))
        self._due.set()

    async def _tell(self) -> None:
        """The longest waiting first. Few listeners are told at once, many one by one with a pause."""
        while True:
            await self._due.wait()
            self._due.clear()
            while self._owed:
                each = next(iter(self._owed))
                early = each.told_at + GAP_S - self._loop.time()
                if early > 0:
                    await asyncio.sleep(early)
                if self._owed.pop(each, each) is None:  # else it left in the meantime
                    each.told_at = self._loop.time()
                    each.tell()
                if len(self._listeners) >= FEW:
                    await self._pause()

    async def _pause(self) -> None:
        """Between two of many: jittered, and longer while the process has enough to answer."""
        until = self._loop.time() + LONGEST_PAUSE_S
        await asyncio.sleep(random.uniform(0.5, 1.5) / MOST_PER_S)  # noqa: S311 - spreads, hides nothing
        while self.answering >= ENOUGH and self._loop.time() < until:
            await asyncio.sleep(0.005)

    async def _listen(self) -> None:
        """One subscription for all organisations; nats-py keeps it up after the first time."""
        while self._client is None:
            try:
                client = await stream.connect(Home.from_environment(), "live")
                await client.subscribe(wakes.ALL, cb=self._hear)
                await client.subscribe(wakes.ALL_TAKEN, cb=self._hear_taken)
                await client.subscribe(looking.SUBJECT, cb=self.beside.hear)
                self._client = client
            except (OSError, NatsError):
                await asyncio.sleep(POLLED_EVERY_S)

    async def _hear(self, message: Msg) -> None:
        organisation_id = wakes.organisation_of(message.subject)
        if organisation_id is not None:
            self.wake([organisation_id])

    async def _hear_taken(self, message: Msg) -> None:
        self._taken(message.subject)

    def _taken(self, subject: str) -> None:
        """All consoles are told at once, without waiting for their turn: it is a line of 60 letters, no page."""
        found = wakes.taken_of(subject)
        if found is not None:
            organisation_id, alert_id = found
            for each in self._listeners:
                if each.console and organisation_id in each.organisations:
                    each.tell_taken(alert_id)

    def look_again(self, accounts: frozenset[UUID]) -> None:
        """Whoever came or left beside these people at an alert: their consoles are told at once."""
        for each in self._listeners:
            if each.console and each.session.account_id in accounts:
                each.tell_looks()

    async def say_look(self, look: Look) -> None:
        """A page of this process says where it looks; all processes hear it."""
        self.beside.note(look)
        if self._client is not None and self._client.is_connected:
            with suppress(NatsError, OSError):
                await self._client.publish(looking.SUBJECT, look.packed())

    async def _ring(self) -> None:
        """What views of this process changed goes over the broker and comes back; without it, straight here."""
        while True:
            found = await self._bell.collected()
            if self._client is not None and self._client.is_connected:
                with suppress(NatsError, OSError):
                    for each in found:
                        await self._client.publish(f"{wakes.SUBJECT}.{each}", b"")
            else:
                self.wake(each for each in found if isinstance(each, UUID))
                for each in filter(wakes.hurries, found):
                    self._taken(str(each))
            await self._bell.pause()

    async def _poll(self) -> None:
        """What a lost wake-up did not tell. A line that is older than the last wake-up was told by it."""
        while True:
            await asyncio.sleep(POLLED_EVERY_S)
            organisations: frozenset[UUID] = frozenset().union(
                *(each.organisations for each in self._listeners)
            )
            if not organisations:
                self._newest.clear()
                self._heard.clear()
                continue
            with suppress(DatabaseError):
                found = await self.in_desk(partial(newest, organisations))
                self._well_at = self._loop.time()
                before, self._newest = self._newest, found
                self.wake(
                    id
                    for id, at in found.items()
                    if at != before.get(id) and at > self._heard.get(id, LONG_AGO)
                )

    async def _check(self) -> None:
        """End the streams of sessions that have ended; the others get the organisations of now."""
        while True:
            await asyncio.sleep(CHECKED_EVERY_S)
            with suppress(DatabaseError):
                await self.check_now()

    async def _note_presence(self) -> None:
        """Who has a page open is there to hear of an alert (N3): one statement for all of them together."""
        while True:
            with suppress(DatabaseError):
                await self.note_presence_now()
            await asyncio.sleep(SEEN_EVERY_S)

    async def note_presence_now(self) -> None:
        listeners = list(self._listeners)
        if listeners:
            accounts = {each.session.account_id for each in listeners}
            organisations = frozenset[UUID]().union(*(each.organisations for each in listeners))
            await self.in_desk(partial(note_seen, accounts, organisations))

    async def check_now(self) -> None:
        asked = list(self._listeners)
        sessions = [each.session for each in asked]
        if not sessions:
            return
        found = await self.in_desk(lambda: holding(sessions, clock.now()))
        for each in asked:
            organisations = found.get(each.session.key)
            if organisations is None:
                each.end()
            else:
                each.organisations = organisations
