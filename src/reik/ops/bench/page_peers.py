"""Other people's libraries beside Reik's pages, where they are installed (`requirements/bench.txt`).

They get the rows from the same database or the same cells, and nothing to judge, to log or to guard.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from django.template import Context, Engine
from django.test import RequestFactory

from reik.ops.bench.asking import ms_of
from reik.ops.bench.figures import Figures

TABLES, PAPER = "django_tables2", "fpdf"
NAMES: Mapping[str, str] = {TABLES: "django-tables2", PAPER: "fpdf2"}
LIBRARIES = {name: f"django.templatetags.{name}" for name in ("i18n", "l10n")}
LIBRARIES |= {"django_tables2": "django_tables2.templatetags.django_tables2"}


def beside(key: str, library: str, work: Callable[[], object], times: int) -> Figures:
    """`peer_<key>` with the name of the library and `peer_<key>_ms` with its median; None without the library."""
    if find_spec(library) is None:
        return {f"peer_{key}": None, f"peer_{key}_ms": None}
    return {f"peer_{key}": NAMES[library], f"peer_{key}_ms": round(median(ms_of(work, times)), 1)}


def table_page(columns: Mapping[str, str], rows: Any, page: int, per_page: int) -> str:
    """A page of these rows as a table: `columns` gives the accessor of each. Rows are read and counted by it."""
    lib: Any = importlib.import_module(TABLES)
    parts = {name: lib.Column(accessor=accessor, orderable=False) for name, accessor in columns.items()}
    table: Any = type("Shown", (lib.Table,), parts)(rows)
    table.paginate(page=page, per_page=per_page)
    context = Context({"table": table, "request": RequestFactory().get("/")})
    return str(_engine(str(lib.__path__[0])).get_template("django_tables2/table.html").render(context))


@cache
def _engine(folder: str) -> Engine:
    return Engine(dirs=[str(Path(folder) / "templates")], libraries=LIBRARIES)


def paper(rows: Iterable[Sequence[str]]) -> bytes:
    """These cells as one table on paper."""
    lib: Any = importlib.import_module(PAPER)
    sheet = lib.FPDF(orientation="landscape", format="A4")
    sheet.set_font("Helvetica", size=8)
    sheet.add_page()
    with sheet.table() as table:
        for row in rows:
            table.row([each.encode("latin-1", "replace").decode("latin-1") for each in row])
    return bytes(sheet.output())
