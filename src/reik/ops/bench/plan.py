"""`reik bench plan`: how long planning takes: one client for a year, and many clients for a month on all cores.

A client has eight agreements: clock times, parts of the day, a taper, a cycle, weekdays, every eight hours, as needed
and a stop. Pure computing: no database, no messages. Each client's plan is made twice, in two windows, and has to be
the same moments.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from typing import Any

from reik.interop.fhir.mapping import agreements
from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.plan import Plan, to_json
from reik.medication.agreed.planning import plan
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.pharmacy import NICTIZ, letter

GOAL_YEAR_MS = 50
GOAL_MONTHS_S = 60.0
GOAL_MONTHS = 10_000
FIRST = date(2026, 1, 1)
YEAR, MONTH = 365, 30
YEARS = 60  # clients of which the year is measured
_REPEATS: tuple[dict[str, Any], ...] = (
    {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["MORN", "AFT", "EVE"]},
    {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "dayOfWeek": ["mon", "wed", "fri"]},
    {"frequency": 1, "period": 8, "periodUnit": "h"},
    {"frequency": 1, "period": 1, "periodUnit": "wk", "timeOfDay": ["20:00:00"], "dayOfWeek": ["sun"]},
    {"frequency": 2, "period": 1, "periodUnit": "d"},
)  # fmt: skip
_EXACT = {"url": "http://hl7.org/fhir/StructureDefinition/timing-exact", "valueBoolean": True}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clients", type=at_least_one, default=GOAL_MONTHS, help="client-months (default 10,000)"
    )
    parser.add_argument(
        "--cores", type=at_least_one, default=os.cpu_count() or 1, help="processes (default all)"
    )


def run(options: argparse.Namespace) -> int:
    say(f"one client-year, {YEARS} clients ...")
    years = [_year_ms(each) for each in range(YEARS)]
    say(f"{options.clients} client-months on {options.cores} cores ...")
    share = [range(start, options.clients, options.cores) for start in range(options.cores)]
    began = time.perf_counter()
    with ProcessPoolExecutor(options.cores) as pool:
        moments = sum(pool.map(_months, share))
    seconds = time.perf_counter() - began
    figures: Figures = {
        "client_year_ms_p50": percentile(years, 0.5), "client_year_ms_p99": percentile(years, 0.99),
        "clients": options.clients, "client_months_per_s": round(options.clients / seconds, 1),
        "seconds": round(seconds, 2), "seconds_for_10000": round(seconds / options.clients * GOAL_MONTHS, 2),
        "moments": moments, "agreements_each": len(client(0)), "cores": options.cores,
        "windows_differ": sum(_differs(each) for each in range(YEARS)),
    }  # fmt: skip
    return fig.report(figures, _claims())


def client(place: int) -> list[Agreement]:
    """The agreements of one made-up client, as the pharmacy's messages give them."""
    first = FIRST - timedelta(days=place % 40)
    bundle = letter(f"{place}", "999900006", first, kind=place)
    entries = bundle["entry"]
    usual = entries[0]["resource"]
    for number_, repeat in enumerate(_REPEATS):
        entries.append({"resource": _agreement(usual, f"TA-{place}-r{number_}", repeat)})
    needed = _agreement(usual, f"TA-{place}-n", {"frequency": 1, "period": 1, "periodUnit": "d"})
    needed["dosageInstruction"][0]["asNeededBoolean"] = True
    entries.append({"resource": needed})
    return list(agreements(bundle))


def _agreement(usual: dict[str, Any], name: str, repeat: dict[str, Any]) -> dict[str, Any]:
    dosage = {**usual["dosageInstruction"][1], "sequence": 1, "timing": {"repeat": dict(repeat)}}
    if repeat["periodUnit"] == "h":
        dosage["timing"]["repeat"]["extension"] = [_EXACT]
    treatment = {
        "url": NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
        "valueIdentifier": {"system": "urn:oid:1.2.3", "value": name},
    }
    own = [each for each in usual["extension"] if each["url"] != treatment["url"]]
    identifier = [{"system": "urn:oid:1.2.3.4", "value": name}]
    return {
        **usual,
        "identifier": identifier,
        "extension": [treatment, *own],
        "dosageInstruction": [dosage],
    }


def _year_ms(place: int) -> float:
    """The fastest of three: what planning takes, not what else the machine was doing."""
    given = client(place)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        plan(given, FIRST, YEAR)
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


def _months(places: Sequence[int]) -> int:
    """Plan each client's month; gives the number of moments."""
    known = [client(each) for each in range(40)]
    return sum(len(plan(known[each % len(known)], FIRST, MONTH).moments) for each in places)


def _differs(place: int) -> bool:
    """Whether the month's moments, planned in two windows, are others than planned at once."""
    given = client(place)
    cut = 1 + place % (MONTH - 1)
    parts = plan(given, FIRST, cut), plan(given, FIRST + timedelta(days=cut), MONTH - cut)
    return _moments(plan(given, FIRST, MONTH)) != [each for part in parts for each in _moments(part)]


def _moments(made: Plan) -> list[Any]:
    return list(to_json(made)["moments"])


def _claims() -> list[Claim]:
    return [
        Claim(
            f"a client-year in under {GOAL_YEAR_MS} ms (p99)",
            lambda f: number(f, "client_year_ms_p99") < GOAL_YEAR_MS,
        ),
        Claim(
            f"{GOAL_MONTHS} client-months in under {GOAL_MONTHS_S:.0f} s",
            lambda f: number(f, "seconds_for_10000") < GOAL_MONTHS_S,
        ),
        Claim("there are moments", lambda f: number(f, "moments") > number(f, "clients")),
        Claim("no plan depends on its window", lambda f: number(f, "windows_differ") == 0),
    ]
