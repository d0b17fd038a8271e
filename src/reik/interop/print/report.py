"""Sheets of sentences, charts and tables as tagged PDF: a report for board or insurer, one client's adherence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reik.interop.print.port import set_paper
from reik.interop.print.words import Words
from reik.value.report import Report
from reik.value.report_charts import Chart
from reik.value.report_tables import Table
from reik.value.report_text import say

TEMPLATE = "report.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is set: `name` stands below the title, `lead` are sentences above the charts."""

    title: str
    name: str
    lead: Sequence[str]
    charts: Sequence[Chart]
    tables: Sequence[Table]
    language: str


def report_pdf(
    made: Report, charts: Sequence[Chart], *, made_at: datetime, zone: ZoneInfo, demo: bool = False
) -> bytes:
    """The PDF, A4. Raises PaperFailed."""
    for_whom = say("insurer_report" if made.audience == "insurer" else made.audience, made.language)
    sheet = Sheet(
        title=made.title, name=f"{made.organisation}, {for_whom}", lead=made.lead, charts=charts, tables=made.tables,
        language=made.language,
    )  # fmt: skip
    return sheet_pdf(sheet, made_at=made_at, zone=zone, demo=demo)


def sheet_pdf(sheet: Sheet, *, made_at: datetime, zone: ZoneInfo, demo: bool = False) -> bytes:
    """Title, sentences, charts and tables as PDF, A4. Raises PaperFailed."""
    language = sheet.language
    data = {
        "title": sheet.title, "lang": language, "name": sheet.name, "lead": list(sheet.lead),
        "demo": say("demo", language) if demo else "",
        "made": f"{say('made', language)} {Words(language).instant(made_at, zone)}",
        "charts": [{"title": each.title, "alt": each.alt, "svg": each.svg} for each in sheet.charts],
        "tables": [_table(each, language) for each in sheet.tables],
        "words": {"page": say("page", language), "of": say("of", language)},
    }  # fmt: skip
    return set_paper(json.dumps(data), made_at, TEMPLATE)


def _table(table: Table, language: str) -> dict[str, Any]:
    """A table wider than the page is set as one small table per row."""
    rows = table.written(language)
    filled = [at for at in range(len(table.columns)) if any(row[at] for row in rows)]
    return {
        "title": table.title, "note": table.note, "long": len(filled) > 6,
        "columns": [table.columns[at].word for at in filled],
        "numbers": [table.columns[at].decimals is not None for at in filled],
        "rows": [[row[at] for at in filled] for row in rows],
    }  # fmt: skip
