"""A report as a workbook and as CSV: numbers stay numbers, text is never a formula, definitions have a sheet. Pure."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]

from reik.value.report import Report
from reik.value.report_tables import Cell, Column, Table
from reik.value.report_text import say

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST, NARROWEST = 60, 10


def workbook(made: Report, made_at: datetime, *, demo: bool = False) -> bytes:
    """XLSX: a sheet with the summary, then one per table."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {"title": made.title, "company": made.organisation, "created": made_at.replace(tzinfo=None)}
    )
    bold, wrap = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    first = book.add_worksheet(say("summary", made.language))
    first.set_column(0, 0, 100, wrap)
    first.write_string(0, 0, made.title, bold)
    for number, sentence in enumerate(_lead(made, demo), start=1):
        first.write_string(number, 0, sentence)
    for table in made.tables:
        _sheet(book, table, bold, wrap)
    book.close()
    return buffer.getvalue()


def _lead(made: Report, demo: bool) -> list[str]:
    for_whom = say("insurer_report" if made.audience == "insurer" else made.audience, made.language)
    head = [f"{made.organisation}, {for_whom}", *made.lead]
    return [say("demo", made.language), *head] if demo else head


def _sheet(book: xlsxwriter.Workbook, table: Table, bold: object, wrap: object) -> None:
    sheet = book.add_worksheet(_name(table.title))
    formats = [_format(book, column) for column in table.columns]
    for at, column in enumerate(table.columns):
        longest = max((len(str(row[at] or "")) for row in table.rows), default=0)
        sheet.set_column(at, at, min(WIDEST, max(NARROWEST, len(column.word) + 2, longest + 2)))
        sheet.write_string(0, at, column.word, bold)
    for line, row in enumerate(table.rows, start=1):
        for at, cell in enumerate(row):
            _write(sheet, line, at, cell, formats[at], wrap)
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note)
    sheet.freeze_panes(1, 1)


def _name(title: str) -> str:
    """A sheet's name: at most 31 characters, without the ones that Excel forbids."""
    return "".join(each for each in title if each not in "[]:*?/\\'")[:31].strip()


def _format(book: xlsxwriter.Workbook, column: Column) -> object:
    digits = "#,##0" + ("." + "0" * column.decimals if column.decimals else "")
    return book.add_format({"num_format": digits, "valign": "top"})


def _write(sheet: object, line: int, at: int, cell: Cell, digits: object, wrap: object) -> None:
    """What is not known stays an empty cell: no zero that somebody would add up."""
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(line, at, cell, wrap)  # type: ignore[attr-defined]
    else:
        sheet.write_number(line, at, cell, digits)  # type: ignore[attr-defined]


def as_csv(made: Report) -> str:
    """One file: table, then its columns; numbers with a point, empty where not known."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for table in made.tables:
        writer.writerow([table.title])
        writer.writerow([each.word for each in table.columns])
        writer.writerows([_plain(cell) for cell in row] for row in table.rows)
        writer.writerow([])
    return buffer.getvalue()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    text = str(cell)
    return "'" + text if isinstance(cell, str) and text.startswith(FORMULA) else text
