"""`reik bench tours`: Reik's tours against VROOM in one piece, PyVRP and OR-Tools, on the same days in the same run.

Days are made up over the open data's places and read from published home-care instances, reduced to single visits. The
peers get the same matrix and at least as many seconds as Reik takes, on one core as Reik (VROOM on all). Needs
`requirements/bench.txt`.

`gap_to_best_pct`: the most that Reik's travel lies above the least travel of a peer that leaves no more visits over
than Reik; below zero Reik drives less. A plan that leaves visits over drives less for it, so it is no measure:
`gap_to_any_pct` shows that too. `unassigned_more`: the visits that Reik leaves over beyond the best peer, of all days
together, where it does. `lost`: the days on which a peer leaves fewer over, or drives more than the goal less.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, say
from reik.ops.bench.tours.days import Race, races
from reik.ops.bench.tours.peers import PEERS
from reik.value.tours.plans import Plan, travel_seconds, wrong
from reik.value.tours.problem import TourRefused
from reik.value.tours.solving import EFFORTS, solve

GOAL_GAP_PCT = 3.0
GOAL_SECONDS = 7.0  # of the largest day: a what-if plans two at once, and they are to be there within 8 s
Row = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--geo", type=Path, default=Path("../shared/data/geo"), help="the folder of the open data"
    )
    parser.add_argument(
        "--each", type=at_least_one, default=2, help="days of each kind of place and family (2)"
    )
    parser.add_argument("--quick", action="store_true", help="one day of each, and the peers get 4 seconds")
    parser.add_argument(
        "--days", metavar="PART", default="", help="only days with this in their name or family"
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="what each peer gets for a day (8)")
    parser.add_argument(
        "--effort", choices=tuple(EFFORTS), default="normal", help="Reik's own, as `reik whatif` has it"
    )
    parser.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> int:
    if options.quick:
        options.each, options.seconds = 1, min(options.seconds, 4.0)
    asked = races(options.geo, options.each, options.seed)
    rows = [_raced(each, options) for each in asked if options.days in f"{each.family} {each.day.name}"]
    if not rows:
        raise TourRefused(f"No day has {options.days} in its name: leave --days out to see them all.")
    return fig.report(_figures(rows, options), _claims())


def _raced(race: Race, options: argparse.Namespace) -> Row:
    began, worked = time.perf_counter(), time.process_time()
    own = solve(race.day, race.travels, EFFORTS[options.effort], options.seed)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    row: Row = {
        "day": race.day.name, "family": race.family, "visits": len(race.day.visits), "nurses": len(race.day.nurses),
        "seconds": round(seconds, 2), "cpu_s": round(cpu, 2), "reik": _measured(race, own),
    }  # fmt: skip
    for name, peer in PEERS.items():
        row[name] = _measured(race, peer(race, max(options.seconds, seconds), options.seed))
    row |= _compared(row)
    say(f"{row}")
    return row


def _measured(race: Race, plan: Plan) -> Row:
    """Every solver's plan is looked at and counted by the same lines; one that breaks a rule does not count."""
    return {
        "unassigned": len(plan.unassigned),
        "travel_hours": round(
            sum(travel_seconds(race.day, race.travels, tour) for tour in plan.tours) / 3600, 3
        ),
        "broken": len(wrong(race.day, race.travels, plan)),
    }


def _compared(row: Row) -> Row:
    own = row["reik"]
    peers = [row[name] for name in PEERS if not row[name]["broken"]]
    as_many = [peer["travel_hours"] for peer in peers if peer["unassigned"] <= own["unassigned"]]
    least = min((peer["travel_hours"] for peer in peers), default=0)
    return {
        "gap_pct": _above(own["travel_hours"], min(as_many)) if as_many else None,
        "gap_any_pct": _above(own["travel_hours"], least),
        "more": max(0, own["unassigned"] - min((peer["unassigned"] for peer in peers), default=0)),
    }


def _above(own: float, other: float) -> float:
    return round((own / other - 1) * 100, 2) if other else 0.0


def _figures(rows: list[Row], options: argparse.Namespace) -> Figures:
    gaps = [row["gap_pct"] for row in rows if row["gap_pct"] is not None]
    return {
        "instances": len(rows),
        "gap_to_best_pct": max(gaps, default=0.0),
        "unassigned_more": sum(row["more"] for row in rows),
        "seconds": max(row["seconds"] for row in rows),
        "gap_mean_pct": round(sum(gaps) / len(gaps), 2) if gaps else 0.0,
        "gap_to_any_pct": max(row["gap_any_pct"] for row in rows),
        "fewest_left_alone": sum(row["gap_pct"] is None for row in rows),
        "broken": sum(row[name]["broken"] for row in rows for name in ("reik", *PEERS)),
        "families": sorted({row["family"] for row in rows}),
        "lost": [
            {"day": row["day"], "gap_pct": row["gap_pct"], "more": row["more"]}
            for row in rows
            if row["more"] or (row["gap_pct"] or 0) > GOAL_GAP_PCT
        ],
        "cpu_s": max(row["cpu_s"] for row in rows),
        "peer_seconds": options.seconds, "effort": options.effort, "seed": options.seed, "days": rows,
    }  # fmt: skip


def _claims() -> list[Claim]:
    return [
        Claim(
            f"travel at most {GOAL_GAP_PCT:g} % above the best",
            lambda f: number(f, "gap_to_best_pct") <= GOAL_GAP_PCT,
        ),
        Claim("no more visits left over than the best", lambda f: number(f, "unassigned_more") == 0),
        Claim(f"a day planned within {GOAL_SECONDS:g} s", lambda f: number(f, "seconds") <= GOAL_SECONDS),
        Claim("no plan breaks a rule of its day", lambda f: number(f, "broken") == 0),
    ]
