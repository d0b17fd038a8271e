"""How Reik's long-lived processes start and end: until SIGTERM (or Ctrl-C where one runs alone)."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import time
from collections.abc import Awaitable, Callable

from django.db import InterfaceError, OperationalError, connection
from psycopg.errors import DeadlockDetected

from reik.kernel import facts

log = logging.getLogger("reik.running")


def settle_memory() -> None:
    """What was loaded stays: the collector need not look at it again, and seldom at what a batch makes."""
    facts.prepare()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run_until_stopped(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run an asynchronous process; `serve` gets the event that says it has to end."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, stop.set)
        await serve(stop)

    settle_memory()
    asyncio.run(main())


class Stopped:
    """For a process that works in rounds: true once a stop signal came; a nap ends at once then."""

    def __init__(self) -> None:
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        self._stopped = True

    def __bool__(self) -> bool:
        return self._stopped

    def nap(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))


def run_rounds(work: Callable[[], bool], *, every_s: float) -> None:
    """Do `work` again and again; it says whether more is waiting. Naps `every_s` s when there is not.

    A database that is away is waited for, with one line in the log, however long it takes. A round that lost a
    deadlock is done again: all that it had not committed is rolled back, and due still.
    """
    settle_memory()
    stopped = Stopped()
    away = False
    while not stopped:
        started = time.monotonic()
        try:
            more = work()
            if away:
                log.info("The database is back.")
            away = False
        except (OperationalError, InterfaceError) as failure:
            if isinstance(failure.__cause__, DeadlockDetected):
                log.warning("Two writers waited for each other; the round is done again.")
                stopped.nap(every_s)
                continue
            if not away:
                log.warning("The database is away (%s); waiting for it.", failure)
            away, more = True, False
            connection.close()
        if not more:
            # Never busier than half of the time: a long look is followed by as long a nap.
            stopped.nap(max(every_s, time.monotonic() - started))
