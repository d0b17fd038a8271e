"""Calls of tests to the telephone of ours: with short sentences and short waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reik.interop import Accepted, Result
from reik.interop.voice import call as calls
from reik.interop.voice import port
from reik.interop.voice.port import Line
from reik.interop.voice.switchboard import Switchboard
from tests.adapters.voice.callee import Callee, calling

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ONE = "0193548c-7a00-7000-8000-000000000001"
OTHER = "0193548c-7a00-7000-8000-000000000002"
BODY = (
    '{"type":"alert.step","timestamp":"2026-11-23T07:00:00Z","data":{"alert":"0193548c-7a00-7000-8000-00000000a7f3",'
    '"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,"wait_s":300}}'
)
ACCEPTED = Accepted(by="key 1")
AGAIN = timedelta(seconds=60)
SAID = b"\x11" * 1600  # 0.2 s


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Short sentences and short waits; what is said is proven elsewhere."""
    monkeypatch.setattr(calls, "spoken", lambda lang, names: SAID if "keys" in names else b"\x22" * 800)
    for name, seconds in {
        "BREATH": 0.02,
        "LISTEN": 0.3,
        "TRYING": 0.6,
        "CROSSING": 0.4,
        "BYE_WITHIN": 0.3,
        "GOODBYE_WITHIN": 0.6,
    }.items():
        monkeypatch.setattr(calls, name, seconds)


@asynccontextmanager
async def board(trust=None) -> AsyncIterator[Switchboard]:
    async with port.opened(trust, 0.05) as made:
        yield made


def line(
    callee: Callee, over: str = "udp", *, ring_s: float = 2, more: str = "", secret: str | None = None
) -> Line:
    host = "localhost" if over == "tls" else "127.0.0.1"
    made = port.peer(f"voice+{over}://{host}:{callee.peer.port}/?to=phone&from=reik{more}", secret, 60)
    return replace(made, phone=replace(made.phone, ring_s=ring_s))


async def tell(at: Switchboard, to: Line, key: str = ONE, body: str = BODY) -> Result:
    return await port.deliver(at, to, message_id=key, body=body, now=NOW)


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(15):
            await main()

    asyncio.run(within())


def told(does, *, over: str = "udp", late_s: float = 0.02, **more) -> tuple[Result, Callee]:
    """One call to a telephone that does this; waits until it is hung up."""
    result: list[Result] = []

    async def main() -> None:
        async with calling(does, over=over) as callee:
            result.append(callee)  # type: ignore[arg-type]
            async with board() as at:
                result.append(await tell(at, line(callee, over, **more)))
                while at._closing:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(late_s)

    run(main)
    return result[1], result[0]  # type: ignore[return-value]


both = pytest.mark.parametrize("over", ["udp", "tcp"])
