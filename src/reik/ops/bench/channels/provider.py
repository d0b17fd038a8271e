"""A provider of texts and a receiver of webhooks whose answers fail, on one port, in a process of its own.

    POST /hook/...          a webhook: taken, unless a fault is drawn
    POST /messages          a text: taken, delivered a second later, unless a fault is drawn
    GET  /messages/ID       what became of it
    GET  /balance           a sign of life
    POST /void/messages     a text that is always taken, and always dropped

Every text or webhook that truly arrived is a line of the record, and so is each fault.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path
from random import Random
from typing import TextIO

REFUSE, HANG, ERROR, SLOW, HALF, DROP = FAULTS = ("refuse", "hang", "error", "slow", "half", "drop")
SLOW_S, DELIVERED_AFTER_S, LONGEST_HANG_S = 4.0, 1.0, 90.0


def serve(port: int, record: Path, faults: float, seed: int) -> None:
    """Until SIGTERM. `faults`: the share of requests to which something happens."""
    asyncio.run(_serve(port, record, faults, seed))


async def _serve(port: int, record: Path, faults: float, seed: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    with record.open("a", buffering=1) as out:
        provider = _Provider(out, faults, Random(seed))
        server = await asyncio.start_server(provider.serve, "127.0.0.1", port, backlog=1024)
        await ended.wait()
        server.close()


class _Provider:
    def __init__(self, out: TextIO, faults: float, random: Random) -> None:
        self._out, self._faults, self._random = out, faults, random
        self._delivered: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        fault = self._random.choice(FAULTS) if self._random.random() < self._faults else ""
        try:
            if fault == REFUSE:
                self._note("fault", REFUSE)
                writer.transport.abort()
                return
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = head[0].split(" ", 2)
            await self._answer(writer, method, path, headers, body, fault)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, writer: asyncio.StreamWriter, method: str, path: str, headers: dict[str, str], body: bytes, fault: str
    ) -> None:  # fmt: skip
        if method == "GET":
            await self._told(writer, path, ERROR if fault else "")
        elif path.startswith("/void/"):
            self._note("void", json.loads(body)["reference"])
            await _say(writer, 200, {"status": "queued", "id": "void"})
        elif method == "POST":
            await self._taken(writer, path, headers, body, fault)
        else:
            await _say(writer, 200, {})

    async def _told(self, writer: asyncio.StreamWriter, path: str, fault: str) -> None:
        if fault:
            await _say(writer, 500, {})
            return
        state = "delivered" if path.rpartition("/")[2] in self._delivered else "queued"
        await _say(writer, 200, {"status": state})

    async def _taken(
        self, writer: asyncio.StreamWriter, path: str, headers: dict[str, str], body: bytes, fault: str
    ) -> None:  # fmt: skip
        text = path == "/messages"
        key = json.loads(body)["reference"] if text else headers.get("webhook-id", "")
        if fault == DROP and not text:
            fault = ERROR  # a centre's own system says so when it fails: only providers of texts drop
        if fault:
            self._note("fault", fault)
        if fault == HANG:
            await asyncio.sleep(LONGEST_HANG_S)
            return
        if fault == ERROR:
            await _say(writer, 500, {})
            return
        if fault == HALF:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            await writer.drain()
            return
        if fault == SLOW:
            await asyncio.sleep(SLOW_S)
        if fault != DROP and text:
            asyncio.get_running_loop().call_later(DELIVERED_AFTER_S, self._deliver, key)
        elif fault != DROP:
            self._note("arrived", key)
        await _say(writer, 200, {"status": "queued", "id": key})

    def _deliver(self, key: str) -> None:
        if key not in self._delivered:
            self._delivered.add(key)
            self._note("arrived", key)

    def _note(self, what: str, key: str) -> None:
        self._out.write(json.dumps([what, key, time.time()]) + "\n")


async def _say(writer: asyncio.StreamWriter, status: int, values: dict[str, str]) -> None:
    body = json.dumps(values).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
