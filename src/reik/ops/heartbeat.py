"""Tells a watcher outside this installation that all is well; its silence is what raises the alarm there."""

from __future__ import annotations

import logging
import threading
import urllib.request
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from reik.kernel.hosts import is_loopback

log = logging.getLogger("reik.guard")

EVERY_S = 30.0
TIMEOUT_S = 5.0


class HeartbeatRefused(Exception):
    """`REIK_HEARTBEAT_URL` is not an address that Reik calls."""


def check_url(url: str) -> None:
    """https anywhere, http on this machine only. Raises HeartbeatRefused."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return
    raise HeartbeatRefused("REIK_HEARTBEAT_URL has to begin with https:// (http:// only for this machine).")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead anywhere, also to plain http."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Heartbeat:
    """Pings one address with GET at most every EVERY_S seconds, beside the guard's own work."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._line = urllib.request.build_opener(_NoRedirect)
        self._last = float("-inf")
        self._busy: threading.Thread | None = None
        self._failing = False

    def beat(self, at: float) -> None:
        """All is well at `at` (monotonic seconds)."""
        if at - self._last < EVERY_S or (self._busy and self._busy.is_alive()):
            return
        self._last = at
        self._busy = threading.Thread(target=self._ping, name="heartbeat", daemon=True)
        self._busy.start()

    def _ping(self) -> None:
        try:
            with self._line.open(self._url, timeout=TIMEOUT_S):
                pass
        except OSError as failure:  # URLError, HTTPError and time-outs are OSErrors
            if not self._failing:
                log.warning("The heartbeat does not arrive (%s); trying again without a word", failure)
            self._failing = True
            if isinstance(failure, HTTPError):
                failure.close()  # it is the answer too, with its connection
            return
        if self._failing:
            log.info("The heartbeat arrives again")
        self._failing = False
