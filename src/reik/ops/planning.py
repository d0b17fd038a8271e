"""`reik planning FILE`: how a planning export will be understood, and with `--organisation` its visits taken in.

Without a mapping one is guessed from the header; without an organisation nothing is written and no database is asked.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from reik.kernel import clock, queries
from reik.kernel.database import Role, become
from reik.kernel.shares import Share
from reik.value.planning.mapping import MappingRefused, PlanningMap, as_json, from_json
from reik.value.planning.planned import planned_of
from reik.value.planning.reading import Reading, first_rows, preview, read_places, read_planning
from reik.value.planning.refusals import REASONS, RowRefused
from reik.value.planning.sheets import Lot, Sheet, SheetRefused, open_sheet
from reik.value.tours.plan_csv import written

WORK_OFF = "--work-off"
SHOWN = 20


class PlanningNotTaken(Exception):
    """This cannot be taken in; the message says what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="CSV, XLSX or iCalendar of planned visits")
    parser.add_argument("--mapping", help="a JSON file, or the name of a mapping that the organisation keeps")
    parser.add_argument("--places", type=Path, help="CSV of your own: postcode;[number;]latitude;longitude")
    parser.add_argument("--organisation", help="name or id; its visits are written and taken")
    parser.add_argument(
        "--named", action="store_true", help="keep keys as they are, and find clients in Reik"
    )
    parser.add_argument(
        "--only-good", action="store_true", help="take the good rows though others are refused"
    )
    parser.add_argument(
        "--look", action="store_true", help="only show the first visits as they will be understood"
    )
    parser.add_argument(
        "--plan", type=Path, metavar="PLAN.csv", help="write the good rows as a planning for `reik whatif`"
    )
    parser.add_argument("--by", help="who does this (default: your user name)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(WORK_OFF, action="store_true", help=argparse.SUPPRESS)


def command(options: argparse.Namespace) -> int:
    """0: read, and taken where an organisation was named; 2: refused rows without --only-good, nothing counts."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if options.work_off:
        return _work_off()
    if options.file is None:
        raise PlanningNotTaken("Name the file: reik planning FILE.")
    began = time.perf_counter()
    organisation_id = _organisation(options.organisation) if options.organisation else None
    sheet = open_sheet(options.file)
    lot = first_rows(sheet)
    mapping = _mapping(options.mapping, organisation_id, sheet, lot)
    looks = options.look
    found = _looked(sheet, lot, mapping) if looks else _taken(options, organisation_id, sheet, mapping)
    found["seconds"] = round(time.perf_counter() - began, 2)
    print(json.dumps(found, ensure_ascii=False, default=str) if options.json else "\n".join(_lines(found)))
    return 2 if found.get("refused") and organisation_id and not options.only_good and not options.look else 0


def _work_off() -> int:
    from reik.value.planning.operations import work_off

    become(Role.WORKER)
    work_off(clock.now)
    return 0


def _organisation(named: str) -> UUID:
    become(Role.WORKER)
    found = queries.organisations_named(named)
    if len(found) != 1:
        many = "More than one" if found else "No"
        raise PlanningNotTaken(f"{many} organisation is called {named!r}: give its name as it is, or its id.")
    return found[0]


def _mapping(said: str | None, organisation_id: UUID | None, sheet: Sheet, lot: Lot) -> PlanningMap:
    from reik.value.planning.guessing import guess

    if said is None:
        return guess(sheet.header, lot[1])[0]
    if Path(said).suffix.lower() == ".json":
        try:
            return from_json(json.loads(Path(said).read_text(encoding="utf-8-sig")))
        except OSError as failure:
            raise PlanningNotTaken(f"{said} cannot be read: {failure.strerror}.") from failure
        except json.JSONDecodeError as failure:
            raise MappingRefused("form", f"{said} is no JSON ({failure}).") from failure
    if organisation_id is not None:
        from reik.value.planning.queries import mappings_of

        kept = mappings_of(organisation_id)
        if said in kept:
            return kept[said]
    raise PlanningNotTaken(
        f"No mapping is called {said!r}: name a .json file, or one that the organisation keeps."
    )


def _looked(sheet: Sheet, lot: Lot, mapping: PlanningMap) -> dict[str, Any]:
    visits, refused = preview(sheet, lot, mapping)
    return {
        "understood": sheet.said, "mapping": as_json(mapping), "visits": visits,
        "refused": len(refused), "refused_rows": [_row(each) for each in refused[:SHOWN]],
    }  # fmt: skip


def _taken(
    options: argparse.Namespace, organisation_id: UUID | None, sheet: Sheet, mapping: PlanningMap
) -> dict[str, Any]:
    places = read_places(options.places) if options.places else None
    if organisation_id is not None:
        from reik.value.planning.whole import refuse_known

        refuse_known(organisation_id, options.file)
    reading = read_planning(sheet, mapping, places)
    found = {**reading.counted, "understood": sheet.said, "mapping": as_json(mapping), "taken": False}
    found["refused_rows"] = [_row(each) for each in reading.refused[:SHOWN]]
    if options.plan is not None:
        found["planned"] = _write_plan(options.plan, reading)
    if organisation_id is None or (reading.refused and not options.only_good):
        return found
    if not reading.visits.height:
        raise SheetRefused("nothing", "No row of this file is a visit: look with --look, and give a mapping.")
    from reik.value.planning.whole import take_whole

    by = options.by or getpass.getuser()
    found["matched"] = take_whole(
        organisation_id, options.file, reading, mapping, anonymous=not options.named, by=by, now=clock.now()
    )
    return found | {"taken": True}


def _write_plan(path: Path, reading: Reading) -> int:
    """How many visits were written: those with a place, of at most twelve hours, as a what-if on screen takes them."""
    planned = planned_of(reading)
    try:
        path.write_text(written(planned), encoding="utf-8")
    except OSError as failure:
        raise PlanningNotTaken(f"{path} cannot be written: {failure.strerror}.") from failure
    return len(planned)


def _row(each: RowRefused) -> dict[str, Any]:
    return {"line": each.line, "reason": each.reason, "why": REASONS[each.reason], "value": each.value}


def _lines(found: dict[str, Any]) -> list[str]:
    if isinstance(found["visits"], list):
        lines = [f"columns: {found['mapping']['columns']}, days as {found['mapping']['date_format']}"]
        lines += [
            f"line {each['line']}: {each['start']:%Y-%m-%d %H:%M}, {each['minutes']:g} min, {each['kind']}, "
            f"{'heavy, ' if each['heavy'] else ''}client {each['client']}, {each['activity']}"
            for each in found["visits"]
        ]
    else:
        lines = [
            f"{found['visits']} visits of {found['clients']} clients on {found['days']} days: {found['unique']} unique "
            f"medication visits, {found['combined']} combined, {found['peak']} in the morning peak.",
            f"{found['care_hours']} h care, {found['travel_hours']} h travel (legs: {found['legs_planned']} planned, "
            f"{found['legs_estimated']} estimated, {found['legs_unknown']} unknown).",
            *_heavy_line(found["heavy"]),
        ]
    lines += [f"line {each['line']}: {each['why']} ({each['value']})" for each in found["refused_rows"]]
    if "planned" in found:
        lines.append(f"{found['planned']} visits written as a planning for `reik whatif`.")
    return [*lines, f"{found['refused']} rows refused; {found['seconds']} s."]


def _heavy_line(of: dict[str, int] | None) -> list[str]:
    """Nothing where the mapping judges nothing heavy: then it is not known."""
    if of is None:
        return []
    share = Share(of["heavy"], of["known"]).pct
    said = "too few to say" if share is None else f"{share:g} %"
    unknown = f"; unknown of {of['unknown']}" if of["unknown"] else ""
    return [
        f"Heavy care in {of['heavy']} of {of['known']} visits ({said}), on {of['routes']} routes{unknown}."
    ]
