"""`reik watch`: closes overdue moments, opens alerts, takes the steps of routes when they are due."""

from __future__ import annotations

from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.dispensing.overdue import close_overdue
from reik.ingest.partitions import received_through
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.ops.running import run_rounds

EVERY_S = 0.1
MOST = 500


def run() -> None:
    """The process's entry: runs until SIGTERM. Any number may run; each claims rows that no other has."""
    become(Role.WORKER)
    run_rounds(look_once, every_s=EVERY_S)


def look_once() -> bool:
    """One look at what is due; says whether a full batch was found, so that more may be waiting."""
    now = clock.now()
    with transaction.atomic():
        closed = close_overdue(received_through=received_through(), now=now, most=MOST)
    with transaction.atomic():
        taken = take_due_steps(now=now, most=MOST)
    return closed == MOST or taken == MOST
