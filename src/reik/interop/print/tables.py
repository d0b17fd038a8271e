"""Tables on paper, as tagged PDF, and the same as CSV: rounds, and what an inspector takes along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reik.interop.print.plain import FORMULA
from reik.interop.print.port import set_paper
from reik.interop.print.words import Words

TEMPLATE = "tables.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A heading with rows of cells, as many as there are columns."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`lines`: sentences above the tables."""

    title: str
    language: str
    tables: Sequence[Table]
    lines: Sequence[str] = ()


def sheet_of(sheet: Sheet, *, made_at: datetime, zone: ZoneInfo, demo: bool = False) -> bytes:
    """The PDF, on its side. Raises PaperFailed."""
    words = Words(sheet.language)
    data = {
        **asdict(sheet), "demo": words.say("demo") if demo else "", "made": words.instant(made_at, zone),
        "words": {"page": words.say("page"), "of": words.say("of"), "nobody": words.say("nobody")},
    }  # fmt: skip
    return set_paper(json.dumps(data), made_at, TEMPLATE)


def csv_of(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A line per row, with semicolons. No cell begins as a formula, which a spreadsheet would run."""
    kept = io.StringIO()
    sheet = csv.writer(kept, lineterminator="\r\n", delimiter=";")
    sheet.writerow(columns)
    sheet.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return kept.getvalue()
