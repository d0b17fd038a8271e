"""An alarm server of our own for ESPA-X, its frames and XML written apart from Reik's.

Everything that comes in and goes out is checked against a schema of somebody else (`vendor/espa-x_v1.xsd`), but
`REQ.LOGOUT`: that schema demands an element there that nobody could fill.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "vendor" / "espa-x_v1.xsd"))
NS = "http://ns.espa-x.org/espa-x"
USER, PASSWORD = "reik", "geheim-1"
WORDS = {200: "OK", 401: "Unauthorized", 404: "Not Found", 409: "Conflict", 450: "Duplicate",
         503: "Service Unavailable", 602: "Invalid message"}  # fmt: skip


def document(inner: str) -> bytes:
    return f'<?xml version="1.0"?><e:ESPA-X xmlns:e="{NS}" version="1.00">{inner}</e:ESPA-X>'.encode()


def element(kind: str, values: dict[str, str], invoke: int | None, session: str) -> str:
    marks = (f' invokeID="{invoke}"' if invoke is not None else "") + (
        f' sessionID="{session}"' if session else ""
    )
    inside = "".join(f"<e:{name}>{value}</e:{name}>" for name, value in values.items())
    return f"<e:{kind}{marks}>{inside}</e:{kind}>"


def frame(xml: bytes, invoke: int = 0) -> bytes:
    return struct.pack(">2sII", b"EX", len(xml) + 10, invoke) + xml


@dataclass
class Heard:
    kind: str
    invoke: int
    session: str
    values: dict[str, str]


@dataclass
class Line:
    """One connection of a client."""

    peer: Peer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    session: str = ""

    def raw(self, data: bytes) -> None:
        self.writer.write(data)

    def say(
        self, kind: str, values: dict[str, str], invoke: int | None = None, session: str | None = None
    ) -> None:
        xml = document(element(kind, values, invoke, self.session if session is None else session))
        SCHEMA.assertValid(etree.fromstring(xml))
        self.raw(frame(xml, invoke or 0))

    def answer(self, heard: Heard, code: int = 200, **more: str) -> None:
        values = {"RSP-CODE": str(code), "RSP-REASON": WORDS[code]}
        if heard.kind == "REQ.LOGIN":
            values |= {"LI-SERVER": "peer", "LI-SERVERSW": "1", "RSP-INFO": "x"}
        elif heard.kind == "REQ.LOGOUT":
            values |= {"RSP-INFO": "x"}
        elif heard.kind == "REQ.P-START":
            values |= {"CP-PR-REF": heard.values["CP-PR-REF"], "SP-PR-TAN": "7"}
        self.say(heard.kind.replace("REQ", "RSP"), values | more, heard.invoke)

    def about(self, ref: str, kind: str, **values: str) -> None:
        """An indication, with names such as SS_RESULT."""
        said = {"CP-PR-REF": ref, "SP-PR-TAN": "7"} | {k.replace("_", "-"): v for k, v in values.items()}
        self.say(f"IND.{kind}", said)

    def event(self, ref: str, result: str, status: str = "Completed") -> None:
        self.about(ref, "P-EVENT", SS_NETW_NO="0612345678", SS_STATUS=status, SS_RESULT=result)

    def ended(self, ref: str, result: str, reason: str = "Finished") -> None:
        self.about(ref, "P-ENDED", SP_ENDREASON=reason, SP_RESULT=result)

    def drop(self) -> None:
        self.writer.transport.abort()


Behaviour = Callable[["Line", Heard], Awaitable[None]]


@dataclass
class Peer:
    """What the server does: `codes` answers a kind otherwise, `silent` not at all, `calls` runs for each P-START."""

    calls: Behaviour | None = None
    codes: dict[str, int] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    heard: list[Heard] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    port: int = 0
    sessions: int = 0

    def kinds(self) -> list[str]:
        return [each.kind for each in self.heard]

    def of(self, kind: str) -> list[Heard]:
        return [each for each in self.heard if each.kind == kind]

    @property
    def line(self) -> Line:
        return self.lines[-1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(self, reader, writer)
        self.lines.append(line)
        try:
            while True:
                mark, length, invoke = struct.unpack(">2sII", await reader.readexactly(10))
                assert mark == b"EX", mark
                heard = self._read(await reader.readexactly(length - 10))
                assert heard.invoke == invoke
                self.heard.append(heard)
                await self._answer(line, heard)
        except (asyncio.IncompleteReadError, OSError):
            pass
        except Exception as fault:
            self.faults.append(repr(fault))
            raise
        finally:
            writer.close()

    def _read(self, xml: bytes) -> Heard:
        root = etree.fromstring(xml)
        (body,) = root
        kind = etree.QName(body).localname
        if kind != "REQ.LOGOUT":
            SCHEMA.assertValid(root)
        values = {etree.QName(each).localname: each.text or "" for each in body}
        return Heard(kind, int(body.get("invokeID", "0")), body.get("sessionID", ""), values)

    async def _answer(self, line: Line, heard: Heard) -> None:
        if heard.kind in self.silent or heard.kind.startswith("RSP."):
            return
        assert heard.session == line.session
        code = self.codes.get(heard.kind, 200)
        if heard.kind == "REQ.LOGIN":
            right = (heard.values["LI-USER"], heard.values["LI-PASSWORD"]) == (USER, PASSWORD)
            self.sessions += 1
            line.session = f"S{self.sessions}"
            line.answer(heard, code if right else 401)
        elif heard.kind == "REQ.P-START":
            await self._start(line, heard, code)
        else:
            ref = heard.values.get("CP-PR-REF", "")
            if heard.kind in ("REQ.P-STOP", "REQ.P-GETSTAT") and ref not in self.running:
                code = 404
            line.answer(heard, code)
            if heard.kind == "REQ.P-STOP" and code == 200:
                self.running.discard(ref)
                line.ended(ref, "None", "Client")

    async def _start(self, line: Line, heard: Heard, code: int) -> None:
        ref = heard.values["CP-PR-REF"]
        if code != 200:
            return line.answer(heard, code)
        if ref in self.running:
            return line.answer(heard, 450)
        self.running.add(ref)
        if self.calls is not None:
            return await self.calls(line, heard)
        self.starts(line, heard)

    def starts(self, line: Line, heard: Heard) -> None:
        line.answer(heard)
        line.about(heard.values["CP-PR-REF"], "P-STARTED", SP_STATUS="Active")


@asynccontextmanager
async def serving(peer: Peer, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Peer]:
    server = await asyncio.start_server(peer.serve, "127.0.0.1", port, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        for each in peer.lines:
            each.writer.close()
        await asyncio.sleep(0)
        assert not peer.faults, peer.faults


def safe(text: str) -> bool:
    """Whether a text says nothing of anyone: the words that must not be there."""
    return not re.search(r"anna|vries|zakje|sachet|medic|dosis|dose", text, re.IGNORECASE)
