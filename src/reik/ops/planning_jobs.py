"""The job that works off planning files, in a process of its own: a million visits take memory that goes with it."""

from __future__ import annotations

import subprocess
import sys

from procrastinate.contrib.django import app

from reik.kernel import clock
from reik.ops.planning import WORK_OFF
from reik.value.planning.operations import given_up

LONGEST_S = 1800


@app.periodic(cron="* * * * *")
@app.task(name="reik.planning", queueing_lock="reik.planning", lock="reik.planning")
def planning(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate says for when it was planned
    """When somebody uploaded a planning, and each minute: look at, read and clear the files that wait."""
    from reik.value.planning.queries import waiting

    if not waiting(clock.now()):
        return
    try:
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "reik", "planning", WORK_OFF], timeout=LONGEST_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        ended = -1
    if ended:
        given_up("Reading stopped half-way: try again, or split the file by period.")
