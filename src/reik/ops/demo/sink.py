"""The outside world of a demo: a webhook that takes everything and a mail server that takes every letter.

What came in is a line of JSON in `log/received.log`; nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from reik.kernel import clock
from reik.ops.engines.process import free_port, open_log
from reik.ops.running import run_until_stopped

LARGEST = 1 << 20
LOOPBACK = "127.0.0.1"
Note = Callable[..., None]


def listen(port: int) -> socket.socket:
    """A socket on this port of the machine itself, or on another when that is taken."""
    return socket.create_server((LOOPBACK, free_port(port)), backlog=256)


def run(webhook: socket.socket, mail: socket.socket, log: Path) -> None:
    """The process's entry: takes in until SIGTERM."""
    run_until_stopped(lambda stop: _serve(webhook, mail, log, stop))


async def _serve(webhook: socket.socket, mail: socket.socket, log: Path, stop: asyncio.Event) -> None:
    with open(open_log(log), "a", encoding="utf-8", buffering=1) as stream:

        def note(**said: str) -> None:
            stream.write(json.dumps({"at": clock.now().isoformat(), **said}, ensure_ascii=False) + "\n")

        servers = [
            await asyncio.start_server(_guarded(_take_webhook, note), sock=webhook, limit=LARGEST),
            await asyncio.start_server(_guarded(_take_letters, note), sock=mail, limit=LARGEST),
        ]
        await stop.wait()
        for each in servers:
            each.close()


def _guarded(
    take: Callable[[asyncio.StreamReader, asyncio.StreamWriter, Note], Awaitable[None]], note: Note
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Whatever a caller does, the next one is served."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await take(reader, writer, note)
        writer.close()

    return served


async def _take_webhook(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Note) -> None:
    """HTTP/1.1 with keep-alive: every request is answered 204."""
    while True:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (each.partition(":") for each in lines[1:])
        }
        body = await reader.readexactly(min(int(fields.get("content-length") or 0), LARGEST))
        target = lines[0].split(" ")[1]
        note(kind="webhook", to=target, id=fields.get("webhook-id", ""), body=body.decode(errors="replace"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()


async def _take_letters(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Note) -> None:
    """Just enough SMTP (RFC 5321) to be handed letters; each is taken."""

    async def say(line: str) -> None:
        writer.write(line.encode() + b"\r\n")
        await writer.drain()

    await say("220 demo ESMTP")
    to = ""
    while line := (await reader.readline()).decode("latin-1").strip():
        verb = line[:4].upper()
        if verb == "RCPT":
            to = line.partition(":")[2].strip().strip("<>")
        if verb == "DATA":
            await say("354 go on")
            letter = (await reader.readuntil(b"\r\n.\r\n")).decode(errors="replace")
            note(kind="mail", to=to, id="", body=letter)
        await say("221 bye" if verb == "QUIT" else "250 OK")
        if verb == "QUIT":
            return
