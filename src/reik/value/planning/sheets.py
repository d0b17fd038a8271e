"""A planning's file as a header and lots of rows of text: CSV in any usual encoding, XLSX, iCalendar. Pure.

Rows come in lots, so that a file of a million visits is never in memory as text at once.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from reik.value.planning import calendar_file

LOT = 50_000
MOST_BYTES = 100_000_000
MOST_UNPACKED = 2_000_000_000
SNIFFED = 200_000
"""Bytes by which encoding, separator and preview of a text are found."""
SEPARATORS = (";", ",", "\t", "|")
MOST_COLUMNS = 200
csv.field_size_limit(1_000_000)

Row = Sequence[str]
Lot = tuple[list[int], list[Row]]


class SheetRefused(ValueError):
    """This file cannot be read; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`lots()` begins anew each time: (line numbers, rows); a row may be longer or shorter than the header.

    `said`: how it was understood, for a screen: kind, encoding, separator.
    """

    header: tuple[str, ...]
    lots: Callable[[], Iterator[Lot]]
    said: dict[str, str]


def open_sheet(path: Path, zone: str = "Europe/Amsterdam") -> Sheet:
    """By what the file holds, not by its name. `zone`: for a calendar's instants. Raises SheetRefused."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            begin = file.read(SNIFFED)
    except OSError as failure:
        raise SheetRefused("unreadable", f"{path.name} cannot be read: {failure.strerror}.") from failure
    if size > MOST_BYTES:
        raise SheetRefused(
            "large", f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it by period."
        )
    if not begin.strip():
        raise SheetRefused("empty", "The file is empty: make the export again.")
    if begin.startswith(b"PK\x03\x04"):
        return _workbook(path)
    if begin.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused("xls", "This is an old Excel file (.xls): save it as .xlsx or CSV.")
    encoding = encoding_of(begin)
    if begin.decode(encoding, "replace").lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        return _calendar(path, encoding, zone)
    return _text(path, begin, encoding)


def encoding_of(begin: bytes) -> str:
    """By its mark, else UTF-8 where it is that, else Windows' western one, in which every byte is a sign."""
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, name in marks.items():
        if begin.startswith(mark):
            return name
    if b"\x00" in begin:
        raise SheetRefused("binary", "This is no text, XLSX or iCalendar file: export the planning as CSV.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(begin)  # a sign cut in half at the end is no error
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def separator_of(begin: str) -> str:
    """The sign that splits the first lines into the same number of columns, the most of them."""
    lines = begin.splitlines()[:20]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) >= 5:
        return lines[0][4]
    best, score = ";", (0, 0)
    for each in SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=each) if row]
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths)
            if (alike, widths[0]) > score:
                best, score = each, (alike, widths[0])
    return best


def _text(path: Path, begin: bytes, encoding: str) -> Sheet:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(begin)
    separator = separator_of(text)

    def rows() -> Iterator[tuple[int, Row]]:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            reader = csv.reader((line.replace("\x00", "") for line in file), delimiter=separator)
            try:
                for row in reader:
                    yield reader.line_num, row
            except csv.Error as failure:
                raise SheetRefused(
                    "broken", f"Line {reader.line_num} cannot be read: {failure}."
                ) from failure

    said = {"kind": "csv", "encoding": encoding, "separator": {"\t": "tab"}.get(separator, separator)}
    return _sheet(rows, said)


def _sheet(rows: Callable[[], Iterator[tuple[int, Row]]], said: dict[str, str]) -> Sheet:
    """The header is the first row with more than one filled cell."""
    begun = 0
    header: tuple[str, ...] = ()
    for line, row in rows():
        if sum(bool(cell.strip()) for cell in row) > 1:
            begun, header = line, _header(row)
            break
        if line > 50:
            break
    if not header:
        raise SheetRefused(
            "header", "No line with column names was found: export with a first line of names."
        )

    def lots() -> Iterator[Lot]:
        lines: list[int] = []
        kept: list[Row] = []
        for line, row in rows():
            if line <= begun or not any(row):
                continue
            lines.append(line)
            kept.append(row)
            if len(kept) >= LOT:
                yield lines, kept
                lines, kept = [], []
        if kept:
            yield lines, kept

    return Sheet(header=header, lots=lots, said=said)


def _header(row: Row) -> tuple[str, ...]:
    """Names that occur once: a second "datum" is "datum (2)", an empty one "kolom 3"."""
    while row and not row[-1].strip():
        row = row[:-1]
    if len(row) > MOST_COLUMNS:
        raise SheetRefused("wide", f"More than {MOST_COLUMNS} columns: export fewer.")
    found: list[str] = []
    for place, cell in enumerate(row, 1):
        name = " ".join(cell.split())[:80] or f"kolom {place}"
        same = sum(each == name or each.startswith(f"{name} (") for each in found)
        found.append(f"{name} ({same + 1})" if name in found else name)
    return tuple(found)


def _workbook(path: Path) -> Sheet:
    """The first sheet that is not empty."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise SheetRefused("unpacked", "This workbook is too large when unpacked: export it as CSV.")
        book = CalamineWorkbook.from_path(str(path))
        sheet = next(
            (found for name in book.sheet_names if (found := book.get_sheet_by_name(name)).height), None
        )
    except (zipfile.BadZipFile, CalamineError, OSError) as failure:
        raise SheetRefused(
            "broken", "This workbook cannot be opened: save it again, or export CSV."
        ) from failure
    if sheet is None:
        raise SheetRefused("empty", "The workbook has no filled sheet: make the export again.")

    def rows() -> Iterator[tuple[int, Row]]:
        first = sheet.start[0] if sheet.start else 0
        for place, row in enumerate(sheet.iter_rows(), first + 1):
            yield place, [cell_text(cell) for cell in row]

    return _sheet(rows, {"kind": "xlsx", "encoding": "", "separator": ""})


def cell_text(cell: Any) -> str:
    """A workbook's cell as the same text that a CSV would hold: ISO days and times, no ".0" behind a number."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}"
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _calendar(path: Path, encoding: str, zone: str) -> Sheet:
    def rows() -> Iterator[tuple[int, Row]]:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            yield 0, calendar_file.HEADER
            yield from calendar_file.entries(file, zone)

    return _sheet(rows, {"kind": "ics", "encoding": encoding, "separator": ""})
