"""`reik web`: screens, FHIR and webhooks in, served by uvicorn in one process; views run in threads of their own."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.db import connection, connections

from reik.kernel import wake
from reik.kernel.database import Role, become
from reik.ops.running import run_until_stopped

APPLICATION = "reik.config.asgi:application"
HOST, PORT = "127.0.0.1", 8000
CONNECTIONS = 8
GRACE_S = 5
_TRIES = 20


class PortTaken(Exception):
    """The address that Reik should listen on is not to be had."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument("--port", type=int, default=PORT, help=f"port to listen on (default {PORT})")


def command(options: argparse.Namespace) -> int:
    run(options.host, options.port)
    return 0


def run(host: str = HOST, port: int = PORT, *, listening: socket.socket | None = None) -> None:
    """The process's entry: serves until SIGTERM.

    `listening` is the supervisor's open socket; with it callers wait a moment, instead of being refused,
    while this process is started again. Raises PortTaken.
    """
    own = listening or listen(host, port, exact=True)
    # The loop hands each request on a dozen times; by default it would wait 5 ms for its turn at each of them
    # while some view computes.
    sys.setswitchinterval(0.0005)
    become(Role.WEB, pool=CONNECTIONS)
    _heal_soon()
    try:
        run_until_stopped(lambda stop: _serve(own, stop))
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def _heal_soon() -> None:
    """Be back at once after the database was away: test a connection before a request gets it, and do not let
    the pool wait for minutes between its tries to connect anew, as it would by default."""
    connection.settings_dict["CONN_HEALTH_CHECKS"] = True
    connections.settings["default"]["CONN_HEALTH_CHECKS"] = True
    connections.settings["default"]["OPTIONS"]["pool"]["reconnect_timeout"] = 2.0


def listen(host: str, port: int, *, exact: bool = False) -> socket.socket:
    """A socket that listens on this port or, unless `exact`, on the next free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = ""
    for candidate in (port,) if exact else (*range(port, min(port + _TRIES, 65_536)), 0):
        try:
            return socket.create_server((host, candidate), family=family, backlog=1024)
        except (OSError, OverflowError) as failure:
            reason = str(failure)
    raise PortTaken(f"Reik cannot listen on {host} port {port} ({reason}): choose another --port or --host.")


class Server(uvicorn.Server):
    """uvicorn as Reik runs it, without its own signal handlers: stopping is `ops.running`'s and the supervisor's."""

    def __init__(self) -> None:
        super().__init__(
            uvicorn.Config(
                APPLICATION,
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="on",
                ws="none",
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(listening: socket.socket, stop: asyncio.Event) -> None:
    server = Server()

    async def end() -> None:
        await stop.wait()
        wake.end()  # or the server would wait for streams that have no end of their own
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server.serve(sockets=[listening])
    finally:
        ending.cancel()
