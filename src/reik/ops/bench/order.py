"""`reik prove order`: every order of up to seven events gives the same end state (R33, device contract 7.5).

Each order is played by a device of its own, through the stream and the real `receive`; the stories differ in
what happened. The end states of all devices of one story must be equal to the last field.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, permutations

from reik.kernel import clock
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, number, say
from reik.ops.bench.load import Shot, event_shot, fire
from reik.ops.bench.plants import KINDS
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, plan_moments, settle_devices, superuser, tidy

MOMENT = "now-1"
PER_S = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a story: its seq, and when it happened, in seconds from the deadline."""

    seq: int
    type: str
    after_s: float
    data: dict[str, object]


def _sachet(seq: int, type: str, after_s: float, k: int) -> Told:
    return Told(
        seq, type, after_s, {"moment": MOMENT, "roll": "R1", "sachet": k, "k": k, "n": 2, "how": "in_time"}
    )


def _closed(seq: int, after_s: float, outcome: str) -> Told:
    return Told(seq, "moment_closed", after_s, {"moment": MOMENT, "outcome": outcome})


_BEGIN = [
    Told(1, "signal_started", -2700, {"moment": MOMENT, "attempt": 1}),
    _sachet(2, "sachet_presented", -100, 1),
    _sachet(3, "sachet_taken_out", -90, 1),
]
STORIES: dict[str, list[Told]] = {
    "in time": [
        *_BEGIN,
        _sachet(4, "sachet_presented", -60, 2),
        _sachet(5, "sachet_taken_out", -50, 2),
        _closed(6, -50, "complete"),
        Told(7, "button_pressed", -40, {"moment": None}),
    ],
    "partly, then late": [
        *_BEGIN,
        _closed(4, 0, "partial"),
        _sachet(5, "sachet_presented", 30, 2),
        _sachet(6, "sachet_taken_out", 40, 2),
        _closed(7, 40, "complete"),
    ],
    "not out, then one late": [
        Told(1, "signal_started", -2700, {"moment": MOMENT, "attempt": 1}),
        Told(2, "signal_started", -1800, {"moment": MOMENT, "attempt": 2}),
        _closed(3, 0, "not_taken_out"),
        Told(4, "button_pressed", 5, {"moment": MOMENT}),
        _sachet(5, "sachet_presented", 6, 1),
        _sachet(6, "sachet_taken_out", 9, 1),
        Told(7, "fault", 12, {"code": "jam", "moment": MOMENT}),
    ],
    "two bodies under one seq": [
        *_BEGIN,
        _sachet(4, "sachet_taken_out", -60, 2),
        _closed(4, 0, "partial"),
        _closed(5, 1, "complete"),
        Told(6, "help_pressed", 2, {"by": None}),
    ],
}
# Two bodies under one identity make the moment unknown; which of them was folded in before is no part of that.
CONTESTED = "two bodies under one seq"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, help="only so many orders of each story (default: all 5,040)")
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    orders = {name: list(islice(permutations(story), options.orders)) for name, story in STORIES.items()}
    cases = sum(len(each) for each in orders.values())
    figures: Figures = {"cases": cases, "stories": len(STORIES)}
    with set_scene() as scene:
        devices = settle_devices(scene.home, scene.tenants, cases, clock.now())
        deadlines = Deadlines(first=(clock.now() + timedelta(hours=1)).replace(microsecond=0), wave=1)
        plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=1, now=clock.now(), sachets=2)
        tidy(scene.home)
        cast = _cast(orders, devices)
        shots = list(_shots(cast, deadlines.first, options.plant))
        say(f"{len(shots)} events of {cases} devices, each in an order of its own ...")
        with scene.processes({"receive": REAL["receive"]}) as processes:
            with scene.processes({"load": lambda: fire(scene.home, shots, most_per_s=PER_S)}) as load:
                wait_until(lambda: bool(load.ended()), 600)
            wait_until(lambda: _held(scene) >= sum(len({e.seq for e in order}) for _, order, _ in cast), 30)
            figures["processes_ended"] = len(processes.ended())
        figures["events"] = len(shots)
        figures["disagreements"] = sum(_disagreements(scene, name, cast) for name in STORIES)
    return fig.report(
        figures,
        [
            Claim("every order leads to the same end state", lambda f: number(f, "disagreements") == 0),
            Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
        ],
    )


Cast = list[tuple[str, tuple[Told, ...], Device]]


def _cast(orders: dict[str, list[tuple[Told, ...]]], devices: Sequence[Device]) -> Cast:
    played = [(name, order) for name, each in orders.items() for order in each]
    return [(name, order, device) for (name, order), device in zip(played, devices, strict=True)]


def _shots(cast: Cast, deadline: datetime, planted: str | None) -> Iterator[Shot]:
    """Round by round, so that the events of one device come in different batches too."""
    for place in range(max(len(order) for _, order, _ in cast)):
        for index, (_, order, device) in enumerate(cast):
            told = order[place]
            at = deadline + timedelta(seconds=told.after_s)
            if index == 1 and told.type == "sachet_taken_out":
                if planted == "lose":
                    continue
                if planted == "late":
                    at += timedelta(hours=2)
                if planted == "double":
                    yield event_shot(device, at + timedelta(hours=1), told.type, told.data, told.seq, sent=0)
            yield event_shot(device, at, told.type, told.data, told.seq, sent=0)


def _held(scene: Scene) -> int:
    return reading.count(scene.home, "SELECT count(*) FROM dispensing_deviceevent")


STATE = """
SELECT d.device, m.outcome, m.ended_at, m.contested, d.epoch, d.upto, d.highest,
    (SELECT count(*) FROM dispensing_deviceevent AS e WHERE e.dispenser_id = d.id),
    (SELECT count(*) FROM dispensing_deviceconflict AS c WHERE c.dispenser_id = d.id),
    m.presented, m.out, m.last_out_at, m.closed_epoch, m.closed_seq, m.closed_as, m.closed_at
FROM dispensing_dispenser AS d JOIN dispensing_moment AS m ON m.dispenser_id = d.id AND m.key = 'now-1'
"""
_EVIDENCE_FROM = 9


def _disagreements(scene: Scene, story: str, cast: Cast) -> int:
    """How many devices of a story ended otherwise than most of them."""
    names = {device.name for name, _, device in cast if name == story}
    with superuser(scene.home) as admin:
        rows = [row for row in admin.execute(STATE).fetchall() if row[0] in names]
    end = _EVIDENCE_FROM if story == CONTESTED else None
    states = Counter(row[1:end] for row in rows)
    say(f"{story}: {len(names)} orders, {len(states)} end state(s)")
    for state, count in states.most_common(3) if len(states) > 1 else ():
        say(f"  {count} × {state}")
    return len(names) - states.most_common(1)[0][1]
