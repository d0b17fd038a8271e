"""Message centres to text to: one of somebody else's make under node, and one of our own that misbehaves on demand."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reik.interop.sms import pdu
from reik.interop.sms.pdu import ANSWER, Command, Pdu

PACKAGE = "smpp@0.5.1"


def installed(folder: Path) -> Path:
    """The npm package, put in `folder` by npm; skips the test where that cannot be done."""
    module = folder / "node_modules" / "smpp"
    if not shutil.which("node"):
        pytest.skip("no SMPP peer of others: node is not installed here")
    if not module.is_dir():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("no SMPP peer of others: npm is not installed here")
        command = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--fetch-retries=0",
            "--prefix",
            str(folder),
            PACKAGE,
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"no SMPP peer of others: npm did not get {PACKAGE} within a minute")
        if done.returncode or not module.is_dir():
            pytest.skip(f"no SMPP peer of others: npm cannot get {PACKAGE} here")
    return module


class NodeCentre:
    """The centre of smpp_server.js, while it runs; what it tells is read all the time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process, self._out = process, process.stdout
        self.port: int = json.loads(self._out.readline())["port"]
        self.told: list[dict[str, Any]] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        self.told.extend(json.loads(line) for line in self._out)

    def stop(self) -> list[dict[str, Any]]:
        """End it by ending what it reads; gives all that it told."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._reading.join(10)
        return self.told

    def texts(self) -> list[dict[str, Any]]:
        return [each for each in self.told if "to" in each]


@contextmanager
def node_centre(module: Path, certificate: Path | None = None) -> Iterator[NodeCentre]:
    """Run it on a free port of this machine."""
    script = Path(__file__).with_name("smpp_server.js")
    given = ["node", str(script), str(module), *([str(certificate)] if certificate else [])]
    process = subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        made = NodeCentre(process)
        yield made
        made.stop()
    finally:
        process.kill()
        process.wait()
        for each in (process.stdin, process.stdout):
            assert each is not None
            each.close()


Does = Callable[["Call", Pdu], Awaitable[None]]


@dataclass
class Call:
    """One connection to the centre of our own."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    centre: Centre

    async def send(self, *pdus: Pdu) -> None:
        self.writer.write(b"".join(each.bytes() for each in pdus))
        await self.writer.drain()

    async def took(self, got: Pdu, id: str = "A1") -> None:
        await self.send(Pdu(got.command | ANSWER, 0, got.sequence, id.encode() + b"\0"))

    async def refuse(self, got: Pdu, status: int) -> None:
        await self.send(Pdu(got.command | ANSWER, status, got.sequence))

    async def receipt(self, id: str, word: str, phone: str = "31612345678", *, sequence: int = 7) -> None:
        text = (
            f"id:{id} sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 stat:{word} err:000 text:"
        )
        await self.send(deliver(text.encode(), phone, sequence=sequence))

    def cut(self) -> None:
        self.writer.transport.abort()


def deliver(
    text: bytes, phone: str = "31612345678", *, esm_class: int = 4, sequence: int = 7, tlv: bytes = b""
) -> Pdu:
    """A deliver_sm as a centre sends it."""
    body = b"".join(
        (b"\0", b"\x01\x01", phone.encode() + b"\0", b"\x05\0", b"Reik\0", bytes([esm_class, 0, 0]), b"\0\0",
         bytes([0, 0, 0, 0, len(text)]), text, tlv)
    )  # fmt: skip
    return Pdu(Command.DELIVER_SM, 0, sequence, body)


@dataclass
class Centre:
    """A centre of our own. What it does by command; what is not given it answers as it should."""

    does: dict[int, Does] = field(default_factory=dict)
    got: list[Pdu] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    port: int = 0

    def of(self, command: int) -> list[Pdu]:
        return [each for each in self.got if each.command == command]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = Call(reader, writer, self)
        self.calls.append(call)
        frames = pdu.Frames()
        try:
            while data := await reader.read(4096):
                for each in frames.feed(data):
                    self.got.append(each)
                    await self._do(call, each)
        except OSError:
            pass
        finally:
            writer.close()

    async def _do(self, call: Call, each: Pdu) -> None:
        if each.command in self.does:
            await self.does[each.command](call, each)
        elif each.command == Command.SUBMIT_SM:
            await call.took(each)
        elif not each.is_answer:
            await call.send(Pdu(each.command | ANSWER, 0, each.sequence, b"\0"))


@asynccontextmanager
async def centre(does: dict[int, Does] | None = None) -> AsyncIterator[Centre]:
    """A centre of our own on a free port of this machine."""
    made = Centre(does or {})
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for call in made.calls:
            call.cut()
        await server.wait_closed()
