"""`reik watch`: closes overdue moments, opens alerts, takes due steps of routes, renews devices' plans."""

from __future__ import annotations

import time

from django.db import transaction

from reik.alerting.calls import take_due_steps
from reik.dispensing.overdue import close_overdue
from reik.dispensing.plan_keeping import renew_plans
from reik.ingest.partitions import received_through
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.ops.running import run_rounds

EVERY_S = 0.1
MOST = 500
RENEWED_EVERY_S = 60.0


def run() -> None:
    """The process's entry: runs until SIGTERM. Any number may run; each claims rows that no other has."""
    become(Role.WORKER)
    run_rounds(Watch().look_once, every_s=EVERY_S)


class Watch:
    """One watcher; what is due stands in rows, so it remembers nothing but when it last looked at the plans."""

    def __init__(self) -> None:
        self._renew_at = 0.0

    def look_once(self) -> bool:
        """One look at what is due; says whether a full batch was found, so that more may be waiting."""
        now = clock.now()
        with transaction.atomic():
            closed = close_overdue(received_through=received_through(), now=now, most=MOST)
        with transaction.atomic():
            taken = take_due_steps(now=now, most=MOST)
        more = closed == MOST or taken == MOST
        if not more and time.monotonic() >= self._renew_at:
            self._renew_at = time.monotonic() + RENEWED_EVERY_S
            with transaction.atomic():
                renew_plans(now)
        return more
