"""The command: fault by fault, from when it is there until somebody outside is called."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import new_webhook_secret
from reik.ops import admit, jobs, web
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, number, say
from reik.ops.bench.processes import Processes
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.watchdog import alarms
from reik.ops.bench.world import settle_devices, superuser
from reik.ops.engines.process import free_port

WITHIN_S = 90.0
WELL_AGAIN_S, SETTLED_S, SLACK_S = 90.0, 60.0, 10.0
SHIFT = timedelta(minutes=10)
PLANTS = ("mute",)
STUCK = ("watch", "receive", "send", "guard", "web", "admit", "jobs")
ALL = {**REAL, "admit": admit.run, "jobs": jobs.run}
CASES = (
    *(f"{each} stuck" for each in STUCK), "watch gone", "send gone", "all gone", "watch ahead", "watch behind",
    "found inside", "database gone",
)  # fmt: skip

# An alert that nobody is called for: what the guard inside looks for, and falls silent over.
UNCALLED = """
INSERT INTO alerting_alert (id, organisation_id, client_id, dispenser_id, cause, reason, priority, state, opened_at,
    accepted_by, accepted_role, handled_by, handled_as, subject, closed_as, closed_cause, own_code)
SELECT gen_random_uuid(), organisation_id, client_id, id, 'proof', '', 1, 'open', now() - interval '5 min',
    '', '', '', '', '', '', '', ''
FROM dispensing_dispenser LIMIT 1
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cases",
        nargs="+",
        choices=CASES,
        metavar="CASE",
        default=None,
        help=f"of: {', '.join(CASES)} (default: all)",
    )
    parser.add_argument("--plant", choices=PLANTS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    cases = options.cases or CASES
    noticed: dict[str, float | None] = {}
    with set_scene() as scene:
        become(Role.WORKER)
        settle_devices(scene.home, scene.tenants, 1, clock.now())
        record = scene.home.path / "alarms.jsonl"
        record.touch()
        ports = Ports(web=free_port(), alarms=free_port(), heartbeat=free_port())
        os.environ["REIK_HEARTBEAT_URL"] = f"http://127.0.0.1:{ports.heartbeat}/"
        with (
            scene.processes({"alarms": lambda: alarms.serve(ports.alarms, record)}),
            _platform(scene, ports) as processes,
            _outside(ports, options.plant),
        ):
            Case("settled", scene, processes, record).settle()
            for name in sorted(cases, key=CASES.index):
                noticed[name] = Case(name, scene, processes, record).play()
                say(f"{name}: noticed after {noticed[name]} s")
                if noticed[name] is None:
                    break
    return fig.report(_figures(noticed), _claims(len(cases)))


def _figures(noticed: dict[str, float | None]) -> Figures:
    took = [each for each in noticed.values() if each is not None]
    return {
        "cases": len(noticed), "noticed": len(took),
        "noticed_max_s": max(took) if took and len(took) == len(noticed) else None, "noticed_s": dict(noticed),
    }  # fmt: skip


class Ports:
    """Where the platform, the alarms and the heartbeat go."""

    def __init__(self, *, web: int, alarms: int, heartbeat: int) -> None:
        self.web, self.alarms, self.heartbeat = web, alarms, heartbeat


@contextmanager
def _platform(scene: Scene, ports: Ports) -> Iterator[Processes]:
    runs: dict[str, Callable[[], None]] = {
        **ALL, "web": lambda: web.run("127.0.0.1", ports.web),
        "ahead": lambda: _shifted(SHIFT), "behind": lambda: _shifted(-SHIFT),
    }  # fmt: skip
    processes = scene.processes(runs)
    with _only(processes, (*ALL, "web")):
        yield processes


@contextmanager
def _only(processes: Processes, names: tuple[str, ...]) -> Iterator[None]:
    try:
        for each in names:
            processes.start(each)
        yield
    finally:
        processes.__exit__()


def _shifted(by: timedelta) -> None:
    """`watch` on a machine whose clock is wrong."""
    right = clock.now

    def wrong() -> datetime:
        return right() + by

    clock.now = wrong
    REAL["watch"]()


@contextmanager
def _outside(ports: Ports, plant: str | None) -> Iterator[None]:
    """The guard on another host: an empty folder, no database, the platform's address."""
    calls = free_port() if plant == "mute" else ports.alarms
    with tempfile.TemporaryDirectory(prefix="reik-outside-") as folder:
        environment = {
            "PATH": os.environ.get("PATH", ""), "REIK_HOME": folder,
            "REIK_OUTSIDE_1": f"webhook http://127.0.0.1:{calls}/alarm",
            "REIK_OUTSIDE_1_SECRET": new_webhook_secret(),
        }  # fmt: skip
        command = [
            str(Path(sys.executable).with_name("reik")), "guard", "--listen", str(ports.heartbeat), "--outside",
            f"http://127.0.0.1:{ports.web}/health/pulse",
        ]  # fmt: skip
        guard = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            yield
        finally:
            guard.terminate()
            guard.wait(10)


class Case:
    """One fault: made, noticed or not, and repaired."""

    def __init__(self, name: str, scene: Scene, processes: Processes, record: Path) -> None:
        self._name, self._scene, self._processes, self._record = name, scene, processes, record
        self._victim, _, self._how = name.partition(" ")

    def settle(self) -> None:
        """All is there, and nothing is told: what was slow to start is over."""
        quiet = time.monotonic() + 15
        until = time.monotonic() + SETTLED_S
        while time.monotonic() < min(quiet, until):
            if not self._is_well():
                quiet = time.monotonic() + 5
            time.sleep(0.5)

    def play(self) -> float | None:
        """Seconds from the fault to the alarm; None when none came in the time that is allowed."""
        before, began = len(self._lines()), time.time()
        self._break()
        wait_until(lambda: bool(self._alarm(before)), WITHIN_S + SLACK_S, every_s=0.2)
        at = self._alarm(before)
        self._repair()
        if at and self._name != "database gone":
            wait_until(self._is_well, WELL_AGAIN_S, every_s=0.5)
            time.sleep(6)  # one look more: nothing is told of what was just over
        return round(at - began, 1) if at else None

    def _break(self) -> None:
        processes = self._processes
        match self._how:
            case "stuck":
                processes.signal(self._victim, signal.SIGSTOP)
            case "gone" if self._victim == "all":
                for each in (*ALL, "web"):
                    processes.kill(each)
            case "gone" if self._victim == "database":
                for engine in self._scene.instance.engines:
                    if engine.name == "postgres":
                        os.kill(engine.process.pid, signal.SIGQUIT)
            case "gone":
                processes.kill(self._victim)
            case "ahead" | "behind":
                processes.kill("watch")
                processes.start(self._how)
            case _:
                with superuser(self._scene.home) as admin:
                    admin.execute(UNCALLED)

    def _repair(self) -> None:
        processes = self._processes
        match self._how:
            case "stuck":
                processes.signal(self._victim, signal.SIGCONT)
            case "gone" if self._victim == "all":
                for each in (*ALL, "web"):
                    processes.start(each)
            case "gone" if self._victim == "database":
                pass
            case "gone":
                processes.start(self._victim)
            case "ahead" | "behind":
                processes.kill(self._how)
                processes.start("watch")
            case _:
                with superuser(self._scene.home) as admin:
                    admin.execute("DELETE FROM alerting_alert WHERE cause = 'proof'")

    def _lines(self) -> list[tuple[float, str, list[str]]]:
        return [tuple(json.loads(each)) for each in self._record.read_text().splitlines()]

    def _alarm(self, before: int) -> float:
        """When the first alarm behind so many lines came; 0 when none did."""
        return next((at for at, kind, _ in self._lines()[before:] if kind == "platform.alarm"), 0.0)

    def _is_well(self) -> bool:
        lines = self._lines()
        return not lines or lines[-1][1] == "platform.well"


def _claims(cases: int) -> list[Claim]:
    return [
        Claim("every case was played", lambda f: number(f, "cases") == cases),
        Claim("every case was noticed", lambda f: number(f, "noticed") == cases),
        Claim(f"noticed within {WITHIN_S:.0f} s", lambda f: number(f, "noticed_max_s") <= WITHIN_S),
    ]
