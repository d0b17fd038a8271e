"""Texts to a centre of our own, as tests of SMPP send them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from reik.interop.sms import port
from reik.interop.sms.pdu import Pdu
from tests.adapters.smpp_peers import Call, Centre, centre

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-0000003fa9c2"
BODY = '{"type":"alert.step","data":{"cause":"not_out","wait_s":600}}'


def phone(
    number: int,
    port_number: int,
    more: str = "",
    *,
    secret: str = "geheim",
    timeout_s: float = 2,
    scheme="smpp",
):
    return port.peer(
        f"{scheme}://reik@localhost:{port_number}/?to=+316000000{number:02}&from=Reik{more}",
        secret,
        timeout_s,
    )


def text(ways: port.Ways, peer: Any, key: str = KEY) -> Awaitable[Any]:
    return port.deliver(ways, peer, message_id=key, body=BODY, now=NOW)


async def until(true: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def at_centre(test: Callable[[Centre, port.Ways], Awaitable[Any]], does: dict[int, Any] | None = None) -> Any:
    async def main() -> Any:
        async with centre(does) as there, port.opened() as ways:
            return await test(there, ways)

    return asyncio.run(main())


async def _silence(call: Call, got: Pdu) -> None:
    pass
