"""`reik plan FILE`: the planned moments of one MP9 file. Needs no database."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reik.interop.fhir.mapping import agreements
from reik.interop.fhir.reading import LARGEST, Unreadable, read
from reik.kernel import clock
from reik.medication.agreed.calendar import FIRST, LAST, ZONE
from reik.medication.agreed.planning import plan, to_json

UNREADABLE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a FHIR R4 bundle or resource, XML or JSON")
    parser.add_argument(
        "--from", dest="since", type=_day, metavar="YYYY-MM-DD", help="first day (default: today)"
    )
    parser.add_argument("--days", type=_days, default=30, metavar="N", help="how many days (default: 30)")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def command(options: argparse.Namespace) -> int:
    """A1: 0 with the plan on stdout; 2 with one line on stderr and nothing on stdout."""
    since = options.since or clock.now().astimezone(ZONE).date()
    try:
        if since + timedelta(days=options.days) >= LAST.date():
            raise Unreadable("This is further than can be planned.", f"--days {options.days}")
        made = to_json(plan(agreements(read(_bytes(options.file))), since, options.days))
    except (Unreadable, OverflowError) as error:
        print(f"reik plan: {options.file}: {error}", file=sys.stderr)
        return UNREADABLE
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(json.dumps(made, ensure_ascii=False, indent=1) if options.json else _listed(made))
    return 0


def _bytes(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"This cannot be opened: {error.strerror}.", name) from None


def _day(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is no day: write YYYY-MM-DD") from None
    if not FIRST.date() < day < LAST.date():
        raise argparse.ArgumentTypeError(f"{written} is too far away")
    return day


def _days(written: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 6:
        raise argparse.ArgumentTypeError("give a number of days")
    return int(written)


def _listed(made: dict[str, Any]) -> str:
    """The plan for a person to read, in the words of the pharmacy."""
    lines = [f"Plan {made['from']} tot {made['until']} ({made['zone']})", ""]
    for moment in made["moments"]:
        exact = " exact" if moment["exact"] else ""
        lines.append(f"{moment['at'][:10]} {moment['at'][11:16]}  {moment['slot']}{exact}")
        lines += [f"    {_dose(item)} {_product(item)}" for item in moment["items"]]
    lines += _section("Zo nodig (as needed)", [_need(each) for each in made["as_needed"]])
    refused = [f"{each['agreement']}: {each['reason']}{_text(each)}" for each in made["unplannable"]]
    lines += _section("Niet te plannen (unplannable)", refused)
    stops = [
        f"{each['agreement']}: {each['kind']} {each['at']} ({each['block']})" for each in made["stopped"]
    ]
    lines += _section("Gestopt (stopped)", stops)
    return "\n".join(lines)


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"    {line}" for line in lines)] if lines else []


def _dose(item: dict[str, Any]) -> str:
    return "volgens voorschrift" if item["dose"] is None else f"{item['dose']} {item['unit'] or ''}".strip()


def _product(item: dict[str, Any]) -> str:
    roll = " [rol]" if item.get("packable") else ""
    return f"{item['product']['display'] or item['product']['code'] or '?'}{roll}"


def _need(each: dict[str, Any]) -> str:
    low, high = each["dose_low"], each["dose_high"]
    dose = low if low == high else f"{low} - {high}"
    limit = each["max_dose"]
    most = (
        f", max {limit['value']} {limit['unit'] or ''} / {limit['per']} {limit['per_unit']}" if limit else ""
    )
    return f"{dose or '?'} {each['unit'] or ''} {_product(each)}: {', '.join(each['criteria'])}{most}"


def _text(each: dict[str, Any]) -> str:
    return f" ({each['text']})" if each["text"] else ""
