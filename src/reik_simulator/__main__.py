"""`python -m reik_simulator --enrolments FILE`: a fleet of simulated dispensers with their households."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from reik_dispenser.runtime.enrolment import EnrolmentUnfit
from reik_simulator.faults import ROUGH
from reik_simulator.fleet import Fleet, run_until_stopped
from reik_simulator.household import PROFILES
from reik_simulator.network import FRAIL


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted; 2 when the enrolments cannot be used."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO if asked.verbose else logging.WARNING, format="%(message)s")
    try:
        fleet = Fleet(
            read_enrolments(asked.enrolments.read_text()), wall=_wall, profiles=asked.profile or (), speed=asked.speed,
            seed=asked.seed, rates=ROUGH if asked.rough else None, network=FRAIL if asked.frail else None,
            folder=asked.disks,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        said = error if isinstance(error, EnrolmentUnfit) else f"{asked.enrolments}: {error}"
        sys.stderr.write(f"{said}\n")
        return 2
    with suppress(KeyboardInterrupt):
        asyncio.run(run_until_stopped(fleet, asked.seconds))
    return 0


def read_enrolments(text: str) -> list[dict[str, object]]:
    """One document, an array of them, or one on each line. ValueError for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(each, dict) for each in listed):
        raise ValueError("no enrolment documents")
    return listed


def _wall() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reik_simulator", description=__doc__)
    parser.add_argument(
        "--enrolments", type=Path, required=True, help="enrolment documents: JSON, or one on each line"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="hurries motors, repairs and heartbeats; no clock"
    )
    parser.add_argument(
        "--profile", action="append", choices=sorted(PROFILES), help="of households; may be repeated"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed lives the same life")
    parser.add_argument("--rough", action="store_true", help="jams, pulled plugs, open lids")
    parser.add_argument("--frail", action="store_true", help="a network that breaks and loses")
    parser.add_argument(
        "--disks", type=Path, help="folder in which the devices keep their disks (default: none)"
    )
    parser.add_argument("--seconds", type=float, help="stop after so many seconds")
    parser.add_argument("--verbose", action="store_true", help="say what the links do")
    return parser


if __name__ == "__main__":
    sys.exit(main())
