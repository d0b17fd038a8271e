"""`reik bench inspection`: what an inspector asks of every client: page, paper and file, for one organisation.

Every client has a dispenser in use with what the path asks before it: a signed form, an agreement, teach-back with her
carer, house access, evaluations, and at some a promise, a complaint or nothing at all. The page is asked of Reik's own
web process, as `reik_web`, by who is logged in: row-level security, the access log and the words are in the times.

Beside it the same clients by other people's libraries, where they are installed (`requirements/bench.txt`), in this
process: `django-tables2` draws a page of a hundred with the rows of each subject (prefetched and counted), `fpdf2` sets
the file's cells as one table. They judge nothing, log nothing and know no person, so they have an easier life.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from functools import partial
from statistics import median

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.ops.bench import figures as fig
from reik.ops.bench.asking import Browser, browser_at, session_of, statements
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.inspected import PLACES, Inspected, cells, found_inspected
from reik.ops.bench.page_peers import PAPER, TABLES, beside, paper, table_page
from reik.ops.bench.scene import set_scene
from reik.ops.bench.world import tidy
from reik.pathway.models import CarePath

GOAL_MS, GOAL_CLIENTS = 300.0, 400
PAGES = ("/inspectie", "/inspectie?toon=aandacht", "/inspectie?blz=4", "/inspectie?toon=alles")
CSV, PDF = "/inspectie.csv", "/inspectie.pdf"
PEER_PAGE = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clients", type=at_least_one, default=GOAL_CLIENTS, help=f"in use (default {GOAL_CLIENTS})"
    )
    parser.add_argument(
        "--times", type=at_least_one, default=25, help="how often each page is asked (default 25)"
    )


def run(options: argparse.Namespace) -> int:
    with set_scene() as scene:
        become(Role.WORKER)
        say(f"{options.clients} clients with a dispenser in use ...")
        inspected = found_inspected(scene.tenants[0].id, options.clients, clock.now())
        key = session_of(inspected.nurse)
        tidy(scene.home)
        with browser_at(scene, key) as browser:
            measured, sheet = _measured(browser, options.times, inspected)
        become(Role.WORKER)
        measured |= {"statements": statements([*PAGES, CSV], key)}
        measured |= _peers(inspected, sheet, options.times)
    return fig.report(measured, _claims(options.clients))


def _measured(browser: Browser, times: int, inspected: Inspected) -> tuple[Figures, Sequence[Sequence[str]]]:
    """Every page so often, the file and the paper a few times; gives the rows of the file too."""
    say("asking the pages ...")
    waits = {page: browser.times(page, times) for page in (*PAGES, f"/clienten/{inspected.one}/inspectie")}
    every = [each for page in PAGES for each in waits[page]]
    few, used = max(3, times // 8), browser.cpu_ms()
    csv_ms, pdf_ms = browser.times(CSV, few), browser.times(PDF, few)
    sheet = list(csv.reader(io.StringIO(browser.text(CSV)), delimiter=";"))
    return {
        "clients": inspected.many, "paths": CarePath.objects.filter(organisation_id=inspected.house).count(),
        "page_p50_ms": percentile(every, 0.5), "page_p99_ms": percentile(every, 0.99),
        "page_ms": {page: percentile(found, 0.5) for page, found in waits.items() if page in PAGES},
        "one_client_ms": percentile(waits[f"/clienten/{inspected.one}/inspectie"], 0.5),
        "page_cpu_ms": used,
        "csv_ms": round(median(csv_ms), 1), "pdf_ms": round(median(pdf_ms), 1),
        "csv_lines": len(sheet) - 1, "csv_clients": len({line[1] for line in sheet[1:]}),
    }, sheet  # fmt: skip


def _peers(inspected: Inspected, sheet: Sequence[Sequence[str]], times: int) -> Figures:
    """The same with other libraries; None for the one that is not installed."""
    columns = {"client": "client__name", "state": "state", **{name: f"{name}__count" for name in PLACES}}

    def page() -> str:
        rows = CarePath.objects.filter(organisation_id=inspected.house, started_at__isnull=False)
        rows = rows.select_related("client").prefetch_related(*PLACES).order_by("client__sort_name")
        return table_page(columns, rows, 1, PEER_PAGE)

    return beside("page", TABLES, page, times) | beside("pdf", PAPER, partial(paper, cells(sheet)), 1)


def _claims(clients: int) -> list[Claim]:
    fast = Claim(f"page_p50_ms is at most {GOAL_MS:.0f}", lambda f: number(f, "page_p50_ms") <= GOAL_MS)
    return [
        *([fast] if clients <= GOAL_CLIENTS else []),
        Claim("every client is in the file", lambda f: number(f, "csv_clients") == number(f, "clients")),
        Claim("every client has a path", lambda f: number(f, "paths") == number(f, "clients")),
    ]
