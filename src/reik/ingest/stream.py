"""The inbound device stream in JetStream: making it, reading it from a known position, and its subjects.

The broker is a pipe: where reading goes on is kept in PostgreSQL with the data (`ingest`), so consumers are
short-lived, acknowledge nothing and are made anew wherever doubt arises.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.errors import NotFoundError

from reik.kernel.home import Home

log = logging.getLogger("reik.stream")

STREAM = "REIK_UP"
KEPT_S = 72 * 3600
MOST_BYTES = 4 * 1024**3
ASKED_FOR_S = 30.0
DOOR = "Reik-Door"
"""Header of a payload that came through the HTTPS door: the subject where its fate is waited for."""
DOWN = "reik.door.down"  # a device asks for its command: `reik receive` answers
BECAME = "Reik-Became"
"""Header of the answer to that subject: what became of it."""
TICK = "_tick"
"""Stands where a device's name would: no device can be called so."""


def nats_url(home: Home) -> str:
    """`REIK_NATS_URL`, else the running embedded server; without user and password."""
    given = os.environ.get("REIK_NATS_URL")
    if given:
        return given
    runtime = home.runtime()
    return runtime.nats_url if runtime else "nats://127.0.0.1:4222"


async def connect(
    home: Home,
    name: str,
    *,
    user: str = "reik_worker",
    reconnected: Callable[[], Awaitable[None]] | None = None,
) -> Client:
    """A connection as one of Reik's own users that is kept up for ever; raises when the first try fails."""
    return await nats.connect(
        nats_url(home),
        name=name,
        user=user,
        password=home.password(f"nats:{user}"),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.2,
        ping_interval=2,
        max_outstanding_pings=2,
        connect_timeout=5,
        reconnected_cb=reconnected,
        error_cb=_note_failure,
        pending_size=64 * 1024 * 1024,
    )


async def _note_failure(failure: Exception) -> None:
    """Who works with the connection says what is wrong, once; nats-py would print a traceback at each try."""
    log.debug("NATS: %s: %s", type(failure).__name__, failure)


async def ensure_stream(client: Client) -> str:
    """Make the stream when there is none; gives what tells it from an earlier one (its birth)."""
    jetstream = client.jetstream()
    config = StreamConfig(
        name=STREAM,
        subjects=["reik.in.*.*"],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        max_age=KEPT_S,
        max_bytes=MOST_BYTES,
        duplicate_window=0,
    )
    try:
        await jetstream.stream_info(STREAM)
    except NotFoundError:
        await jetstream.add_stream(config)
    answer = await client.request(f"$JS.API.STREAM.INFO.{STREAM}", b"", timeout=5)
    return str(json.loads(answer.data)["created"])


async def make_ready(home: Home) -> None:
    """See to it that the stream exists before any device can speak: what comes before it would be lost."""
    client = await connect(home, "prepare")
    await ensure_stream(client)
    await client.close()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: sequence and time in the stream, and its number within this consumer."""

    sequence: int
    delivered: int
    at: datetime
    waiting: int


def place_of(message: Msg) -> Place:
    """Read from the message's acknowledgement subject (9 tokens, or 11 and more with domain and account)."""
    tokens = message.reply.split(".")
    sequence, delivered, stamp, waiting = tokens[5:9] if len(tokens) == 9 else tokens[7:11]
    return Place(int(sequence), int(delivered), datetime.fromtimestamp(int(stamp) / 1e9, UTC), int(waiting))


class Gap(Exception):
    """Messages went missing between broker and reader."""


class Reading:
    """One short-lived consumer over some partitions, from a position on; in order, nothing left out.

    It asks ahead: while one batch is worked on, the next one arrives.
    """

    def __init__(self, client: Client, partitions: Sequence[int], after: int) -> None:
        self._client = client
        self._partitions = partitions
        self._after = after
        self._expected = 1
        self._asked = 0
        self._arrived: list[Msg] = []
        self._news = asyncio.Event()
        self._broken = ""

    async def open(self) -> None:
        info = await self._client.jetstream().add_consumer(
            STREAM,
            ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._after + 1,
                filter_subjects=[f"reik.in.{each}.*" for each in self._partitions],
                inactive_threshold=60,
                mem_storage=True,
            ),
        )
        self._name = info.name
        self._inbox = self._client.new_inbox()
        self._subscription = await self._client.subscribe(self._inbox, cb=self._take)

    async def close(self) -> None:
        """Nothing more arrives. The broker forgets the consumer by itself."""
        with suppress(NatsError):
            await self._subscription.unsubscribe()

    async def next(self, most: int, timeout: float) -> list[Msg]:
        """What is there now, or what comes within `timeout` s; empty when nothing came.

        Raises Gap when a message was lost between broker and here, and what JetStream raises when the
        consumer is gone: open a new Reading from the position.
        """
        await self._ask(most)
        if not self._arrived and not self._broken:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), timeout)
            except TimeoutError:
                await self._client.jetstream().consumer_info(STREAM, self._name)
                self._asked = 0  # the broker may have been away, and forgotten what was asked
                return []
        if self._broken:
            raise Gap(f"The broker stopped delivering ({self._broken}).")
        found, self._arrived = self._arrived[:most], self._arrived[most:]
        if found:
            self._check(found)
        return found

    async def _ask(self, most: int) -> None:
        """Have at least `most` messages here or under way, and at most three times as many."""
        if self._asked + len(self._arrived) < most:
            self._asked += 2 * most
            query = {"batch": 2 * most, "expires": int(ASKED_FOR_S * 1e9)}
            subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self._name}"
            await self._client.publish(subject, json.dumps(query).encode(), reply=self._inbox)

    async def _take(self, message: Msg) -> None:
        if message.reply:
            self._arrived.append(message)
            self._asked -= 1
        else:
            said = message.headers or {}
            if said.get("Status") == "408":  # the time of a request is over
                self._asked -= int(said.get("Nats-Pending-Messages", 0))
                return
            self._broken = f"{said.get('Status')} {said.get('Description', '')}"
        self._news.set()

    def _check(self, found: Sequence[Msg]) -> None:
        if place_of(found[0]).delivered != self._expected:
            raise Gap("The broker delivered messages that did not arrive.")
        self._expected += len(found)
        if place_of(found[-1]).delivered != self._expected - 1:
            raise Gap("The broker delivered messages that did not arrive.")


async def unread(client: Client) -> int:
    """How many messages lie in the stream beyond the position of its fastest reader; 0 without a reader."""
    answer = await client.request(f"$JS.API.CONSUMER.LIST.{STREAM}", b"", timeout=5)
    consumers = json.loads(answer.data).get("consumers") or []
    return min((int(each["num_pending"]) for each in consumers), default=0)
