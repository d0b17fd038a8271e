"""What Reik's own processes show of themselves, for the guard and the doctor: who stands still, and what never ends.

The guard on another machine asks the same by `/health/pulse`; this one sees it also where nobody stands outside.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from reik.kernel.pulse import LOOKED_AFTER, pulses
from reik.kernel.queries import Breach, breach
from reik.ops.outside_rules import Answer, Watched

LONGEST_JOB = timedelta(minutes=30)
"""Proposals of a large installation take minutes; what takes longer waits for something that does not come."""


def standing_still(now: datetime) -> Breach | None:
    """Processes that have a session and beat no more, or whose clock is off: for the guard."""
    found = _wrong(now)
    if not found:
        return None
    advice = " ".join(found.values()) + " End it: `reik up` starts it anew; its log says what it did last."
    return Breach(kind="process_stuck", count=len(found), ids=tuple(found), advice=advice)


def jobs_without_end(now: datetime) -> Breach | None:
    """Work of `reik jobs` that was begun long ago and is neither done nor given up."""
    return breach(
        "job_without_end",
        "Work that may wait is stuck; its name stands in jobs.log. End `reik jobs`: it is taken again within minutes.",
        """
        SELECT j.task_name, count(*) OVER () FROM procrastinate_jobs AS j
        WHERE j.status = 'doing' AND (SELECT max(e.at) FROM procrastinate_events AS e
            WHERE e.job_id = j.id AND e.type = 'started') < %(before)s
        ORDER BY j.id
        """,
        {"before": now - LONGEST_JOB},
    )


def of_processes(now: datetime) -> Iterator[tuple[str, str, str]]:
    """For the doctor: state, what, and what to do, of everything that should run."""
    there = {each.process for each in pulses()}
    wrong = _wrong(now)
    for words in wrong.values():
        yield "fault", words.rstrip("."), "End it: `reik up` starts it anew; its log says what it did last."
    for name in sorted(set(LOOKED_AFTER) - there):
        yield "fault", f"`{name}` gives no sign of life", f"Start `reik up`, or look in log/{name}.log."
    if not wrong and there.issuperset(LOOKED_AFTER):
        yield "ok", "every process gives a sign of life", ""


def _wrong(now: datetime) -> dict[str, str]:
    wall = now.timestamp()
    answer = Answer(now=wall, processes=[asdict(each) for each in pulses()])
    return Watched((), 0.0).look(answer, time.monotonic(), wall)
