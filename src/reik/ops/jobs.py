"""`reik jobs`: what may wait (reports, imports, upkeep), by procrastinate. Never alerts.

Importing this module registers the tasks; another process defers one by its name.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connections
from procrastinate import JobContext
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from reik.alerting.figures.proposals import propose_all
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.pulse import Beating
from reik.medication.requests.letters import send_weekly
from reik.ops import planning_jobs as planning_jobs  # its tasks register themselves
from reik.ops import wake
from reik.ops import whatif_jobs as whatif_jobs
from reik.ops.database import make_months
from reik.ops.desk import Desk
from reik.ops.outage_pack import folder_of, write_packs
from reik.ops.running import run_until_stopped
from reik.pathway.use.looking_back import look_back
from reik.value.bills.work import look_again
from reik.value.rollups.running import roll_up

log = logging.getLogger("reik.jobs")

AGAIN_AFTER_S = 2.0
POLLED_EVERY_S = 2.0
WAIT_S = 3.0  # for a connection; the end must not take longer when the database is away
GRACE_S = 4.0
KEPT_HOURS = 14 * 24
ASKED_WITHIN_S = 15.0
"""A worker with a free place asks for work every POLLED_EVERY_S; one that did not for so long stands still."""


def run() -> None:
    """The process's entry: runs until SIGTERM, then lets running jobs finish for GRACE_S seconds."""
    become(Role.WORKER)
    # Each task's own connection ends with it: one that was kept may have died in between.
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    wake.start_thread("jobs")
    run_until_stopped(_serve)


class _Asking(PsycopgConnector):
    """Remembers when the worker last asked for work and was answered."""

    asked_at = float("-inf")

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
        self.asked_at = asyncio.get_running_loop().time()
        return answer


async def _serve(stop: asyncio.Event) -> None:
    """However often the database goes away in between: a job that was cut off is taken again (`look_after`)."""
    desk, pulse = Desk("jobs"), Beating("jobs")
    try:
        await _go_on(stop, desk, pulse)
    finally:
        await desk.close()


async def _go_on(stop: asyncio.Event, desk: Desk, pulse: Beating) -> None:
    away = False
    while not stop.is_set():
        try:
            async with _connections() as pool:
                with app.replace_connector(asking := _Asking()):
                    await app.open_async(pool)
                    with suppress(AlreadyEnqueued):
                        await upkeep.defer_async()  # the daily one may have been missed while Reik was off
                    with suppress(AlreadyEnqueued):
                        await outage_packs.defer_async()  # a list from before Reik was off is too old
                    with suppress(AlreadyEnqueued):
                        await rollups.defer_async()  # figures need not wait for the hour
                    away = False
                    await _work(stop, asking, desk, pulse)
        except (ConnectorException, PoolTimeout, OperationalError) as failure:
            if not away:
                log.warning("The database is away (%s); waiting for it.", failure.__cause__ or failure)
            away = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AGAIN_AFTER_S)


def _connections() -> AsyncConnectionPool:
    """Connections of its own, as the role that this process has become; Django's belong to its threads."""
    return AsyncConnectionPool(
        kwargs=connector_params(),
        min_size=1,
        max_size=4,
        timeout=WAIT_S,
        reconnect_timeout=WAIT_S,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )


async def _work(stop: asyncio.Event, asking: _Asking, desk: Desk, pulse: Beating) -> None:
    """Until `stop`, or until the worker ends by itself because the database went away."""
    worker = app._worker(
        name="jobs",
        concurrency=2,
        # Asking costs less than a connection that only listens, and works where LISTEN does not exist.
        listen_notify=False,
        fetch_job_polling_interval=POLLED_EVERY_S,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE_S,
    )
    working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
    stopping = asyncio.create_task(stop.wait())
    beating = asyncio.create_task(_beat(worker, asking, desk, pulse))
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    beating.cancel()
    while not working.done():
        # Cancelling it can leave its loop behind, and at its very start it forgets that it was told to stop.
        worker.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait((working,), timeout=0.2)
    await working


async def _beat(worker: Any, asking: _Asking, desk: Desk, pulse: Beating) -> None:
    """Signs of life, for as long as the worker asks for work, or has both hands full: then the guard looks at what
    it works on (`signs_of_life.jobs_without_end`)."""
    loop = asyncio.get_running_loop()
    while True:
        moves = worker._job_semaphore.locked() or loop.time() - asking.asked_at < ASKED_WITHIN_S
        if moves and pulse.due():
            with suppress(OperationalError, InterfaceError):
                await desk.do(pulse.beat, clock.now())
        await asyncio.sleep(1)


@app.periodic(cron="17 3 * * *")
@app.task(name="reik.upkeep", queueing_lock="reik.upkeep")
def upkeep(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate says for when it was planned
    """Daily: the monthly partitions of the months ahead, and sessions that have ended."""
    make_months(clock.now())
    call_command("clearsessions")


@app.periodic(cron="7 * * * *")
@app.task(name="reik.weekly_letters", queueing_lock="reik.weekly_letters")
def weekly_letters(timestamp: int = 0) -> None:  # noqa: ARG001
    """Every hour: the letters to pharmacies of what is not urgent, one a week to each, in its opening hours."""
    send_weekly(clock.now())


@app.periodic(cron="41 4 * * *")
@app.task(name="reik.follow_up_proposals", queueing_lock="reik.follow_up_proposals")
def follow_up_proposals(timestamp: int = 0) -> None:  # noqa: ARG001
    """At night: what four weeks of each client suggest for her window or route; a person decides (N11)."""
    propose_all(clock.now())


@app.periodic(cron="23 * * * *")
@app.task(name="reik.evaluations", queueing_lock="reik.evaluations")
def evaluations(timestamp: int = 0) -> None:  # noqa: ARG001
    """Every hour: evaluations that are due by the calendar, or because of what happened (R7); a person holds them."""
    look_back(clock.now())


@app.periodic(cron="13 * * * *")
@app.task(name="reik.rollups", queueing_lock="reik.rollups")
def rollups(timestamp: int = 0) -> None:  # noqa: ARG001
    """Every hour: the daily counts of moments, of the last days and of what was corrected later."""
    roll_up(clock.now())


@app.periodic(cron="33 * * * *")
@app.task(name="reik.bills", queueing_lock="reik.bills")
def bills(timestamp: int = 0) -> None:  # noqa: ARG001
    """Every hour: what differs on suppliers' bills because of what became known since (R83); a person settles it."""
    look_again(clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="reik.outage_packs", queueing_lock="reik.outage_packs")
def outage_packs(timestamp: int = 0) -> None:  # noqa: ARG001
    """Every five minutes: each team's list for when Reik cannot be reached, at most fifteen minutes old."""
    write_packs(folder_of(Home.from_environment()), clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="reik.look_after", queueing_lock="reik.look_after", pass_context=True)
async def look_after(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Every five minutes: take again what a killed worker left half-way, forget what was done long ago."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True, include_aborted=True)
