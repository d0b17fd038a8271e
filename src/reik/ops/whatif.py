"""`reik whatif PLAN.csv`: the tours of a planning without and with dispensers (N10). Needs no database."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from reik.value.tours import as_data, factors, matrices, matrix_file, osrm, plan_csv
from reik.value.tours.asked import Answer, Asked, Means, answer
from reik.value.tours.dispensers import Terms
from reik.value.tours.factors import Factors
from reik.value.tours.matrices import Travels
from reik.value.tours.planned import LEVELS, Reading
from reik.value.tours.problem import MINUTE, Day, Place, TourRefused
from reik.value.tours.solving import EFFORTS

WORK_OFF = "--work-off"
STEPS_BACK = 10
UNREADABLE = 2
LINES_SHOWN = 50
_DEFAULT = Terms()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "file",
        type=Path,
        nargs="?",
        metavar="PLAN.csv",
        help="visits: docs/reference/planning-csv.md says which columns",
    )
    add("--json", action="store_true", help="print one JSON object")
    add(
        "--details",
        action="store_true",
        help="with --json: sums and terms beside the figures, under `details`",
    )
    add("--plans", type=Path, metavar="FILE", help="write both plans of each day as JSON")
    add("--skip-unreadable", action="store_true", help="go on without the lines that cannot be read")
    add(
        "--group",
        type=Path,
        metavar="FILE",
        help="clients who get a dispenser, one a line (default: all who could)",
    )
    add("--share", type=float, default=1.0, help="0 to 1: the share of them who get one, drawn by the seed")
    add("--no-centre", action="store_true", help="without a monitoring centre: each alert is a visit")
    add(
        "--works",
        type=float,
        default=_DEFAULT.works,
        help="share of moments that need nobody (default %(default)s)",
    )
    add(
        "--by-centre",
        type=float,
        default=_DEFAULT.by_centre,
        help="share of alerts the centre closes (%(default)s)",
    )
    add(
        "--roll-days",
        type=int,
        default=_DEFAULT.roll_days,
        help="days between changes of the roll (%(default)s)",
    )
    add("--loosened", type=int, default=_DEFAULT.loosened // MINUTE, metavar="MIN",
        help="how far a visit may move once its medication is gone (%(default)s minutes)")  # fmt: skip
    add(
        "--loading",
        choices=("team", "others"),
        default="team",
        help="who changes the rolls: this team (default), or others, outside these tours",
    )
    add("--seed", type=int, default=0)
    add(WORK_OFF, action="store_true", help=argparse.SUPPRESS)
    _add_planning(parser)


def _add_planning(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    usual = Reading()
    add(
        "--level",
        choices=LEVELS,
        default=usual.level,
        help="who shares visits: a team, organisation or the region",
    )
    add("--team", help="this team only")
    add("--first", type=date.fromisoformat, metavar="DAY", help="this day and later only, such as 2026-10-05")
    add("--last", type=date.fromisoformat, metavar="DAY", help="this day and earlier only")
    add(
        "--nurses",
        type=Path,
        metavar="FILE",
        help="list of shifts (default: as they follow from the planning)",
    )
    add(
        "--depot",
        type=_depot,
        metavar="LAT,LON",
        help="where tours begin and end (default: with the clients)",
    )
    add("--mode", default=usual.mode, help="bike or car (default %(default)s)")
    add("--around", type=int, default=usual.around // MINUTE, metavar="MIN",
        help="how far a visit may move now, where the planning gives no window (%(default)s minutes)")  # fmt: skip
    add("--matrix", type=Path, metavar="FILE", help="your own travel times: from,to,minutes,km")
    add("--osrm", metavar="URL", help="travel times of an OSRM server; it gets the coordinates of homes")
    add("--factors", type=Path, metavar="FILE", help="your own detour and speed factors (JSON)")
    add("--stop-seconds", type=float, default=0.0, metavar="S",
        help="added to each trip: parking, locking, walking (nothing is published for it)")  # fmt: skip
    add("--effort", choices=tuple(EFFORTS), default="normal", help="how long to look for shorter tours")
    add("--workers", type=int, help="processes (default: all cores)")


def command(options: argparse.Namespace) -> int:
    """0 with the figures on stdout; 2 when lines cannot be read, each with its line and reason on stderr."""
    if options.work_off:
        return _work_off()
    if options.file is None:
        raise TourRefused("Name the planning: reik whatif PLAN.csv.")
    began = time.perf_counter()
    planned, unread = plan_csv.visits(options.file)
    for each in unread[:LINES_SHOWN]:
        print(f"{options.file.name}, line {each.line}: {each.reason}", file=sys.stderr)
    if unread and not options.skip_unreadable:
        print(
            f"{len(unread)} lines cannot be read: correct them, or give --skip-unreadable.", file=sys.stderr
        )
        return UNREADABLE
    first, last = options.first or date.min, options.last or date.max
    planned = [each for each in planned if options.team in (None, each.team) and first <= each.day <= last]
    asked = _asked(options)
    found = answer(planned, asked, _means(options))
    _print(found, asked, options, len(unread), time.perf_counter() - began)
    return 0


def _work_off() -> int:
    """What was asked on a screen, by a process of its own: it takes cores, so it steps back for everything else."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reik.config.settings")
    importlib.import_module("django").setup()
    from reik.kernel import clock
    from reik.kernel.database import Role, become
    from reik.value.tours.keeping import work_off

    os.nice(STEPS_BACK)
    become(Role.WORKER)
    work_off(clock.now, workers=max(1, (os.cpu_count() or 1) - 1))
    return 0


def _asked(options: argparse.Namespace) -> Asked:
    if options.around < 0:
        raise TourRefused("--around is a number of minutes from 0.")
    return Asked(
        clients=_named(options.group) if options.group else None, share=options.share, effort=options.effort,
        seed=options.seed,
        terms=Terms(
            centre=not options.no_centre, works=options.works, by_centre=options.by_centre,
            roll_days=options.roll_days, loosened=options.loosened * MINUTE, loads=options.loading == "team",
        ),
        reading=Reading(
            options.level, options.around * MINUTE, Reading().slack, options.mode, options.depot
        ),
    )  # fmt: skip


def _named(path: Path) -> set[str]:
    try:
        return {line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()} - {""}
    except (OSError, UnicodeDecodeError) as error:
        raise TourRefused(f"{path} cannot be read: {error}.") from None


def _means(options: argparse.Namespace) -> Means:
    return Means(
        travel=_travel(options), shifts=plan_csv.shifts(options.nurses) if options.nurses else (),
        workers=options.workers, scheduler=os.environ.get("REIK_DASK_SCHEDULER", ""),
    )  # fmt: skip


def _travel(options: argparse.Namespace) -> Callable[[Day], Travels]:
    if options.matrix:
        return matrix_file.read(options.matrix).for_day
    if options.osrm:
        return lambda day: {mode: osrm.travel(options.osrm, mode, day.places) for mode in day.modes}
    chosen = factors.with_stops(_factors(options.factors), options.stop_seconds)
    return lambda day: matrices.for_day(day, chosen)


def _factors(path: Path | None) -> dict[str, Factors]:
    if path is None:
        return dict(factors.PUBLISHED)
    try:
        return factors.read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        if isinstance(error, TourRefused):
            raise
        raise TourRefused(f"{path} cannot be read as JSON: {error}.") from None


def _depot(written: str) -> Place:
    try:
        latitude, longitude = map(float, written.split(","))
        return Place("depot", latitude, longitude)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is no place: write 52.01,6.13") from None


def _print(found: Answer, asked: Asked, options: argparse.Namespace, skipped: int, seconds: float) -> None:
    figures = as_data.figures(found, seconds)
    if options.plans:
        options.plans.write_text(json.dumps(as_data.plans(found), ensure_ascii=False), encoding="utf-8")
    travel_from = str(options.matrix or options.osrm or options.factors or "published factors")
    details = as_data.details(found, asked, skipped=skipped, travel_from=travel_from)
    if options.json:
        print(json.dumps({**figures, "details": details} if options.details else figures, ensure_ascii=False))
        return
    print("\n".join(_listed(figures, details)))


def _listed(figures: dict[str, Any], details: dict[str, Any]) -> list[str]:
    """The figures for a person to read."""
    lines = [f"{figures['clients']} cliënten (clients), {figures['nurses']} medewerkers (nurses)", ""]
    lines.append(f"{'':34}{'nu (before)':>14}{'met (after)':>14}")
    for title, name in (
        ("bezoeken (visits)", "visits"), ("zorguren (care hours)", "care_hours"),
        ("reisuren (travel hours)", "travel_hours"), ("niet in te plannen (unassigned)", "unassigned"),
        ("kilometers", "km"), ("bezoeken 7-11 uur per medewerker", "peak_per_nurse"),
    ):  # fmt: skip
        cells = (details[when][name] for when in ("before", "after"))
        lines.append(
            f"{title:34}" + "".join(f"{'?' if each is None else f'{each:.4g}':>14}" for each in cells)
        )
    if details["heavy"]:
        cells = (details["heavy"][when]["share_of_visits_pct"] for when in ("before", "after"))
        lines.append(
            f"{'zware zorg, % van bezoeken (heavy)':34}"
            + "".join(f"{'?' if each is None else f'{each:.4g}':>14}" for each in cells)
        )
    lines += [
        "",
        f"vervallen (lapsed) {details['lapsed']}, meldbezoeken (alert visits) {details['alerts']}, "
        f"rolwissels (rolls changed) {details['loading_visits']} + {details['loading_beside']} tijdens een bezoek",
    ]
    if figures["unassigned_before"] != figures["unassigned_after"]:
        lines.append(
            "De reisuren zijn niet zonder meer te vergelijken: de plannen laten niet evenveel bezoeken over. "
            "(The plans do not leave as many visits over: do not compare the travel hours alone.)"
        )
    return lines
