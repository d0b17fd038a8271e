"""`reik guard`: seals the access log and looks, independently of those who should do it, for what must never be."""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from reik.alerting.queries import alerts_without_next_step, follow_up_overdue
from reik.dispensing.queries import overdue_moments
from reik.ingest.queries import unread_messages, unread_partitions
from reik.kernel import access_seal, clock
from reik.kernel.access_seal import LogOfAnotherServer
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.looks import failing
from reik.kernel.pulse import Beating
from reik.kernel.queries import Breach, unsent_alert_messages
from reik.ops import outside
from reik.ops.heartbeat import Heartbeat, HeartbeatRefused, check_url
from reik.ops.running import run_rounds
from reik.ops.signs_of_life import jobs_without_end, standing_still

log = logging.getLogger("reik.guard")

EVERY_S = 5.0
UNSEALED_AFTER = timedelta(seconds=60)
REPEATED_AFTER = timedelta(minutes=5)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    outside.add_arguments(parser)


def command(options: argparse.Namespace) -> int:
    """The guard of this installation; with `--outside` one that stands elsewhere and looks at it from there."""
    if options.outside:
        outside.run(options.outside, options.listen)
    else:
        run()
    return 0


def run() -> None:
    """The process's entry: runs until SIGTERM. Any number may run; one at a time seals."""
    become(Role.WORKER)
    run_rounds(Guard(Home.from_environment(), clock.now()).look_once, every_s=EVERY_S)


class Guard:
    """One guard: what it found last, and since when it looks."""

    def __init__(self, home: Home, started: datetime) -> None:
        self._file = home.path / "guard.json"
        self._started = started
        self._heartbeat = _heartbeat()
        self._pulse = Beating("guard")
        self._said: tuple[tuple[str, int], ...] = ()
        self._said_at = started

    def look_once(self) -> bool:
        """Seal, look, tell; says whether more rows wait to be sealed. A database that is away: nothing is told,
        and the silence of `guard.json` and of the heartbeat is the alarm."""
        now = clock.now()
        self._pulse.beat(now)
        found, sealed = [], 0
        try:
            sealed = access_seal.seal(now)
        except LogOfAnotherServer as failure:
            found.append(Breach(kind="log_of_another_server", count=1, ids=(), advice=str(failure)))
        found += self.find(now) if sealed < access_seal.MOST_ROWS else []
        self._tell(found, now)
        return sealed >= access_seal.MOST_ROWS

    def find(self, now: datetime) -> list[Breach]:
        """Everything that must never be and is."""
        looks = (
            alerts_without_next_step(),
            follow_up_overdue(now),
            overdue_moments(now),
            unsent_alert_messages(now),
            unread_partitions(now, since=self._started),
            unread_messages(now),
            unsealed_log(now),
            failing(),
            standing_still(now),
            jobs_without_end(now),
        )
        return [each for each in looks if each is not None]

    def _tell(self, found: Sequence[Breach], now: datetime) -> None:
        said = tuple((each.kind, each.count) for each in found)
        if said != self._said or (found and now - self._said_at > REPEATED_AFTER):
            for each in found:
                log.error("%s: %d, first %s. %s", each.kind, each.count, list(each.ids), each.advice)
            if not found:
                log.info("All is well again.")
            self._said, self._said_at = said, now
        draft = self._file.with_suffix(f".{os.getpid()}")
        draft.write_text(
            json.dumps({"at": now.isoformat(), "findings": [asdict(each) for each in found]}) + "\n"
        )
        draft.chmod(0o600)
        draft.replace(self._file)
        if self._heartbeat and not found:
            self._heartbeat.beat(time.monotonic())


def unsealed_log(now: datetime) -> Breach | None:
    """Rows of the access log that no block holds 60 s after they were written."""
    since = access_seal.unsealed_since()
    if since is None or now - since < UNSEALED_AFTER:
        return None
    advice = "Some transaction does not end: look in pg_stat_activity for the oldest xact_start."
    return Breach(kind="log_unsealed", count=1, ids=(), advice=advice)


def _heartbeat() -> Heartbeat | None:
    url = os.environ.get("REIK_HEARTBEAT_URL")
    if not url:
        return None
    try:
        check_url(url)
    except HeartbeatRefused as refusal:
        log.error("%s", refusal)
        return None
    return Heartbeat(url)
