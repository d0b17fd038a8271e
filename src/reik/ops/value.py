"""`reik value`: the business case; `reproduce`: the figures it is held against; `export`: daily counts as files.

`declaration`: what may be declared of a month (R83).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from getpass import getuser
from pathlib import Path
from typing import Any
from uuid import UUID

from reik.kernel import clock, queries
from reik.kernel.database import Role, become
from reik.value.case.organisation import Asked, case_of, ranges_of
from reik.value.case.parameters import OWN, Range, check_range, parameters
from reik.value.case.setting import BY_HOUR, MODES
from reik.value.declaring.listing import as_json, declaration
from reik.value.declaring.months import Month, month_of
from reik.value.reproduce import reproduction
from reik.value.rollups.exporting import export

REPRODUCE, EXPORT, DECLARATION = "reproduce", "export", "declaration"


class ValueRefused(Exception):
    """This cannot be computed; the message says what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=(REPRODUCE, EXPORT, DECLARATION),
        help="the published figures beside the model, and --organisation beside them; its daily counts as files;"
        " or what it may declare of a month",
    )
    parser.add_argument("--organisation", help="name or id; its own assumptions and measurements come first")
    parser.add_argument("--to", type=Path, metavar="DIR", help="export: an empty or new folder")
    parser.add_argument(
        "--month", metavar="YYYY-MM", help="declaration: the month (default: the last one that is over)"
    )
    parser.add_argument("--json", action="store_true", help="the whole document")
    parser.add_argument("--dispensers", type=int, help="at full size (default: as many as are active now)")
    parser.add_argument(
        "--in-use", type=int, default=0, metavar="N", help="of these N were started before (0)"
    )
    parser.add_argument(
        "--per-month", type=float, metavar="N", help="added each month (default: all at once)"
    )
    parser.add_argument("--years", type=int, default=3, help="1 to 5 (3)")
    parser.add_argument("--centre", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--record-link", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--mode", choices=MODES, default=BY_HOUR, help="how care is paid where no terms say so"
    )
    parser.add_argument(
        "--assume", action="append", default=[], metavar="KEY=LOW:LIKELY:HIGH",
        help="an assumption for this once, or KEY=NUMBER; may be repeated",
    )  # fmt: skip
    parser.add_argument("--draws", type=int, default=2000, help="of the Monte Carlo band (2000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same document (1)")


def command(options: argparse.Namespace) -> int:
    """0: computed; 2: no such organisation, or a setting that cannot be."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if options.organisation:
        become(Role.WORKER)
    if options.what == REPRODUCE:
        own = ranges_of(_organisation(options.organisation), clock.now()) if options.organisation else None
        found = reproduction(own)
        print(_json(found) if options.json else "\n".join(_figure(each) for each in found))
        return 0
    if not options.organisation:
        raise ValueRefused("Name the organisation: reik value --organisation NAME, or reik value reproduce.")
    organisation_id = _organisation(options.organisation)
    if options.what == EXPORT:
        return _export(organisation_id, options)
    if options.what == DECLARATION:
        return _declaration(organisation_id, options)
    document = {
        "organisation": options.organisation,
        **case_of(organisation_id, _asked(options), clock.now()),
    }
    print(_json(document) if options.json else "\n".join(_lines(document)))
    return 0


def _export(organisation_id: UUID, options: argparse.Namespace) -> int:
    if options.to is None:
        raise ValueRefused("Say where the files go: reik value export --organisation NAME --to DIR.")
    done = export(organisation_id, options.to, by=getuser(), now=clock.now())
    told = ", ".join(f"{n} rows of {kind}" for kind, n in done.rows.items())
    print(
        _json(asdict(done)) if options.json else f"{told} in {options.to}. Read beside it: definitions.json."
    )
    return 0


def _declaration(organisation_id: UUID, options: argparse.Namespace) -> int:
    """Clients by their id: names stay on the screen. Reik declares nothing itself."""
    now = clock.now()
    month = month_of(options.month) if options.month else Month(now.date().replace(day=1)).before
    found = {"organisation": options.organisation, **as_json(declaration(organisation_id, month, now))}
    if options.json:
        print(_json(found))
        return 0
    for each in found["insurers"]:
        print(
            f"{each['insurer'] or 'not known who pays'}: {each['euros']} euro, {each['unpriced']} without an amount"
        )
        for line in each["lines"]:
            why = f" ({', '.join(line['reasons'])})" if line["reasons"] else ""
            print(f"  {line['client']}  {line['days']:>2} days  {line['state']}{why}")
    days = ", ".join(f"{n} days {state}" for state, n in found["days"].items())
    runs = (
        f" The month runs: counted up to and including {found['through']}."
        if found["runs"] and found["through"]
        else ""
    )
    print(f"{month}: {days}.{runs} Reik declares nothing itself.")
    return 0


def _asked(options: argparse.Namespace) -> Asked:
    if options.draws < 1 or options.seed < 0:
        raise ValueRefused("Draws are 1 or more, the seed is 0 or more.")
    return Asked(
        dispensers=options.dispensers, in_use=options.in_use, per_month=options.per_month, years=options.years,
        centre=options.centre, record_link=options.record_link, mode=options.mode, draws=options.draws,
        seed=options.seed, assumed=dict(_assumed(each) for each in options.assume),
    )  # fmt: skip


def _assumed(written: str) -> tuple[str, Range]:
    key, _is, numbers = written.partition("=")
    try:
        given = [float(each) for each in numbers.split(":")]
        low, likely, high = given * 3 if len(given) == 1 else given
    except ValueError:
        raise ValueRefused(
            f"{written!r} is no assumption: write KEY=LOW:LIKELY:HIGH, or KEY=NUMBER."
        ) from None
    check_range(key, low, likely, high)
    today = clock.now().date().isoformat()
    return key, Range(low=low, likely=likely, high=high, origin=OWN, source="command line", date=today)


def _organisation(named: str) -> UUID:
    found = queries.organisations_named(named)
    if len(found) != 1:
        many = "More than one" if found else "No"
        raise ValueRefused(f"{many} organisation is called {named!r}: give its name as it is, or its id.")
    return found[0]


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _figure(each: dict[str, Any]) -> str:
    model = "not computed" if each["model"] is None else f"{each['model']} ({each['difference']})"
    more = "more than " if each["more_than"] else ""
    model += f", own {each['own']}" if each.get("own") is not None else ""
    return (
        f"{each['title']['en']}\n  published {more}{each['published']} {each['unit']}, model {model}\n"
        f"  {each['why']['en']}\n  {each['source']['title']} ({each['source']['date']})\n"
    )


def _lines(document: dict[str, Any]) -> list[str]:
    """The main lines for a person; everything else is in the document."""
    counted = document["denominators"]
    lines = [", ".join(f"{each['n']} {key}" for key, each in counted.items()), ""]
    if document["hours"] is None:
        return [*lines, *_to_fill_in(document)]
    hours = document["hours"]["per_client_month"]
    for key in ("gross", "net_care", "net_travel", "net"):
        lines.append(f"{key:<14} {_band(hours[key])} h per client-month")
    years = document["setting"]["years"]
    for key, each in document["money"]["sides"].items():
        lines.append(
            f"{key:<14} {_band(each['in_all'])}{_unless_missing(each['in_all'], f' € in {years} years')}"
        )
    change = document["turnover"]["change"]
    lines.append(f"{'turnover':<14} {_band(change)}{_unless_missing(change, f' € in {years} years')}")
    lines.append(f"{'break-even':<14} {_break_even(document['break_even'])}")
    return [*lines, "", *_to_fill_in(document)]


def _band(amount: dict[str, Any]) -> str:
    if amount["likely"] is None:
        return f"not known: {len(amount['missing'])} of the assumptions below are to be filled in"
    return f"{amount['likely']:,} ({amount['p10']:,} to {amount['p90']:,})"


def _unless_missing(amount: dict[str, Any], unit: str) -> str:
    return "" if amount["likely"] is None else unit


def _break_even(found: dict[str, Any]) -> str:
    if found["missing"]:
        return f"not known: {len(found['missing'])} of the assumptions below are to be filled in"
    month = "not within these years" if found["month"] is None else f"in month {found['month']}"
    fewest = "at no number" if found["dispensers"] is None else f"from {found['dispensers']} dispensers"
    return f"{month}; {fewest}; {found['chance_pct']} % of the draws"


def _to_fill_in(document: dict[str, Any]) -> list[str]:
    known = parameters()
    return [f"Fill in: {known[key].en} ({known[key].unit}), {key}" for key in document["fill_in"]]
