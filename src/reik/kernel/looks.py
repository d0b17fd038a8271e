"""What is looked at once a minute, look by look: one that fails takes nothing from the others, and the guard tells it.

Deadlines of moments, promises and steps are no looks: they are taken every tenth of a second, before these.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from reik.kernel.queries import Breach, breach

log = logging.getLogger("reik.looks")

Look = tuple[str, Callable[[datetime], object]]
"""A name of one's own, and what is done at `now`; each keeps its own transactions."""

FAILED = """
INSERT INTO kernel_failedlook AS f (name, since, newest_at, error) VALUES (%(name)s, %(now)s, %(now)s, %(error)s)
ON CONFLICT (name) DO UPDATE SET newest_at = %(now)s, error = %(error)s
"""


def look(looks: Sequence[Look], now: datetime) -> None:
    """Do each of these in turn. What one raises is logged and kept; a database that is away is everybody's."""
    fine = []
    for name, each in looks:
        try:
            each(now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as failure:
            log.exception("The look %s failed; the others go on.", name)
            _keep(name, failure, now)
        else:
            fine.append(name)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_failedlook WHERE name = ANY(%s)", [fine])


def _keep(name: str, failure: Exception, now: datetime) -> None:
    with connection.cursor() as cursor:
        # The kind of failure only: its text may hold what nobody may read in a table of the platform.
        cursor.execute(FAILED, {"name": name, "now": now, "error": type(failure).__name__})


def failing() -> Breach | None:
    """Looks of `reik watch` that fail: for the guard."""
    return breach(
        "look_fails",
        "Part of what is looked at each minute does not work; alerts and their steps go on. See watch.log.",
        "SELECT name, count(*) OVER () FROM kernel_failedlook ORDER BY since, name",
        {},
    )
