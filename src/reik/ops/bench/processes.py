"""Reik's real processes as children of a bench or proof, each of which can be stopped, killed and started anew."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from reik.ops.engines.process import die_with, last_lines, open_log


class Processes:
    """Forks children from this warmed, single-threaded process; ends them all at the end."""

    def __init__(self, runs: Mapping[str, Callable[[], None]], log_dir: Path) -> None:
        self._runs = dict(runs)
        self._log_dir = log_dir
        self.pids: dict[str, int] = {}

    def __enter__(self) -> Processes:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        for name in self._runs:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.pids):
            self.signal(name, signal.SIGCONT)
            self.signal(name, signal.SIGTERM)
        deadline = time.monotonic() + 8
        for name in list(self.pids):
            self._reap(name, deadline)

    def start(self, name: str) -> int:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _be_child(self._runs[name], parent, self._log_dir / f"{name}.log", name)
        self.pids[name] = pid
        return pid

    def signal(self, name: str, number: signal.Signals) -> None:
        os.kill(self.pids[name], number)

    def kill(self, name: str) -> None:
        """`kill -9` and reap: nothing of it runs any more when this returns."""
        os.kill(self.pids[name], signal.SIGKILL)
        os.waitpid(self.pids.pop(name), 0)

    def end(self, name: str, within_s: float = 8) -> None:
        """Ask one child to end in its own way, and wait for it."""
        self.signal(name, signal.SIGTERM)
        self._reap(name, time.monotonic() + within_s)

    def ended(self) -> list[str]:
        """Children that ended by themselves, which no bench may overlook; what failed tells why on stderr."""
        gone = []
        for name, pid in list(self.pids.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                gone.append(name)
                del self.pids[name]
                if status:
                    print(f"{name} ended:\n{last_lines(self._log_dir / f'{name}.log')}", file=sys.stderr)
        return gone

    def _reap(self, name: str, deadline: float) -> None:
        pid = self.pids.pop(name)
        while time.monotonic() < deadline:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _be_child(run: Callable[[], None], parent: int, log: Path, name: str) -> None:
    code = 1
    try:
        die_with(parent, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ["REIK_SLOT"] = f"bench-{name}"
        handle = open_log(log)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        run()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)
