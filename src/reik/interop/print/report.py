"""A report for board or insurer as tagged PDF, with its charts."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def report_pdf(
    made: Report, charts: Sequence[Chart], *, made_at: datetime, zone: ZoneInfo, demo: bool = False
) -> bytes:
    """The PDF, A4. Raises PaperFailed."""
    language = made.language
    for_whom = say("insurer_report" if made.audience == "insurer" else made.audience, language)
    data = {
        "title": made.title, "lang": language, "name": f"{made.organisation}, {for_whom}", "lead": list(made.lead),
        "demo": say("demo", language) if demo else "",
        "made": f"{say('made', language)} {Words(language).instant(made_at, zone)}",
        "charts": [{"title": each.title, "alt": each.alt, "svg": each.svg} for each in charts],
        "tables": [_table(each, language) for each in made.tables],
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
