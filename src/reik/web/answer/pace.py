"""How often the reply page may be asked for: it is open to the whole internet."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

SPAN = timedelta(minutes=1)
PER_ADDRESS, PER_LINK = 60, 20
"""Requests in a minute. Behind a proxy many share one address; a person on one link never comes near the other."""


class Pace:
    """Counts per key within one process. The five tries of a code are counted in the database, for all of them."""

    def __init__(self, most_keys: int = 20_000) -> None:
        self._most_keys = most_keys
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, key: str, most: int, now: datetime) -> bool:
        """Whether this key may ask once more within a minute; asking counts."""
        with self._lock:
            times = self._seen.setdefault(key, deque())
            self._seen.move_to_end(key)
            while times and now - times[0] >= SPAN:
                times.popleft()
            if len(times) >= most:
                return False
            times.append(now)
            while len(self._seen) > self._most_keys:
                self._seen.popitem(last=False)
            return True
