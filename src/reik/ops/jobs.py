"""`reik jobs`: what may wait (reports, imports, upkeep), by procrastinate. Never alerts.

Importing this module registers the tasks; another process defers one by its name.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from django.core.management import call_command
from django.db import OperationalError, connections
from procrastinate import JobContext
from procrastinate.contrib.django import app, connector_params
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg_pool import PoolTimeout

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.ops.database import make_months
from reik.ops.running import run_until_stopped

log = logging.getLogger("reik.jobs")

AGAIN_AFTER_S = 2.0
POLLED_EVERY_S = 2.0
WAIT_S = 5.0  # for a connection; the end must not take longer when the database is away
GRACE_S = 6.0
KEPT_HOURS = 14 * 24


def run() -> None:
    """The process's entry: runs until SIGTERM, then lets running jobs finish for GRACE_S seconds."""
    become(Role.WORKER)
    # Each task's own connection ends with it: one that was kept may have died in between.
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    run_until_stopped(_serve)


async def _serve(stop: asyncio.Event) -> None:
    working = asyncio.create_task(_work_until(stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()  # procrastinate then takes no new job and waits for those that run
    with suppress(asyncio.CancelledError):
        await working


async def _work_until(stop: asyncio.Event) -> None:
    """However often the database goes away in between: a job that was cut off is taken again (`look_after`)."""
    away = False
    while not stop.is_set():
        try:
            with app.replace_connector(_connector()):
                async with app.open_async():
                    away = False
                    await _work()
        except (ConnectorException, PoolTimeout, OperationalError) as failure:
            if not away:
                log.warning("The database is away (%s); waiting for it.", failure.__cause__ or failure)
            away = True
        await asyncio.sleep(AGAIN_AFTER_S)


def _connector() -> PsycopgConnector:
    """Connections of its own, as the role that this process has become; Django's belong to its threads."""
    return PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4, timeout=WAIT_S)


async def _work() -> None:
    with suppress(AlreadyEnqueued):
        await upkeep.defer_async()  # the daily one may have been missed while Reik was off
    await app.run_worker_async(
        name="jobs",
        concurrency=2,
        # Asking costs less than a connection that only listens, and works where LISTEN does not exist.
        listen_notify=False,
        fetch_job_polling_interval=POLLED_EVERY_S,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE_S,
    )


@app.periodic(cron="17 3 * * *")
@app.task(name="reik.upkeep", queueing_lock="reik.upkeep")
def upkeep(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate says for when it was planned
    """Daily: the monthly partitions of the months ahead, and sessions that have ended."""
    make_months(clock.now())
    call_command("clearsessions")


@app.periodic(cron="*/5 * * * *")
@app.task(name="reik.look_after", queueing_lock="reik.look_after", pass_context=True)
async def look_after(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Every five minutes: take again what a killed worker left half-way, forget what was done long ago."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True, include_aborted=True)
