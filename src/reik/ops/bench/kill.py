"""`reik prove kill`: `kill -9` of receive, watch and send at random instants, while doses fall due all the time.

No alert may be lost and none may be opened or sent under two keys; the same message may arrive again with the
same key. Nobody who took her sachet out in time may be called missed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from datetime import timedelta

from reik.kernel import clock
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.aftermath import Aftermath, claims, look_back
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, say
from reik.ops.bench.load import closing_shot, keep_at_it, press_shot
from reik.ops.bench.plants import KINDS, plant
from reik.ops.bench.processes import Processes
from reik.ops.bench.scene import Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices

VICTIMS = ("receive", "watch", "send")
MOMENTS_PER_S = 25
ROUND_S = (0.05, 0.85)  # between two kills, drawn anew each time
# A message that was on its way when `send` was killed waits for the end of its lease.
LATEST_S = 45


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=at_least_one, default=1000)
    parser.add_argument(
        "--others", type=int, default=1_000_000, help="other open moments (default 1,000,000)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    random.seed(options.seed)
    figures: Figures = {"rounds": 0, "seed": options.seed, "others": options.others}
    with set_scene() as scene:
        seconds = options.rounds * sum(ROUND_S) / 2 + 4
        devices = settle_devices(scene.home, scene.tenants, int(seconds * MOMENTS_PER_S), clock.now())
        crowd(scene.home, len(devices), options.others, clock.now())
        plant(options.plant, scene.home, late_s=LATEST_S + 3)
        deadlines = Deadlines(
            first=clock.now() + timedelta(seconds=5), wave=10**9, step_ms=1000 // MOMENTS_PER_S
        )
        plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=1, now=clock.now())
        missed = set(random.sample(devices, len(devices) // 2))
        say(f"{len(devices)} moments in {seconds:.0f} s, half of them missed; {options.rounds} kills ...")
        with scene.processes() as processes, _households(scene, devices, missed, deadlines) as load:
            figures |= _kill(processes, options.rounds)
            wait_until(lambda: bool(load.ended()), seconds + 60)
            wait_until(lambda: waiting(scene) == 0, LATEST_S + 5)
            time.sleep(3)
            figures["processes_ended"] = len(processes.ended())
        pressed = [each for each in devices if each not in missed]
        after: Aftermath = look_back(scene, missed=list(missed), pressed=pressed)
        figures |= after.figures()
        figures["rounds_wanted"] = options.rounds
    return fig.report(figures, _claims())


def _households(scene: Scene, devices: list[Device], missed: set[Device], deadlines: Deadlines) -> Processes:
    shots = []
    for place, device in enumerate(devices):
        deadline = deadlines.of(device)
        if device in missed:
            shots.append(closing_shot(device, place, deadline))
        else:
            at = deadline - timedelta(milliseconds=random.randrange(10, 3000))
            shots.append(press_shot(device, at, at.timestamp() + random.uniform(0, 0.3)))
    shots.sort(key=lambda shot: shot.at)
    return scene.processes({"households": lambda: keep_at_it(scene.home, shots)})


def _kill(processes: Processes, rounds: int) -> Figures:
    killed: Counter[str] = Counter()
    started = time.monotonic()
    for _ in range(rounds):
        time.sleep(random.uniform(*ROUND_S))
        victim = random.choice(VICTIMS)
        processes.kill(victim)
        processes.start(victim)
        killed[victim] += 1
    return {
        "rounds": sum(killed.values()),
        "killed": dict(killed),
        "seconds": round(time.monotonic() - started, 1),
    }


def waiting(scene: Scene) -> int:
    """Moments whose time has come without an outcome, and messages that are not gone yet."""
    return reading.count(
        scene.home,
        "SELECT (SELECT count(*) FROM dispensing_moment WHERE outcome IS NULL AND deadline_at < now())"
        " + (SELECT count(*) FROM kernel_outboxmessage WHERE state = 0)",
    )


def _claims() -> list[Claim]:
    return [
        *claims(latest_s=LATEST_S),
        Claim("nobody was called about a sachet that was out", lambda f: number(f, "unknown_alerts") == 0),
        Claim("every round was played", lambda f: number(f, "rounds") == number(f, "rounds_wanted")),
        Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
    ]
