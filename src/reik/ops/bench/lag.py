"""`reik prove lag`: Reik's own lag is nobody's missed dose (architecture, rule 4).

Across a deadline at which all but a few clients pressed in time, first `receive` and then the broker stands
still (SIGSTOP) for so many seconds. Who pressed may never be called missed; who did not must still be heard of.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import timedelta

from reik.kernel import clock
from reik.ops.bench import figures as fig
from reik.ops.bench.aftermath import claims, look_back
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, say
from reik.ops.bench.kill import waiting
from reik.ops.bench.load import Shot, closing_shot, keep_at_it, press_shot
from reik.ops.bench.plants import KINDS, plant
from reik.ops.bench.processes import Processes
from reik.ops.bench.scene import Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices

CLIENTS = 2000
MISSED = 100
STOPS_BEFORE_S = 3
ALERT_WITHIN_S = 12  # once it goes on
PATIENCE_S = 60  # after which a moment is unknown, whoever is behind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seconds", type=at_least_one, default=10, help="how long after the deadline it stands still"
    )
    parser.add_argument(
        "--others", type=int, default=1_000_000, help="other open moments (default 1,000,000)"
    )
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    random.seed(1)
    figures: Figures = {"seconds": options.seconds, "others": options.others, "moments": 0}
    worst: dict[str, float] = {}
    for victim in ("receive", "broker"):
        say(f"{victim} stands still across a deadline ...")
        for key, value in _prove(victim, options).items():
            figures[f"{victim}_{key}"] = value
            if isinstance(value, int | float):
                worst[key] = (
                    max(worst.get(key, 0), value) if key.endswith("_s") else worst.get(key, 0) + value
                )
    figures |= {key: worst.get(key, float("inf")) for key in ("false_missed", "lost", "duplicate_alerts")}
    figures |= {key: worst.get(key, float("inf")) for key in ("bad_signatures", "last_s", "processes_ended")}
    figures["moments"] = 2 * CLIENTS
    figures["late_alert_s"] = figures["last_s"]
    return fig.report(figures, _claims(options.seconds))


def _prove(victim: str, options: argparse.Namespace) -> Figures:
    with set_scene() as scene:
        devices = settle_devices(scene.home, scene.tenants, CLIENTS, clock.now())
        crowd(scene.home, CLIENTS, options.others, clock.now())
        plant(options.plant, scene.home, late_s=options.seconds + ALERT_WITHIN_S + 3)
        deadlines = Deadlines(first=clock.now() + timedelta(seconds=STOPS_BEFORE_S + 4))
        plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=1, now=clock.now())
        missed = devices[:MISSED]
        shots = _shots(devices, deadlines)
        with scene.processes() as processes:
            stop = _stopper(scene, processes, victim)
            with scene.processes({"households": lambda: keep_at_it(scene.home, shots)}) as load:
                first = deadlines.first.timestamp()
                wait_until(lambda: time.time() >= first - STOPS_BEFORE_S, 30, every_s=0.02)
                stop(signal.SIGSTOP)
                wait_until(lambda: time.time() >= first + options.seconds, options.seconds + 30, every_s=0.02)
                stop(signal.SIGCONT)
                wait_until(lambda: bool(load.ended()), 60)
                wait_until(lambda: waiting(scene) == 0, PATIENCE_S + 15)
                time.sleep(2)
            ended = len(processes.ended())
        after = look_back(scene, missed=missed, pressed=devices[MISSED:])
        return after.figures() | {"processes_ended": ended}


def _shots(devices: list[Device], deadlines: Deadlines) -> list[Shot]:
    shots = [closing_shot(each, place, deadlines.of(each)) for place, each in enumerate(devices[:MISSED])]
    for each in devices[MISSED:]:
        at = deadlines.of(each) - timedelta(milliseconds=random.randrange(50, STOPS_BEFORE_S * 1000 - 500))
        shots.append(press_shot(each, at, at.timestamp()))
    return sorted(shots, key=lambda shot: shot.at)


def _stopper(scene: Scene, processes: Processes, victim: str) -> Callable[[signal.Signals], None]:
    if victim == "receive":
        return lambda number: processes.signal("receive", number)
    broker = next(each for each in scene.instance.engines if each.name == "nats")
    return lambda number: os.kill(broker.process.pid, number)


def _claims(seconds: int) -> list[Claim]:
    return [
        *claims(latest_s=min(seconds, PATIENCE_S) + ALERT_WITHIN_S),
        Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
    ]
