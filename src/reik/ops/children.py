"""The long-lived processes of one machine, to be forked from a parent that has imported everything they need."""

from __future__ import annotations

import gc
import hashlib
import importlib
import importlib.util
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from django.urls import get_resolver

from reik.kernel.home import Home

NAMES = ("web", "admit", "receive", "watch", "send", "jobs", "guard")
_WARM = ("reik.config.asgi", "reik.config.wiring", "uvicorn.protocols.http.h11_impl", "uvicorn.lifespan.on")


def children(home: Home, listening: socket.socket) -> dict[str, Callable[[], None]]:
    """What the supervisor runs, by name; imports it all, so that the children share that memory.

    Opens no connection and starts no thread: the caller forks after this.
    """
    for name in _WARM:
        importlib.import_module(name)
    assert get_resolver().url_patterns  # reads the addresses, and with them all views
    runs: dict[str, Callable[[], None]] = {}
    for name in NAMES:
        if importlib.util.find_spec(f"reik.ops.{name}") is None:
            continue
        run = importlib.import_module(f"reik.ops.{name}").run
        if name == "web":
            run = partial(run, listening=listening)
        runs[name] = partial(_run, name, slot(home, name), run)
    gc.collect()
    gc.freeze()  # or the collector would write to every page that is shared
    return runs


def slot(home: Home, name: str) -> str:
    """One place in one supervisor: a new life of the same place takes over at once what the old one leased."""
    place = hashlib.sha256(os.path.realpath(home.path).encode()).hexdigest()[:8]
    return f"{socket.gethostname()}-{place}-{name}-1"


def _run(name: str, slot: str, run: Callable[[], None]) -> None:
    os.environ["REIK_SLOT"] = slot
    with suppress(OSError):  # what `ps` and `top` show; not every system has it
        Path("/proc/self/comm").write_text(f"reik {name}")
    run()
