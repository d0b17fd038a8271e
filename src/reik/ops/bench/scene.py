"""The stage of every bench and proof: a throw-away instance, a sink, tenants, and Reik's real processes."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from reik.kernel import clock
from reik.kernel.home import Home
from reik.ops import guard, receive, send, watch
from reik.ops.bench import sink
from reik.ops.bench.processes import Processes
from reik.ops.bench.world import Tenant, found_tenants
from reik.ops.engines.process import free_port
from reik.ops.instance import Instance, log_dir, running

REAL: Mapping[str, Callable[[], None]] = {
    "receive": receive.run,
    "watch": watch.run,
    "send": send.run,
    "guard": guard.run,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A throw-away instance with its sink."""

    home: Home
    instance: Instance
    tenants: list[Tenant]
    sink_url: str
    sink: Processes
    _arrivals: Path

    def arrivals(self) -> Path:
        """End the sink; gives the file in which it wrote down every request."""
        if "sink" in self.sink.pids:
            self.sink.end("sink", within_s=60)
        return self._arrivals

    def processes(self, runs: Mapping[str, Callable[[], None]] = REAL) -> Processes:
        """Reik's processes, forked from here; no connection of this process may live on in them."""
        connections.close_all()
        return Processes(runs, log_dir(self.home))


@contextmanager
def set_scene() -> Iterator[Scene]:
    """Start it all, with twenty organisations; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="reik-bench-"))
    home = Home(folder)
    try:
        with running(home, kind="scratch", web="", scratch=True) as instance:
            port = free_port()
            arrivals = folder / "arrivals.jsonl"
            with Processes({"sink": lambda: sink.serve(port, arrivals)}, log_dir(home)) as receiver:
                sink_url = f"http://127.0.0.1:{port}"
                yield Scene(
                    home=home,
                    instance=instance,
                    tenants=found_tenants(sink_url, clock.now()),
                    sink_url=sink_url,
                    sink=receiver,
                    _arrivals=arrivals,
                )
                connections.close_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(done: Callable[[], bool], within_s: float, every_s: float = 0.25) -> bool:
    """Ask again and again; False when it was not so within the time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if done():
            return True
        time.sleep(every_s)
    return done()
