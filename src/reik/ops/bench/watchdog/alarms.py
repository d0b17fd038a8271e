"""Where the guard outside calls: a receiver that writes each alarm down the moment it comes."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import TextIO


def serve(port: int, record: Path) -> None:
    """Until SIGTERM; one line for each alarm: when, its type, and what was found."""
    asyncio.run(_serve(port, record))


async def _serve(port: int, record: Path) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    with record.open("a", buffering=1) as out:
        server = await asyncio.start_server(lambda r, w: _take(r, w, out), "127.0.0.1", port)
        await ended.wait()
        server.close()


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, out: TextIO) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r")[0]
        said = json.loads(await reader.readexactly(int(length or 0)))
        out.write(json.dumps([time.time(), said["type"], list(said["data"]["findings"])]) + "\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass
    finally:
        writer.close()
