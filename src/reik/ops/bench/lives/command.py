"""The command: many lives on all cores, every path of small routes, and a part of it in the database."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random

from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, number, say
from reik.ops.bench.lives import every_path, stored
from reik.ops.bench.lives.cases import draw
from reik.ops.bench.lives.play import Player
from reik.ops.bench.lives.reference import differences
from reik.ops.bench.lives.wall import ms

PLANTS = ("lose", "late", "double", "hold")
AT_ONCE = 1000
FOUND = ("without_human", "late_steps", "without_next_step", "over_bound", "differing")

Share = tuple[int, int, int, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--alerts",
        type=fig.at_least_one,
        default=1_000_000,
        help="lives that are played (default: 1,000,000)",
    )
    parser.add_argument(
        "--depth", type=fig.at_least_one, default=6, help="events of each path that is walked (default: 6)"
    )
    parser.add_argument(
        "--stored",
        type=int,
        default=2000,
        help="lives that the database lives too; 0 for none (default: 2000)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the random lives (default: 1)")
    parser.add_argument("--plant", choices=PLANTS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    plant = options.plant or ""
    began = time.monotonic()
    figures: Figures = {"alerts": options.alerts}
    say(f"{options.alerts} alerts are lived through ...")
    figures |= _play(options.alerts, options.seed, plant)
    say(f"every path of {options.depth} events is walked ...")
    walked = every_path.check(options.depth, plant)
    figures |= {
        "depth": options.depth, "states": walked.states, "paths": walked.paths, "unheard": walked.unheard,
        "paths_over_bound": walked.over_bound,
    }  # fmt: skip
    if walked.first:
        say(walked.first)
    if options.stored > 0:
        say(f"{options.stored} alerts are lived through in the database ...")
        figures |= stored.compare(options.stored, options.seed)
    figures |= {"seed": options.seed, "seconds": round(time.monotonic() - began, 1)}
    return fig.report(figures, _claims(options))


def _play(alerts: int, seed: int, plant: str) -> Figures:
    shares = [(seed, first, min(first + AT_ONCE, alerts), plant) for first in range(0, alerts, AT_ONCE)]
    found: Counter[str] = Counter()
    with multiprocessing.get_context("fork").Pool(os.cpu_count() or 1) as pool:
        for done, (share, words) in enumerate(pool.imap_unordered(_share, shares), start=1):
            found += share
            for each in words if found["said"] < 5 else ():
                found["said"] += 1
                say(each)
            if done * 10 % len(shares) < 10 and len(shares) >= 10:
                say(f"{done * AT_ONCE} lived through")
    totals = {each: found[each] for each in (*FOUND, "calls", "events")}
    return {**totals, "ended_by_person": found["person"], "ended_by_device": found["device"]}


def _share(share: Share) -> tuple[Counter[str], list[str]]:
    """These lives, one by one; each has its own seed, so that it can be looked at alone."""
    seed, first, end, plant = share
    found: Counter[str] = Counter()
    words = []
    for each in range(first, end):
        random = Random(f"{seed} {each}")
        life = Player(draw(random), random, plant).play()
        calls = [(ms(call.at), call.position, call.destination_id) for call in life.alert.calls]
        wrong = list(islice(differences(life.case, life.told, calls), 1))
        words += [f"life {each}: {one}" for one in wrong]
        words += [f"life {each}: {kind}" for kind in +life.wrong]
        found += life.wrong + Counter(differing=len(wrong), calls=len(calls), events=len(life.told))
        found["device" if life.alert.closed_as == "out_after_all" else "person"] += bool(life.alert.closed_as)
    return found, words[:5]


def _claims(options: argparse.Namespace) -> list[Claim]:
    return list(_all_claims(options))


def _all_claims(options: argparse.Namespace) -> Iterator[Claim]:
    for key in (*FOUND, "unheard", "paths_over_bound"):
        yield Claim(f"{key} is 0", lambda f, key=key: number(f, key) == 0)  # type: ignore[misc]
    yield Claim(
        "every life was ended by a person or by the device",
        lambda f: number(f, "ended_by_person") + number(f, "ended_by_device") == options.alerts,
    )
    yield Claim("paths were walked", lambda f: number(f, "states") > 100)
    if options.stored > 0:
        yield Claim("the database agrees", lambda f: number(f, "stored_differing") == 0)
        yield Claim("the database lived them", lambda f: number(f, "stored") == options.stored)
