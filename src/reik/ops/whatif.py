"""`reik whatif PLAN.csv`: the tours of a planning without and with dispensers (N10). Needs no database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reik.value.tours import factors, matrices, matrix_file, osrm, plan_csv
from reik.value.tours.dispensers import SOURCES, Terms, candidates, group
from reik.value.tours.factors import Factors
from reik.value.tours.matrices import Travels
from reik.value.tours.planned import LEVELS, Planned, Reading, days
from reik.value.tours.plans import Plan, begins, travel_seconds
from reik.value.tours.problem import MINUTE, Day, Place, TourRefused
from reik.value.tours.solving import EFFORTS
from reik.value.tours.whatif import Outcome, driven_now, whatif

UNREADABLE = 2
LINES_SHOWN = 50
_DEFAULT = Terms()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "file",
        type=Path,
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
    add("--seed", type=int, default=0)
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
    add("--effort", choices=tuple(EFFORTS), default="normal", help="how long to look for shorter tours")
    add("--workers", type=int, help="processes (default: all cores)")


def command(options: argparse.Namespace) -> int:
    """0 with the figures on stdout; 2 when lines cannot be read, each with its line and reason on stderr."""
    began = time.perf_counter()
    planned, unread = plan_csv.visits(options.file)
    for each in unread[:LINES_SHOWN]:
        print(f"{options.file.name}, line {each.line}: {each.reason}", file=sys.stderr)
    if unread and not options.skip_unreadable:
        print(
            f"{len(unread)} lines cannot be read: correct them, or give --skip-unreadable.", file=sys.stderr
        )
        return UNREADABLE
    planned = [each for each in planned if options.team in (None, each.team)]
    if not planned:
        raise TourRefused("There is no visit to plan: look at the file, and at --team.")
    made = days(planned, _reading(options), plan_csv.shifts(options.nurses) if options.nurses else ())
    travels = [_travels(day, options) for day in made]
    outcome = whatif(
        made, travels, _chosen(planned, made, options), _terms(options), seed=options.seed, effort=options.effort,
        workers=options.workers, scheduler=os.environ.get("REIK_DASK_SCHEDULER", ""),
    )  # fmt: skip
    _print(outcome, travels, planned, options, len(unread), time.perf_counter() - began)
    return 0


def _reading(options: argparse.Namespace) -> Reading:
    if options.around < 0:
        raise TourRefused("--around is a number of minutes from 0.")
    return Reading(options.level, options.around * MINUTE, Reading().slack, options.mode, options.depot)


def _terms(options: argparse.Namespace) -> Terms:
    return Terms(
        centre=not options.no_centre, works=options.works, by_centre=options.by_centre,
        roll_days=options.roll_days, loosened=options.loosened * MINUTE,
    )  # fmt: skip


def _travels(day: Day, options: argparse.Namespace) -> Travels:
    if options.matrix:
        own = matrix_file.read(options.matrix).travel(day.places)
        return dict.fromkeys(day.modes, own)
    if options.osrm:
        return {mode: osrm.travel(options.osrm, mode, day.places) for mode in day.modes}
    return matrices.for_day(day, _factors(options.factors))


def _factors(path: Path | None) -> dict[str, Factors]:
    if path is None:
        return dict(factors.PUBLISHED)
    try:
        return factors.read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        if isinstance(error, TourRefused):
            raise
        raise TourRefused(f"{path} cannot be read as JSON: {error}.") from None


def _chosen(planned: list[Planned], made: list[Day], options: argparse.Namespace) -> set[str]:
    """The group: the file's clients, else those the planning marks, else all with a visit for medication alone."""
    able = {client for day in made for client in candidates(day.visits)}
    known = {each.client for each in planned}
    if options.group:
        try:
            named = {line.strip() for line in options.group.read_text(encoding="utf-8-sig").splitlines()} - {
                ""
            }
        except (OSError, UnicodeDecodeError) as error:
            raise TourRefused(f"{options.group} cannot be read: {error}.") from None
        if named - known:
            raise TourRefused(
                f"{sorted(named - known)[0]} of --group is not in the planning: correct the list."
            )
        return group(named, options.share, options.seed)
    looked_at = {each.client for each in planned if each.candidate is not None}
    if looked_at:
        able &= {each.client for each in planned if each.candidate} - {
            each.client for each in planned if each.candidate is False
        }
    return group(able, options.share, options.seed)


def _depot(written: str) -> Place:
    try:
        latitude, longitude = map(float, written.split(","))
        return Place("depot", latitude, longitude)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is no place: write 52.01,6.13") from None


def _print(
    outcome: Outcome, travels: list[Travels], planned: list[Planned], options: argparse.Namespace, skipped: int,
    seconds: float,
) -> None:  # fmt: skip
    figures = _figures(outcome, planned, seconds)
    if options.plans:
        options.plans.write_text(json.dumps(_plans(outcome, travels), ensure_ascii=False), encoding="utf-8")
    details = _details(outcome, travels, planned, options, skipped)
    if options.json:
        print(json.dumps({**figures, "details": details} if options.details else figures, ensure_ascii=False))
        return
    print("\n".join(_listed(figures, details)))


def _figures(outcome: Outcome, planned: list[Planned], seconds: float) -> dict[str, Any]:
    """The figures under the names that are fixed for `--json`. Care and travel apart (R65)."""
    found: dict[str, Any] = {
        "clients": len({(each.organisation, each.client) for each in planned}),
        "nurses": len({nurse.key.rpartition(" (")[0] for day in outcome.days for nurse in day.nurses}),
    }
    for name in ("visits", "care_hours", "travel_hours", "unassigned"):
        for when, of in (("before", outcome.before), ("after", outcome.after)):
            value = getattr(of, name)
            found[f"{name}_{when}"] = round(value, 2) if isinstance(value, float) else value
    return {**found, "seconds": round(seconds, 2)}


def _details(
    outcome: Outcome,
    travels: list[Travels],
    planned: list[Planned],
    options: argparse.Namespace,
    skipped: int,
) -> dict[str, Any]:
    going = {str(each.line): each.nurse for each in planned}
    now = [driven_now(day, travel, going) for day, travel in zip(outcome.days, travels, strict=True)]
    sums = {
        name: sum(getattr(each, name) for each in outcome.changed)
        for name in ("lapsed", "alerts", "loading_visits", "loading_beside", "loosened")
    }
    return {
        "before": {**asdict(outcome.before), "peak_per_nurse": outcome.before.peak_per_nurse},
        "after": {**asdict(outcome.after), "peak_per_nurse": outcome.after.peak_per_nurse},
        **sums,
        "days": len(outcome.days), "lines_skipped": skipped, "seed": options.seed, "effort": options.effort,
        "travel_hours_between_clients_as_planned": None if None in now else round(sum(filter(None, now)), 2),
        "terms": asdict(_terms(options)), "sources": {key: asdict(each) for key, each in SOURCES.items()},
        "travel_from": str(options.matrix or options.osrm or options.factors or "published factors"),
    }  # fmt: skip


def _plans(outcome: Outcome, travels: list[Travels]) -> list[dict[str, Any]]:
    rows = zip(outcome.days, outcome.changed, outcome.plans_before, outcome.plans_after, travels, strict=True)
    return [
        {"day": day.name, "before": _plan(day, before, travel), "after": _plan(changed.day, after, travel)}
        for day, changed, before, after, travel in rows
    ]


def _plan(day: Day, plan: Plan, travel: Travels) -> dict[str, Any]:
    tours = [
        {
            "nurse": day.nurses[tour.nurse].key,
            "travel_minutes": round(travel_seconds(day, travel, tour) / MINUTE, 1),
            "visits": [
                {"visit": day.visits[each].key, "client": day.visits[each].client, "kind": day.visits[each].kind,
                 "begins": f"{start // 3600:02}:{start // 60 % 60:02}"}
                for each, start in zip(tour.visits, begins(day, travel, tour), strict=True)
            ],
        }
        for tour in plan.tours
    ]  # fmt: skip
    return {"tours": tours, "unassigned": [day.visits[each].key for each in plan.unassigned]}


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
