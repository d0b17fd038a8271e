"""Before when somebody must know how a client in an outage is. Pure.

A time-critical moment: when its window ends. Any other: early enough before its latest hand-out time that an alert
still has its time. Who is listed late still leaves people some minutes, but never beyond the latest hand-out time
while that lies ahead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

TIME_CRITICAL = 0
AHEAD = timedelta(minutes=30)
"""An alert about a line that nobody saw to opens so long before the latest hand-out time."""
AT_LEAST = timedelta(minutes=30)
AT_LEAST_CRITICAL = timedelta(minutes=10)
NEAR = timedelta(hours=1)
"""A moment is listed so long before it is due, so that a round can be planned."""


def answer_by(
    *, criticality: int, deadline_at: datetime, latest_at: datetime, now: datetime, pace: float = 1
) -> datetime:
    """When an unanswered line becomes an alert. `pace` hurries the waits, as it does the windows of a demo."""
    critical = criticality == TIME_CRITICAL
    wanted = deadline_at if critical else max(deadline_at, latest_at - AHEAD / pace)
    least = now + (AT_LEAST_CRITICAL if critical else AT_LEAST) / pace
    by = max(wanted, least)
    return latest_at if now < latest_at < by else by
