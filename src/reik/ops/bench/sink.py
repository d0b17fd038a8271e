"""A receiver of webhooks that only remembers: HTTP/1.1 with keep-alive on a bare protocol, in its own process.

What it does with a request stands in the query of the address, so that one sink plays many peers:

    ?delay=0.5      answer after so many seconds         ?hang=1         never answer
    ?status=500     answer with this status              ?drop=1         close without an answer
    ?first=2        do so only for the first 2 requests to this target, then answer 200 at once
    ?retry_after=3  with this header                     ?size=9000      with so many bytes of body
    ?name=a         nothing: tells two peers of one sink apart
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from reik.ops.engines.process import die_with

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Request(msgspec.Struct, frozen=True):
    """One request as it arrived. `at`: seconds since 1970, when its last byte was in."""

    at: float
    path: str  # with its query
    id: str
    timestamp: str
    signature: str
    body: str


@dataclass(slots=True)
class _Plan:
    """How requests to one target are answered."""

    answer: bytes
    delay: float = 0.0
    silent: bool = False
    drop: bool = False
    first: int | None = None  # how many more requests are treated so

    @classmethod
    def of(cls, target: str) -> _Plan:
        asked = dict(parse_qsl(urlsplit(target).query))
        size = int(asked.get("size", 0))
        extra = f"Retry-After: {asked['retry_after']}\r\n" if "retry_after" in asked else ""
        extra += "Location: /elsewhere\r\n" if asked.get("status", "").startswith("3") else ""
        head = f"HTTP/1.1 {asked.get('status', 200)} Planned\r\nContent-Length: {size}\r\n{extra}\r\n"
        return cls(
            answer=head.encode() + b"x" * size,
            delay=float(asked.get("delay", 0)),
            silent="hang" in asked,
            drop="drop" in asked,
            first=int(asked["first"]) if "first" in asked else None,
        )


class _Connection(asyncio.Protocol):
    """Reads requests one after another; each is noted when it is whole."""

    def __init__(self, received: list[Request], plans: dict[str, _Plan]) -> None:
        self._received, self._plans = received, plans
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = dict(
                line.lower().split(": ", 1) for line in lines[1:] if not line.startswith("webhook-s")
            )
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            self._note(lines, headers, body)

    def _note(self, lines: list[str], headers: dict[str, str], body: bytes) -> None:
        method, target, _ = lines[0].split(" ", 2)
        if method == "HEAD":  # somebody tries whether this receiver is there
            self._transport.write(_OK)
            return
        # The signature is base64: its case counts, so it is not read from the lowered headers.
        signature = next((each[19:] for each in lines if each.startswith("webhook-signature: ")), "")
        self._received.append(
            Request(
                time.time(), target, headers.get("webhook-id", ""), headers.get("webhook-timestamp", ""),
                signature, body.decode(),
            )
        )  # fmt: skip
        self._answer(target)

    def _answer(self, target: str) -> None:
        plan = self._plans.get(target)
        if plan is None:
            plan = self._plans[target] = _Plan.of(target)
        if plan.first is not None:
            plan.first -= 1
            if plan.first < 0:
                self._transport.write(_OK)
                return
        if plan.drop:
            self._transport.close()
        elif not plan.silent and plan.delay:
            asyncio.get_running_loop().call_later(plan.delay, self._transport.write, plan.answer)
        elif not plan.silent:
            self._transport.write(plan.answer)


def serve(port: int, out: Path, ready: Callable[[int], None] = lambda _: None) -> None:
    """Listen until SIGTERM, then write one JSON line per request to `out`. For a process of its own.

    Port 0 takes a free one; `ready` is told which.
    """
    asyncio.run(_serve(port, out, ready))


async def _serve(port: int, out: Path, ready: Callable[[int], None]) -> None:
    received: list[Request] = []
    plans: dict[str, _Plan] = {}
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(
        lambda: _Connection(received, plans), "127.0.0.1", port, backlog=1024, reuse_address=True
    )
    ready(server.sockets[0].getsockname()[1])
    await ended.wait()
    server.close()
    encode = msgspec.json.encode
    out.write_bytes(b"".join(encode(each) + b"\n" for each in received))


@dataclass(slots=True)
class Sink:
    """A running sink. `with Sink() as sink: … sink.url("?delay=1") …; requests = sink.stop()`."""

    port: int = 0
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="reik-sink-")
    )
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [
            sys.executable,
            "-m",
            "reik.ops.bench.sink",
            str(self._out),
            str(self.port),
            str(os.getpid()),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def _out(self) -> Path:
        return Path(self._folder.name) / "requests"

    def url(self, query: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{query}"

    def stop(self) -> list[Request]:
        """End the sink; gives what arrived, in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None
        read = msgspec.json.Decoder(Request).decode
        return [read(line) for line in self._out.read_bytes().splitlines()] if self._out.exists() else []


if __name__ == "__main__":
    die_with(int(sys.argv[3]), signal.SIGKILL)
    serve(int(sys.argv[2]), Path(sys.argv[1]), lambda port: print(port, flush=True))
