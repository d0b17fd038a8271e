"""The job that answers what-ifs, in a process of its own: it takes cores and memory, and gives them back."""

from __future__ import annotations

import subprocess
import sys

from procrastinate.contrib.django import app

from reik.kernel import clock
from reik.ops.whatif import WORK_OFF
from reik.value.tours.keeping import given_up, waiting

LONGEST_S = 3600


@app.periodic(cron="* * * * *")
@app.task(name="reik.whatif", queueing_lock="reik.whatif", lock="reik.whatif")
def whatif(timestamp: int = 0) -> None:  # noqa: ARG001 - procrastinate says for when it was planned
    """When somebody asked a what-if, and each minute: answer those that wait."""
    if not waiting():
        return
    try:
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "reik", "whatif", WORK_OFF], timeout=LONGEST_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        ended = -1
    if ended:
        given_up("Computing stopped half-way: choose fewer days or teams.", clock.now())
