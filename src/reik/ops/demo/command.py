"""`reik demo`: Reik with a made-up neighbourhood and its simulated dispensers, on this machine only.

Nothing of Django is imported before the installation's folder is there, because its settings come from there.
"""

from __future__ import annotations

import argparse
import importlib
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reik.kernel import clock
from reik.kernel.home import Home
from reik.ops import up
from reik.ops.demo import CENTRE_PORT, MAIL_PORT
from reik.ops.engines.process import Lock

if TYPE_CHECKING:
    from reik.ops.demo.neighbourhood import Persona
    from reik.ops.instance import Instance

PACE, FASTEST = 60.0, 600.0
DAYS = 60
MARK = "demo"
"""A file in the folder of a demo: only what has it is ever removed by `--fresh`."""


class DemoRefused(Exception):
    """The demo cannot be started like this; the message says what to change."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fresh", action="store_true", help="begin anew: the demo's data are removed first")
    parser.add_argument(
        "--speed", type=_pace, default=PACE, metavar="N",
        help="hurries windows and devices (default 60: 45 minutes last 45 seconds); 1 is real time",
    )  # fmt: skip
    parser.add_argument(
        "--share",
        action="store_true",
        help="let other machines on this network look too (they need no password)",
    )
    parser.add_argument("--port", type=int, help="port for the screens (default 8000, or the next free one)")
    parser.add_argument(
        "--days", type=int, default=DAYS, help=f"how many days of history are made (default {DAYS})"
    )
    parser.add_argument("--ready", type=Path, metavar="FILE", help="write this JSON when it answers")


def _pace(text: str) -> float:
    pace = float(text)
    if not 1 <= pace <= FASTEST:
        raise argparse.ArgumentTypeError(f"a speed is 1 to {FASTEST:g}")
    return pace


def command(options: argparse.Namespace) -> int:
    """Runs until a stop signal (0) or until something keeps failing (1). Raises DemoRefused and what `up` raises."""
    home = Home.from_environment()
    if options.fresh:
        _remove(home)
    _mark(home)
    if options.share:
        os.environ.setdefault("REIK_HOSTS", "*")  # whatever name this machine has for the others
    asked = argparse.Namespace(
        host="0.0.0.0" if options.share else "127.0.0.1",  # noqa: S104 - asked for
        port=options.port, ephemeral=False, ready=options.ready, kind="demo",
    )  # fmt: skip
    return up.command(asked, Neighbourhood(home, options.speed, options.days, shared=options.share))


def _remove(home: Home) -> None:
    """Nothing is left of this demo. Raises DemoRefused for what is none, EngineError while it runs."""
    if not home.path.exists() or not any(home.path.iterdir()):
        return
    if not (home.path / MARK).exists():
        raise DemoRefused(f"{home.path} is no demo, so nothing there is removed: choose another REIK_HOME.")
    if os.environ.get("REIK_DATABASE_URL"):
        raise DemoRefused("REIK_DATABASE_URL names a database of your own: empty it yourself, or unset it.")
    if (home.path / "nats").is_dir():
        lock = Lock(home.path / "nats" / "nats.lock")
        lock.take()
        lock.free()
    up.remove(home)


def _mark(home: Home) -> None:
    """Mark a new folder. Raises DemoRefused for one that is something else already."""
    if (home.path / MARK).exists():
        return
    if home.path.exists() and any(home.path.iterdir()):
        raise DemoRefused(
            f"{home.path} is in use and no demo: choose another REIK_HOME, such as REIK_HOME=.reik-demo."
        )
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home.path / MARK).write_text("Made-up people only. `reik demo --fresh` removes this folder.\n")


class Neighbourhood:
    """What a demo adds to `reik up`: the people and their past, their dispensers, and an outside world."""

    def __init__(self, home: Home, pace: float, days: int, *, shared: bool = False) -> None:
        self._home, self._pace, self._days, self._shared = home, pace, days, shared
        self._lines: list[str] = []

    def add(self, instance: Instance) -> Mapping[str, Callable[[], None]]:
        """See up.Addition."""
        from reik.ops.demo import sink

        webhook, mail = sink.listen(CENTRE_PORT), sink.listen(MAIL_PORT)
        runtime = instance.runtime
        self._furnish(webhook.getsockname()[1], mail.getsockname()[1], runtime.web)
        if self._shared:
            self._lines.insert(0, f"Op dit netwerk: http://{_own_address()}:{urlsplit(runtime.web).port}")
        log = self._home.path / "log" / "received.log"
        return {
            "world": partial(sink.run, webhook, mail, log),
            "dispensers": partial(
                simulate, self._home.path / "dispensers", runtime.mqtt, runtime.web, self._pace
            ),
        }

    def _furnish(self, centre: int, mail: int, site: str) -> None:
        """People, past and pace, in a database that has them or not; leaves no connection."""
        from django.db import connections

        from reik.dispensing.plans.keeping import renew_all
        from reik.kernel.database import Role, become
        from reik.kernel.operations import set_pace
        from reik.ops.database import as_owner

        changed: list[bool] = []
        as_owner(lambda: changed.append(set_pace(self._pace)))
        become(Role.WORKER)
        now = clock.now()
        neighbourhood = importlib.import_module("reik.ops.demo.neighbourhood")
        go_on = neighbourhood.furnish(self._home, now, pace=self._pace, say=_say, days=self._days)
        neighbourhood.readdress(centre=centre, mail=mail, site=site, now=clock.now())
        go_on()
        if changed[0]:
            renew_all(clock.now())
        self._lines = _people(neighbourhood.personas())
        connections.close_all()

    def lines(self) -> Sequence[str]:
        """See up.Addition."""
        return self._lines


def simulate(folder: Path, mqtt: str, web: str, speed: float) -> None:
    """The process's entry: becomes the simulator, which knows Reik by MQTT and HTTP only."""
    command = [sys.executable, "-m", "reik_simulator", "--folder", str(folder), "--speed", f"{speed:g}"]
    os.execv(command[0], [*command, *(["--mqtt", mqtt] if mqtt else []), "--https", web])  # noqa: S606


def _own_address() -> str:
    """How this machine is called on its network; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
        except OSError:
            return socket.gethostname()
        return str(line.getsockname()[0])


def _say(line: str) -> None:
    print(line, flush=True)


def _people(personas: Sequence[Persona]) -> list[str]:
    """Who can be logged in as, and what she does there."""
    if not personas:
        return []
    widest = max(len(each.name) for each in personas)
    rows = [f"  {each.name:<{widest}}  {each.about_nl} ({each.organisation})" for each in personas]
    return ["U kunt inloggen als:", *rows]
