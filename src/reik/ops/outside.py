"""`reik guard --outside URL`: a guard on another machine, without a database, that calls by ways of its own.

It asks an installation every few seconds who moved when, and may listen for the heartbeat of the guard inside. What is
wrong is told at once by all ways of its environment, again every five minutes, and when it is over.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp

from reik.interop import ADAPTERS, AddressRefused, Failed, Port
from reik.kernel import clock
from reik.kernel.ids import new_id
from reik.kernel.pulse import LOOKED_AFTER
from reik.ops.heartbeat import HeartbeatRefused, check_url
from reik.ops.outside_rules import Answer, Watched
from reik.ops.running import run_until_stopped

log = logging.getLogger("reik.guard")

EVERY_S, ANSWER_WITHIN_S = 5.0, 5.0
AGAIN_S, TRIES, PAUSE_S, WAY_S = 300.0, 3, 3.0, 15.0
MOST_WAYS = 9
WAY = "REIK_OUTSIDE_"
CHANNELS = ("webhook", "email", "sms")
"""By which this guard can call: each needs nothing but its address and secret."""


class OutsideRefused(Exception):
    """The guard outside cannot begin; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which this guard calls somebody."""

    channel: str
    port: Port
    session: Any
    peer: Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of `reik guard`: without any it is the guard of this installation."""
    parser.add_argument(
        "--outside",
        nargs="+",
        metavar="URL",
        help="stand elsewhere and look at these (https://…/health/pulse)",
    )
    parser.add_argument(
        "--listen",
        metavar="PORT",
        type=int,
        help="with --outside: the port of this machine at which the heartbeat comes in",
    )


def run(urls: Sequence[str], listen: int | None) -> None:
    """The process's entry: looks until SIGTERM. Raises OutsideRefused."""
    for each in urls:
        try:
            check_url(each)
        except HeartbeatRefused:
            raise OutsideRefused(
                "What is looked at has to begin with https:// (http:// only for this machine)."
            ) from None
    if not _settings():
        raise OutsideRefused(
            f"Set {WAY}1 to a channel and an address (webhook https://…), or nobody hears of what is found."
        )
    run_until_stopped(lambda stop: Outside(urls, listen).serve(stop))


def _settings() -> list[tuple[str, str, str | None]]:
    """(channel, address, secret) of each way of the environment."""
    given = [(number, os.environ.get(f"{WAY}{number}", "")) for number in range(1, MOST_WAYS + 1)]
    return [(*_two(text), os.environ.get(f"{WAY}{number}_SECRET")) for number, text in given if text.strip()]


def _two(text: str) -> tuple[str, str]:
    channel, _, address = text.strip().partition(" ")
    if channel not in CHANNELS or not address.strip():
        raise OutsideRefused(f"{WAY}N is a channel ({', '.join(CHANNELS)}), a space and an address.")
    return channel, address.strip()


class Outside:
    """One guard outside: what it told last, and when."""

    def __init__(self, urls: Sequence[str], listen: int | None) -> None:
        at = time.monotonic()
        self._watched = {each: Watched(LOOKED_AFTER, at) for each in urls}
        self._listen = listen
        if listen is not None:
            self._beat(at)
        self._told: tuple[str, ...] = ()
        self._told_at = at
        self._telling: set[asyncio.Task[None]] = set()
        self._ways: list[Way] = []

    async def serve(self, stop: asyncio.Event) -> None:
        """Look and tell until `stop`."""
        async with AsyncExitStack() as stack:
            self._ways = await _open(stack)
            line = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
            if self._listen is not None:
                await stack.enter_async_context(
                    await asyncio.start_server(self._heard, "127.0.0.1", self._listen)
                )
            while not stop.is_set():
                began = time.monotonic()
                await self._look(line)
                try:
                    async with asyncio.timeout(max(0.1, EVERY_S - (time.monotonic() - began))):
                        await stop.wait()
                except TimeoutError:
                    pass
            for task in self._telling:
                task.cancel()

    async def _look(self, line: aiohttp.ClientSession) -> None:
        answers = await asyncio.gather(*(_ask(line, each) for each in self._watched))
        found: dict[str, str] = {}
        for (url, watched), answer in zip(self._watched.items(), answers, strict=True):
            wrong = watched.look(answer, time.monotonic(), clock.now().timestamp())
            found |= {f"{url} {kind}": words for kind, words in wrong.items()}
        self._judge(found)

    def _judge(self, found: Mapping[str, str]) -> None:
        kinds, at = tuple(sorted(found)), time.monotonic()
        new = set(kinds) - set(self._told)
        over = bool(self._told) and not kinds
        if new or over or (kinds and at - self._told_at >= AGAIN_S):
            for words in found.values():
                log.error("%s", words)
            if over:
                log.info("All is well again.")
            self._tell("platform.well" if over else "platform.alarm", found)
            self._told_at = at
        self._told = kinds

    def _tell(self, kind: str, found: Mapping[str, str]) -> None:
        said = {"type": kind, "timestamp": clock.now().isoformat(), "data": {"findings": dict(found)}}
        body, key = json.dumps(said), str(new_id(clock.now()))
        for way in self._ways:  # beside the looking, and beside each other
            task = asyncio.create_task(_deliver(way, key, body))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The heartbeat of the guard inside: any GET."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                asked = await reader.readuntil(b"\r\n\r\n")
                if asked.startswith(b"GET "):
                    self._beat(time.monotonic())
                writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _beat(self, at: float) -> None:
        for each in self._watched.values():
            each.last_beat = at


async def _ask(line: aiohttp.ClientSession, url: str) -> Answer:
    try:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        async with line.get(url, timeout=timeout, allow_redirects=False) as response:
            if response.status != 200:
                return Answer(f"HTTP {response.status}")
            said = await response.json()
            return Answer(now=float(said["now"]), processes=list(said["processes"]))
    except TimeoutError:
        return Answer(f"no answer within {ANSWER_WITHIN_S:g} s")
    except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError) as error:
        return Answer(type(error).__name__)


async def _open(stack: AsyncExitStack) -> list[Way]:
    """The ways, ready to be gone. Raises OutsideRefused."""
    sessions: dict[str, Any] = {}
    ways = []
    for channel, address, secret in _settings():
        port: Port = importlib.import_module(ADAPTERS[channel])
        try:
            peer = port.peer(address, secret, WAY_S)
        except AddressRefused as refused:
            raise OutsideRefused(f"{channel}: {refused}") from None
        if channel not in sessions:
            sessions[channel] = await stack.enter_async_context(port.opened())
        ways.append(Way(channel, port, sessions[channel], peer))
    return ways


async def _deliver(way: Way, key: str, body: str) -> None:
    for _ in range(TRIES):
        try:
            async with asyncio.timeout(WAY_S + 1):
                result = await way.port.deliver(
                    way.session, way.peer, message_id=key, body=body, now=clock.now()
                )
        except Exception as error:
            result = Failed(f"fault in Reik ({type(error).__name__})")
        if not isinstance(result, Failed):
            return
        log.error("an alarm did not leave by %s: %s", way.channel, result.error)
        await asyncio.sleep(PAUSE_S)
