"""A process of Reik that stands still, and work that never ends, are seen by the guard and by the doctor (R56)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from reik.kernel import clock
from reik.kernel.home import Home
from reik.kernel.pulse import LOOKED_AFTER, pulses
from reik.ops import jobs, watch
from reik.ops.guard import Guard
from reik.ops.outside_rules import STUCK_S
from reik.ops.signs_of_life import LONGEST_JOB, jobs_without_end, of_processes, standing_still


@pytest.fixture
def sessions(database) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', '', false)")


def named(process: str, ago_s: float) -> None:
    """This session is the process's, which beat so many seconds ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT set_config('application_name', format('reik %%s %%s %%s', %s::text, v.at, v.at), false)
               FROM (SELECT round(extract(epoch FROM clock_timestamp()) - %s, 1) AS at) AS v""",
            [process, ago_s],
        )


@pytest.mark.parametrize("process", ["jobs", "admit", "watch"])
def test_the_guard_names_who_stands_still(sessions, tmp_path, process):
    named(process, STUCK_S - 5)
    assert standing_still(clock.now()) is None
    named(process, STUCK_S + 5)
    found = standing_still(clock.now())
    assert found is not None
    assert (found.kind, found.ids) == ("process_stuck", (f"{process} stuck",))
    assert "process_stuck" in [each.kind for each in Guard(Home(tmp_path), clock.now()).find(clock.now())]


def test_the_doctor_names_who_stands_still_and_who_is_not_there(sessions):
    named("jobs", STUCK_S + 5)
    said = list(of_processes(clock.now()))
    assert {state for state, _, _ in said} == {"fault"}
    assert any("`jobs` stands still" in what for _, what, _ in said)
    gone = {what.split("`")[1] for _, what, _ in said if "no sign of life" in what}
    assert gone == set(LOOKED_AFTER) - {"jobs"}


def test_work_that_was_begun_long_ago_and_never_ended_is_found(database):
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)
               VALUES ('default', 'reik.stuck', 0, '{}', 'doing', 0) RETURNING id"""
        )
        id_ = cursor.fetchone()[0]
        cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [id_])
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'started', %s)",
            [id_, clock.now()],
        )
    assert jobs_without_end(clock.now() + LONGEST_JOB - timedelta(seconds=5)) is None
    found = jobs_without_end(clock.now() + LONGEST_JOB + timedelta(seconds=5))
    assert found is not None
    assert found.ids == ("reik.stuck",)


def test_jobs_beats_while_its_worker_asks_for_work_and_not_when_that_stands_still(sessions, monkeypatch):
    monkeypatch.setattr(jobs, "ASKED_WITHIN_S", 0.4)
    monkeypatch.setattr(jobs, "POLLED_EVERY_S", 0.05)
    monkeypatch.setattr("reik.kernel.pulse.EVERY_S", 0.0)
    monkeypatch.setattr(app, "periodic_registry", type(app.periodic_registry)())
    for each in ("upkeep", "outage_packs", "rollups"):
        monkeypatch.setattr(jobs, each, SimpleNamespace(defer_async=_nothing))

    async def play() -> float | None:
        stop = asyncio.Event()
        serving = asyncio.create_task(jobs._serve(stop))
        try:
            await _until(lambda: _age("jobs") is not None)
            await asyncio.sleep(2)
            await _until(lambda: (_age("jobs") or 0) < 1)  # it beats on
            monkeypatch.setattr(jobs, "ASKED_WITHIN_S", -1.0)  # as if nothing had been asked for
            await asyncio.sleep(3)
            return await asyncio.to_thread(_age, "jobs")
        finally:
            stop.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(serving, 10)

    age_s = asyncio.run(play())
    assert age_s is not None
    assert age_s > 1.8


async def _nothing() -> None:
    """No work of the day: this is about who waits for it."""


async def _until(met) -> None:
    end = time.monotonic() + 15
    while not await asyncio.to_thread(met):
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def _age(process: str) -> float | None:
    try:
        return next((each.age_s for each in pulses() if each.process == process), None)
    finally:
        connection.close()


def test_of_the_minutes_looks_one_is_done_a_round_and_what_is_due_lies_between(database, monkeypatch):
    order: list[str] = []
    monkeypatch.setattr(watch, "LOOKS", tuple((name, lambda _now, n=name: order.append(n)) for name in "abc"))
    monkeypatch.setattr(watch, "take_due_steps", lambda **_: order.append("due") or 0)
    one = watch.Watch()
    rounds = 1
    while one.look_once():
        rounds += 1
    assert rounds == 6  # outages with silence, three, routes, plans
    assert order == ["due", "due", "a", "due", "b", "due", "c", "due", "due"]
    assert not one.look_once()
    assert order[-1] == "due"
