"""Keeps the long-lived processes of one machine running, and ends all of them together.

The children are forked from a warmed parent, so that what was imported there is shared memory. Whatever
happens to the parent, also `kill -9`, the system ends children and engines with it (parent death signal);
a child that does not end on that signal ends itself after the grace (lifeline).
"""

from __future__ import annotations

import math
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from reik.ops.engines.process import Engine, last_lines
from reik.ops.supervised import Lifeline, run_child

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LONGEST_NAP = 0.25  # how late `until` and the end of an engine can be noticed; a child's end wakes at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In seconds. `ends` ends of one child within `within` bring the supervisor down."""

    first_delay: float = 0.1
    longest_delay: float = 5.0
    good_after: float = 30.0
    ends: int = 10
    within: float = 60.0
    grace: float = 10.0


@dataclass(slots=True)
class _Child:
    name: str
    run: Callable[[], None]
    pid: int | None = None
    code: int = 0
    started: float = 0.0
    due: float = 0.0
    delay: float = 0.0
    ends: deque[float] = field(default_factory=deque)


class Supervisor:
    """Runs each child as a forked process and watches the engines; use it from the main thread.

    A child ends by returning or raising (its traceback goes to `log_dir/<name>.log`) and is started again
    with a growing delay. An engine that ends is never started again under running children: the
    supervisor goes down and says so, and whoever supervises it starts everything afresh.
    """

    def __init__(
        self,
        children: Mapping[str, Callable[[], None]],
        *,
        log_dir: Path,
        engines: Sequence[Engine] = (),
        limits: Limits | None = None,
    ) -> None:
        self._children = [_Child(name, run) for name, run in children.items()]
        self._log_dir = log_dir
        self._engines = list(engines)
        self._limits = limits or Limits()
        self._stopping = False
        self._lifeline = Lifeline(-1, -1, self._limits.grace)

    def run(self, until: Callable[[], bool] = lambda: False) -> int:
        """Run until a stop signal or until `until()` is true (0), or until something keeps failing (1).

        In every case, also when `until` raises, all children and then all engines (last started first)
        have ended when this returns. Raises RuntimeError when the parent has more than one thread.
        """
        self._log_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        failure = None
        with self._signals() as wake, self._open_lifeline():
            try:
                while not self._stopping and failure is None and not until():
                    failure = self._look()
                    if failure is None and not self._stopping:
                        self._nap(wake)
                if failure:
                    print(failure, file=sys.stderr, flush=True)
            finally:
                self._end_children()
                for engine in reversed(self._engines):
                    engine.stop()
        return 1 if failure else 0

    def _look(self) -> str | None:
        """One round: engines, ended children, children that are due. The reason to go down, if any."""
        for engine in self._engines:
            if (code := engine.poll()) is not None:
                return _loud(f"{engine.name} ended (code {code}), so Reik stops.", engine.log)
        for child in self._children:
            if child.pid is not None and _has_ended(child) and (failure := self._note_end(child)):
                return failure
            if child.pid is None and child.due <= time.monotonic():
                self._fork(child)
        return None

    def _note_end(self, child: _Child) -> str | None:
        now, limits = time.monotonic(), self._limits
        good = now - child.started >= limits.good_after
        child.delay = limits.first_delay if good or not child.delay else child.delay * 2
        child.delay = min(child.delay, limits.longest_delay)
        child.due = now + child.delay
        child.ends.append(now)
        while child.ends[0] < now - limits.within:
            child.ends.popleft()
        if len(child.ends) < limits.ends:
            return None
        times = f"{limits.ends} times within {limits.within:.0f} s"
        return _loud(f"{child.name} ended {times} (last code {child.code}), so Reik stops.", self._log(child))

    def _log(self, child: _Child) -> Path:
        return self._log_dir / f"{child.name}.log"

    def _fork(self, child: _Child) -> None:
        if threading.active_count() != 1:
            raise RuntimeError(
                "A process with threads cannot be forked safely: start threads in the children."
            )
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # or the child would write it a second time
        parent = os.getpid()
        # Blocked until the child has its own handlers: a stop signal in between would be lost in it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {*STOP_SIGNALS, signal.SIGCHLD})
        try:
            child.pid = os.fork()
            if child.pid == 0:
                run_child(child.run, parent, self._log(child), before, self._lifeline)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        child.started = time.monotonic()

    def _nap(self, wake: int) -> None:
        due = min((child.due for child in self._children if child.pid is None), default=math.inf)
        select.select([wake], [], [], max(0.0, min(_LONGEST_NAP, due - time.monotonic())))
        with suppress(BlockingIOError):
            os.read(wake, 4096)

    def _end_children(self) -> None:
        for ending, wait in ((signal.SIGTERM, self._limits.grace), (signal.SIGKILL, math.inf)):
            running = [child for child in self._children if child.pid is not None and not _has_ended(child)]
            for child in running:
                if child.pid is not None:
                    os.kill(child.pid, ending)  # not reaped yet, so the number is still this child's
            deadline = time.monotonic() + wait
            while running and time.monotonic() < deadline:
                running = [child for child in running if not _has_ended(child)]
                time.sleep(0.01 if running else 0)

    @contextmanager
    def _open_lifeline(self) -> Iterator[None]:
        self._lifeline = Lifeline(*os.pipe(), self._limits.grace)
        try:
            yield
        finally:
            os.close(self._lifeline.reader)
            os.close(self._lifeline.writer)

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Note stop signals, and make a descriptor readable at each signal, so that a nap ends at once."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stopping = True

        def child_ended(_number: int, _frame: FrameType | None) -> None:
            """The wake-up is all that is needed; without a handler there would be none."""

        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        handlers = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, child_ended)}
        for number in STOP_SIGNALS:
            # SIGHUP stays ignored under nohup
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                handlers[number] = signal.signal(number, stop)
        old_waker = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        try:
            yield wake
        finally:
            signal.set_wakeup_fd(old_waker)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(waker)


def _has_ended(child: _Child) -> bool:
    """Reap it when it has ended. By its own number: the engines' ends are not for us to collect."""
    if child.pid is None:
        return True
    pid, status = os.waitpid(child.pid, os.WNOHANG)
    if pid == 0:
        return False
    child.pid, child.code = None, os.waitstatus_to_exitcode(status)
    return True


def _loud(sentence: str, log: Path) -> str:
    return f"{sentence} The last lines of {log}:\n{last_lines(log)}"
