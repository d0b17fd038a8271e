"""`reik bench consoles`: many consoles open on a small pool, an alert that changes each second; do pages still answer?

Each console holds a stream and, as a browser does, fetches its queue whenever it is told "changed". Beside that
ordinary requests are made: the whole page and one alert. `told`: from a change's commit to each stream; `claim`:
from the commit with which somebody takes an alert to the line that marks it at every console.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from uuid import UUID

import aiohttp
from django.db import connection

from reik.alerting.operations import accept_alert, release_alert
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, open_account
from reik.ops import wake, watch, web
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.asking import session_of
from reik.ops.bench.cpu import Clocks
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.scene import Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, plan_moments, settle_devices, superuser, tidy
from reik.people.operations import agree_partnership

ALERTS = 40
DISPENSERS = 400
PAGE_GOAL_MS = 300
PAGES_EVERY_S = 0.2
CHANGED_EVERY_S = 1.0
CLAIM_GOAL_MS = 200
WAITED_S = 8  # for the "changed" after the last change that is counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--open", type=at_least_one, default=200, help="consoles (default 200)")
    parser.add_argument("--seconds", type=at_least_one, default=15, help="how long is measured (default 15)")
    parser.add_argument("--alerts", type=at_least_one, default=ALERTS, help=f"open alerts (default {ALERTS})")


def run(options: argparse.Namespace) -> int:
    with set_scene() as scene:
        keys = _furnish(scene, options.open, options.alerts)
        listening = web.listen("127.0.0.1", 0, exact=True)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        changes, claims = scene.home.path / "changes", scene.home.path / "claims"
        runs: dict[str, Callable[[], None]] = {
            "web": partial(web.run, listening=listening),
            "watch": watch.run,
        }
        with scene.processes(runs) as processes:
            opened = "SELECT count(*) FROM alerting_alert"
            wait_until(lambda: reading.count(scene.home, opened) >= options.alerts, 20 + options.alerts / 100)
            with scene.processes({"changer": lambda: _change(changes, claims)}) as changer:
                engines = {each.name: each.process.pid for each in scene.instance.engines}
                clocks = Clocks({**processes.pids, **engines})
                crowd = Crowd(address, keys)
                asyncio.run(crowd.look(options.seconds))
                used = clocks.passed()
                ended = len(changer.ended()) + len(processes.ended())
            alerts = reading.count(scene.home, opened)
        listening.close()
        times = [float(line) for line in changes.read_text().split()]
        taken = [(line.split()[0], float(line.split()[1])) for line in claims.read_text().splitlines()]
    figures = (
        crowd.figures(times)
        | crowd.claims(taken)
        | {"pool": web.CONNECTIONS, "cpu_s": used, "processes_ended": ended, "alerts": alerts}
    )
    return fig.report(figures, _claims(options))


def _furnish(scene: Scene, consoles: int, alerts: int) -> list[str]:
    """A centre that works for all organisations, with alerts about to open; gives a session per console."""
    now = clock.now()
    dispensers = max(DISPENSERS, alerts)
    say(f"settling {dispensers} dispensers, {alerts} alerts and {consoles} sessions ...")
    settle_devices(scene.home, scene.tenants, dispensers, now)
    past = Deadlines(first=now - timedelta(minutes=2))
    plan_moments(scene.home, prefix="gone-", deadlines=past, each=1, now=now, most=alerts)
    with superuser(scene.home) as admin:
        admin.execute("UPDATE dispensing_dispenser SET heard_at = %s", [now])
        # As if the stream had been read: otherwise Reik itself is behind, and that is one outage without alerts.
        admin.execute("UPDATE ingest_streampartition SET received_through = %s", [now])
    tidy(scene.home)
    become(Role.WORKER)
    centre = found_organisation(name="Zorgcentrale", kind="centre", now=now)
    for tenant in scene.tenants:
        agree_partnership(organisation_id=tenant.id, partner_id=centre.id, purpose="follow-up", now=now)
    account = open_account(
        organisation_id=centre.id, username="centralist", display_name="Centralist", role="operator", now=now
    )
    return [session_of(account) for _ in range(consoles)]


def _change(file: Path, claims: Path) -> None:
    """Each second somebody takes an alert or gives it back, as a person in another process would."""
    become(Role.WORKER)
    wake.start_thread("changer")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM alerting_alert ORDER BY id")
        ids: list[UUID] = [row[0] for row in cursor.fetchall()]
    for turn, alert_id in enumerate(cycle(ids)):
        time.sleep(CHANGED_EVERY_S)
        by = f"Collega {turn}"
        accept_alert(alert_id=alert_id, by=by, now=clock.now())
        with claims.open("a") as stream:
            stream.write(f"{alert_id} {time.time()}\n")
        if turn % 2:
            release_alert(alert_id=alert_id, by=by, now=clock.now())
        with file.open("a") as stream:
            stream.write(f"{time.time()}\n")


class Crowd:
    """The browsers: one stream each, and what they were told and how long they waited for what they asked."""

    def __init__(self, address: str, keys: Sequence[str]) -> None:
        self._address = address
        self._keys = keys
        self._told: list[list[float]] = [[] for _ in keys]
        self._marked: list[dict[str, float]] = [{} for _ in keys]
        self._owed = [False for _ in keys]
        self._asking: dict[int, asyncio.Task[None]] = {}
        self._open = 0
        self._from = self._until = 0.0
        self._pages: list[float] = []
        self._fetches: list[float] = []
        self.failed = 0

    async def look(self, seconds: float) -> None:
        """Open all streams, let the first rush pass, then measure."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as client:
            streams = [asyncio.create_task(self._stream(client, each)) for each in range(len(self._keys))]
            say(f"opening {len(self._keys)} streams ...")
            deadline = time.monotonic() + 15
            while self._open < len(self._keys) and time.monotonic() < deadline:
                await asyncio.sleep(0.1)
            await asyncio.sleep(len(self._keys) / 60 + 1)
            self._from = time.time()
            say("measuring ...")
            await self._ask_pages(client, seconds)
            self._until = time.time()
            ending = [*streams, *self._asking.values()]
            for each in ending:
                each.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    async def _stream(self, client: aiohttp.ClientSession, place: int) -> None:
        headers = {"Cookie": f"sessionid={self._keys[place]}"}
        async with client.get(f"{self._address}/live", headers=headers) as answer:
            if answer.status != 200:
                self.failed += 1
                return
            self._open += 1
            async for line in answer.content:
                if line.startswith(b'data: {"alert"'):
                    self._marked[place].setdefault(json.loads(line[6:])["alert"], time.time())
                if line == b"event: changed\n":
                    self._told[place].append(time.time())
                    self._owed[place] = True
                    if place not in self._asking or self._asking[place].done():
                        self._asking[place] = asyncio.create_task(self._refresh(client, place))

    async def _refresh(self, client: aiohttp.ClientSession, place: int) -> None:
        """As the page does: one question at a time, and once more when it was told meanwhile."""
        while self._owed[place]:
            self._owed[place] = False
            await self._get(client, "/zorgcentrale/rij", place, self._fetches)

    async def _ask_pages(self, client: aiohttp.ClientSession, seconds: float) -> None:
        """Ordinary requests at a steady pace, whether or not the one before was answered."""
        asked = []
        end = time.monotonic() + seconds
        place = 0
        while time.monotonic() < end:
            place = (place + 7) % len(self._keys)
            asked.append(asyncio.create_task(self._get(client, "/zorgcentrale", place, self._pages)))
            await asyncio.sleep(PAGES_EVERY_S)
        await asyncio.gather(*asked)

    async def _get(self, client: aiohttp.ClientSession, path: str, place: int, waits: list[float]) -> None:
        headers = {"Cookie": f"sessionid={self._keys[place]}"}
        if path != "/zorgcentrale":
            headers |= {"HX-Request": "true", "X-Reik-Refresh": "1"}
        began = time.perf_counter()
        async with client.get(self._address + path, headers=headers) as answer:
            await answer.read()
            self.failed += answer.status != 200
        if self._from:
            waits.append((time.perf_counter() - began) * 1000)

    def claims(self, taken: Sequence[tuple[str, float]]) -> Figures:
        """In ms from each claim's commit to each console that marks it; `unmarked`: consoles that never did."""
        told, unmarked = [], 0
        for alert, at in taken:
            if self._from <= at <= self._until - 1:
                for marks in self._marked:
                    if alert in marks:
                        told.append(max(0.0, (marks[alert] - at) * 1000))
                    else:
                        unmarked += 1
        return {
            "claims": len(taken), "claim_p50_ms": percentile(told, 0.5), "claim_p99_ms": percentile(told, 0.99),
            "unmarked": unmarked,
        }  # fmt: skip

    def figures(self, changes: Sequence[float]) -> Figures:
        """Waits in ms; `told` in s from each change to the next "changed" of each stream."""
        told, untold = [], 0
        for at in changes:
            if self._from <= at <= self._until - WAITED_S:
                for stream in self._told:
                    place = bisect_right(stream, at)
                    if place < len(stream):
                        told.append(stream[place] - at)
                    else:
                        untold += 1
        return {
            "open": self._open, "changes": len(changes), "pages": len(self._pages),
            "page_p50_ms": percentile(self._pages, 0.5), "page_p99_ms": percentile(self._pages, 0.99),
            "fetches": len(self._fetches), "fetch_p50_ms": percentile(self._fetches, 0.5),
            "fetch_p99_ms": percentile(self._fetches, 0.99),
            "told_p50_s": percentile(told, 0.5), "told_p99_s": percentile(told, 0.99), "untold": untold,
            "failed": self.failed,
        }  # fmt: skip


def _claims(options: argparse.Namespace) -> list[Claim]:
    return [
        Claim("every stream is open", lambda f: number(f, "open") == options.open),
        Claim("every alert is open", lambda f: number(f, "alerts") >= options.alerts),
        Claim("no request failed", lambda f: number(f, "failed") == 0),
        Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
        Claim(
            f"claim_p50_ms is at most {CLAIM_GOAL_MS}", lambda f: number(f, "claim_p50_ms") <= CLAIM_GOAL_MS
        ),
        Claim(f"page_p99_ms is at most {PAGE_GOAL_MS}", lambda f: number(f, "page_p99_ms") <= PAGE_GOAL_MS),
    ]
