"""`python -m reik_simulator`: a fleet of simulated dispensers with their households, until interrupted.

`--enrolments FILE` takes them from one file; `--folder DIR` from a neighbourhood, of which each sub-folder is a device.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from reik_dispenser.runtime.enrolment import EnrolmentUnfit, address
from reik_simulator import control
from reik_simulator.faults import ROUGH
from reik_simulator.fleet import Fleet, run_until_stopped
from reik_simulator.folder import Neighbourhood
from reik_simulator.network import FRAIL
from reik_simulator.profiles import PROFILES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until interrupted; 2 when the enrolments cannot be used."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO if asked.verbose else logging.WARNING, format="%(message)s")
    try:
        fleet = _fleet(asked)
    except (OSError, ValueError) as error:
        said = error if isinstance(error, EnrolmentUnfit) else f"{asked.enrolments or asked.folder}: {error}"
        sys.stderr.write(f"{said}\n")
        return 2
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(fleet, asked.folder, asked.seconds))
    return 0


def _fleet(asked: argparse.Namespace) -> Fleet:
    common = {
        "wall": _wall, "speed": asked.speed, "rates": ROUGH if asked.rough else None,
        "network": FRAIL if asked.frail else None,
    }  # fmt: skip
    if asked.folder:
        there = Neighbourhood(
            asked.folder, asked.mqtt and address(asked.mqtt), asked.https and address(asked.https)
        )
        asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Fleet(arrivals=there.arrivals, **common)
    enrolments = read_enrolments(asked.enrolments.read_text())
    if asked.mqtt:
        enrolments = [{**each, "mqtt": asked.mqtt} for each in enrolments]
    return Fleet(enrolments, profiles=asked.profile or (), seed=asked.seed, folder=asked.disks, **common)


async def _run(fleet: Fleet, folder: Path | None, seconds: float | None) -> None:
    running = asyncio.current_task()
    assert running is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    if folder is None:
        await run_until_stopped(fleet, seconds)
        return
    async with control.opened(fleet.homes, folder):
        await run_until_stopped(fleet, seconds)


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
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--enrolments", type=Path, help="enrolment documents: JSON, or one on each line")
    where.add_argument(
        "--folder", type=Path, help="a neighbourhood: a folder with a sub-folder for each device"
    )
    parser.add_argument("--mqtt", metavar="HOST:PORT", help="where Reik is, instead of what enrolments say")
    parser.add_argument("--https", metavar="URL", help="where its HTTPS door is, likewise")
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
