"""The HTTPS door (section 1): the way up when MQTT is away. Just enough HTTP/1.1, one request per connection."""

import asyncio
from collections.abc import Mapping

from reik_dispenser.runtime.enrolment import Enrolment

TIMEOUT_S = 30.0
LARGEST = 1 << 20


class DoorClosed(Exception):
    """No answer that can be used; `again_after` is what `Retry-After` asked for, in seconds."""

    def __init__(self, why: str, again_after: float = 0.0) -> None:
        super().__init__(why)
        self.again_after = again_after


class HttpsDoor:
    """POST up, GET down. Raises DoorClosed, OSError or TimeoutError when nothing came of it."""

    def __init__(self, enrolment: Enrolment) -> None:
        if enrolment.https is None:
            raise ValueError("this enrolment has no HTTPS address")
        self._enrolment = enrolment
        self._address = enrolment.https

    async def send(self, payload: bytes) -> bytes:
        """The array of receipts in payload form; empty for a heartbeat."""
        status, body = await self._ask("POST", "up", payload)
        if status not in (200, 204):
            raise DoorClosed(f"status {status}")
        return body if status == 200 else b""

    async def ask(self) -> bytes:
        """The oldest unanswered command in payload form; empty when there is none."""
        status, body = await self._ask("GET", "down", b"")
        if status not in (200, 204):
            raise DoorClosed(f"status {status}")
        return body if status == 200 else b""

    async def _ask(self, method: str, what: str, payload: bytes) -> tuple[int, bytes]:
        enrolment, address = self._enrolment, self._address
        head = (
            f"{method} {address.path}/device/1/{enrolment.device}/{what} HTTP/1.1\r\nHost: {address.host}\r\n"
            f"Authorization: Bearer {enrolment.password}\r\nContent-Length: {len(payload)}\r\n"
            "Content-Type: application/octet-stream\r\nConnection: close\r\n\r\n"
        )
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=enrolment.tls_context(address)
            )
            try:
                writer.write(head.encode() + payload)
                await writer.drain()
                return await _read_answer(reader)
            finally:
                writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        fields = dict(_field(line) for line in head.split("\r\n")[1:] if ":" in line)
        if status in (429, 503):
            raise DoorClosed(f"status {status}", _seconds(fields))
        if fields.get("transfer-encoding"):
            raise DoorClosed("a transfer encoding")
        size = int(fields.get("content-length", "0"))
        return status, await reader.readexactly(size if 0 <= size <= LARGEST else 0)
    except (ValueError, IndexError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise DoorClosed(f"no HTTP answer: {error}") from error


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _seconds(fields: Mapping[str, str]) -> float:
    after = fields.get("retry-after", "")
    return float(after) if after.isdigit() else 60.0
