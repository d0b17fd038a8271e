"""The other way in for devices: a payload is put into the stream, and what became of it is waited for.

It goes the same way as one that came by MQTT: same partition, same receiver, same interpretation and commit.
So one device's events are never worked on twice at once, and who hands in needs no right to any table.
"""

from __future__ import annotations

import asyncio

from nats.aio.client import Client
from nats.errors import Error as NatsError

from reik.ingest import stream
from reik.ingest.answers import Became
from reik.kernel.home import Home

PATIENCE_S = 10.0
WAITING_MOST = 200


class DoorBusy(Exception):
    """The payload may or may not have been taken in: the device keeps it and comes back."""


class Door:
    """This process's line to the stream; opened when it is first needed, per event loop."""

    def __init__(self) -> None:
        self._client: Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()
        self._waiting = 0

    async def hand_in(self, device: str, payload: bytes) -> tuple[Became, bytes]:
        """What became of the payload, with what is to be said to the device. Raises DoorBusy."""
        if self._waiting >= WAITING_MOST:
            raise DoorBusy("Too many devices are waiting at this door.")
        self._waiting += 1
        try:
            return await self._hand_in(device, payload)
        except (NatsError, OSError, TimeoutError) as failure:
            raise DoorBusy(f"No answer from the stream ({type(failure).__name__}).") from failure
        finally:
            self._waiting -= 1

    async def ask(self, device: str) -> bytes:
        """The oldest command that the device has not answered, signed; empty without one. Raises DoorBusy."""
        try:
            client = await self._connected()
            answer = await client.request(f"{stream.DOWN}.{device}", timeout=PATIENCE_S)
        except (NatsError, OSError, TimeoutError) as failure:
            raise DoorBusy(f"Nobody hands out commands ({type(failure).__name__}).") from failure
        return bytes(answer.data)

    async def _hand_in(self, device: str, payload: bytes) -> tuple[Became, bytes]:
        client = await self._connected()
        inbox = client.new_inbox()
        answers = await client.subscribe(inbox, max_msgs=1)
        try:
            await client.publish(f"reik.1.{device}.up", payload, headers={stream.DOOR: inbox})
            answer = await answers.next_msg(timeout=PATIENCE_S)
        finally:
            await answers.unsubscribe()
        return Became((answer.headers or {})[stream.BECAME]), bytes(answer.data)

    async def _connected(self) -> Client:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._client, self._loop, self._opening = None, loop, asyncio.Lock()
        async with self._opening:
            if self._client is None:
                self._client = await stream.connect(Home.from_environment(), "door")
        if not self._client.is_connected:
            raise DoorBusy("The stream is away.")
        return self._client

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
