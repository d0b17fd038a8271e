"""Signs of life of Reik's long-lived processes, seen by whoever asks the database (R56).

They stand in the server's own list of sessions, as the name of each process's session: when it beat by the server's
clock, and by its own. A process that ends leaves the list by itself, and nothing is ever written to a table.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

EVERY_S = 10.0
LOOKED_AFTER = ("watch", "receive", "send", "guard", "admit", "jobs")
"""The processes without which nobody is called, no dispenser comes in again, or no list for an outage is made: each
must be there, in an installation that works."""

BEAT = """
SELECT set_config('application_name',
    format('reik %%s %%s %%s', %s::text, %s::text, round(extract(epoch FROM clock_timestamp()), 1)), false)
"""
PULSES = """
SELECT split_part(application_name, ' ', 2), split_part(application_name, ' ', 3)::float8,
    split_part(application_name, ' ', 4)::float8, extract(epoch FROM clock_timestamp())::float8
FROM pg_stat_activity
WHERE datname = current_database() AND application_name ~ '^reik [a-z]+ [0-9.]+ [0-9.]+$'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One process: its last beat so many seconds ago; by how many seconds its clock is ahead of the server's."""

    process: str
    age_s: float
    ahead_s: float


class Beating:
    """Of one process: beats at most every EVERY_S, from the very loop that does its work."""

    def __init__(self, process: str) -> None:
        self._process, self._at = process, float("-inf")

    def due(self) -> bool:
        return time.monotonic() - self._at >= EVERY_S

    def beat(self, now: datetime) -> None:
        """`now`: as this process sees it. Raises OperationalError when the database is away."""
        if not self.due():
            return
        with connection.cursor() as cursor:
            cursor.execute(BEAT, [self._process, f"{now.timestamp():.1f}"])
        self._at = time.monotonic()


def pulses() -> Sequence[Pulse]:
    """All processes that have a session now, of any role."""
    with connection.cursor() as cursor:
        cursor.execute(PULSES)
        return [
            Pulse(process=row[0], age_s=round(row[3] - row[2], 1), ahead_s=round(row[1] - row[2], 1))
            for row in cursor.fetchall()
        ]
