"""What the pages of declaring share: months to choose from, files that a spreadsheet opens safely, amounts."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse

from reik.medication.times.schedule import local_day
from reik.value.declaring.months import Month, MonthRefused, month_of
from reik.value.report_sheets import FORMULA
from reik.value.report_words import number
from reik.web.frame import ZONE
from reik.web.value.asked import NotANumber, language, number_of

ROLES = ("team_manager",)
MANAGES = ("nurse", "team_manager")


def this_month(now: datetime) -> Month:
    return Month(local_day(now, ZONE).replace(day=1))


def asked_month(text: str, now: datetime) -> tuple[Month, bool]:
    """The month of the address, else the last one that is over; and whether what was typed could be read."""
    if not text.strip():
        return this_month(now).before, True
    try:
        return month_of(text.strip()[:7]), True
    except MonthRefused:
        return this_month(now).before, False


def money(cents: int | None) -> str:
    """ "€ 1.250,50"; empty where no amount can be said."""
    return "" if cents is None else f"€ {number(cents / 100, language(), 2)}"


def cents_of(text: str) -> int | None:
    """What somebody typed as euros; None for what is no amount."""
    try:
        return round(Decimal(str(number_of(text))) * 100)
    except NotANumber:
        return None


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """UTF-8 with its mark, semicolons; text is never a formula, and what is not known an empty cell."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")
    out = csv.writer(answer, delimiter=";")
    out.writerow(head)
    out.writerows([_plain(each) for each in row] for row in rows)
    return answer


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text
