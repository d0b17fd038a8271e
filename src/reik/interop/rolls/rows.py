"""A packer's file as rows: one per medicine (or per sachet), each with its place and the fields of the mapping. Pure.

CSV, fixed width and XML differ here and nowhere else.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from reik.interop.rolls.mapping_file import Field, Level, Lines, MappingFile, fields_of, positions
from reik.kernel.foreign_xml import foreign_parser

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class FileRefused(Exception):
    """Nothing of this file can be taken; `code` is a word for screens, `place` a line or element."""

    def __init__(self, code: str, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.code, self.place, self.sentence = code, place, sentence


@dataclass(slots=True)
class Row:
    """`cells` by the name of the field; `flaws` are (code, sentence) of what this row itself has wrong."""

    place: str
    cells: dict[str, str]
    flaws: list[tuple[str, str]] = field(default_factory=list)


def rows_of(data: bytes, mapping: MappingFile) -> Iterator[Row]:
    """The rows in the order of the file. Raises FileRefused, also while they are taken."""
    if len(data) > MOST_BYTES:
        raise FileRefused("too_large", "", f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it.")
    if not data.strip(b"\x00 \t\r\n"):
        raise FileRefused("empty", "", "The file is empty: have the packer send it again.")
    read = {"csv": _of_csv, "fixed": _of_fixed, "xml": _of_xml}[mapping.kind]
    for number, row in enumerate(read(data, mapping)):
        if number >= MOST_ROWS:
            raise FileRefused("too_long", row.place, f"The file has more than {MOST_ROWS} rows: split it.")
        if any(_CONTROL.search(cell) for cell in row.cells.values()):
            row.flaws.append(
                ("control", "There are control characters: the encoding is another, or it is broken.")
            )
        yield row


def decoded(data: bytes, encoding: str) -> str:
    """The text, or FileRefused with the line that is not in this encoding."""
    try:
        return data.decode("utf-8-sig" if encoding.replace("_", "-").lower() == "utf-8" else encoding)
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise FileRefused(
            "encoding", f"line {line}",
            f"This is not {encoding}: have the packer send {encoding}, or set `encoding` in the mapping.",
        ) from None  # fmt: skip


def _said(found: Field, cell: str) -> str:
    cell = (found.value if not found.where else cell).strip().replace("\xa0", " ")
    return found.words.get(cell, cell)


# CSV and fixed width


@dataclass(slots=True)
class _Line:
    place: str
    cells: Mapping[str, str]
    kind: str
    flaw: tuple[str, str] | None = None


def _of_csv(data: bytes, mapping: MappingFile) -> Iterator[Row]:
    settings = mapping.csv
    rows = csv.reader(
        io.StringIO(decoded(data, mapping.encoding), newline=""),
        delimiter=settings.delimiter, quotechar=settings.quote, strict=True,
    )  # fmt: skip
    wanted = {name: found.where for name, _level, found in fields_of(mapping) if found.where}
    record = mapping.lines.record if mapping.lines else ""
    try:
        header = [each.strip() for each in next(rows, [])] if settings.header else []
        numbers = {
            where: _column(where, header) for where in {*wanted.values(), *([record] if record else [])}
        }
        yield from _together((_csv_line(each, rows.line_num, header, numbers, wanted, record) for each in rows
                              if any(cell.strip() for cell in each)), mapping)  # fmt: skip
    except csv.Error as wrong:
        raise FileRefused("csv", f"line {rows.line_num}", f"This is not CSV: {wrong}.") from wrong


def _column(where: str, header: list[str]) -> int:
    if header.count(where) == 1:
        return header.index(where)
    if where in header:
        raise FileRefused("columns", "line 1", f"Two columns are called {where}: one has to be renamed.")
    if where.isascii() and where.isdigit() and 1 <= int(where) <= 500:
        return int(where) - 1
    raise FileRefused(
        "columns",
        "line 1",
        f"There is no column {where}: this is another file, or the mapping is of another one.",
    )


def _csv_line(
    cells: list[str], number: int, header: list[str], numbers: Mapping[str, int], wanted: Mapping[str, str],
    record: str,
) -> _Line:  # fmt: skip
    def cell(where: str) -> str:
        return cells[numbers[where]] if numbers[where] < len(cells) else ""

    flaw = None
    if header and len(cells) != len(header):
        flaw = ("columns", f"This line has {len(cells)} columns and the first line {len(header)}.")
    found = {name: cell(where) for name, where in wanted.items()}
    return _Line(f"line {number}", found, cell(record).strip() if record else "", flaw)


def _of_fixed(data: bytes, mapping: MappingFile) -> Iterator[Row]:
    text = decoded(data, mapping.encoding).removesuffix("\x1a")
    yield from _together(_fixed_lines(text, mapping), mapping)


def _fixed_lines(text: str, mapping: MappingFile) -> Iterator[_Line]:
    settings, lines = mapping.fixed, mapping.lines
    slices = {name: positions(found.where) for name, _level, found in fields_of(mapping) if found.where}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if number <= settings.skip or not line.strip():
            continue
        flaw = None
        if settings.width and len(line) != settings.width:
            flaw = ("width", f"This line has {len(line)} characters, and the mapping says {settings.width}.")
        cells = {name: line[slice(*each)] for name, each in slices.items() if each is not None}
        kind = line[slice(*(positions(lines.record) or (0, 0)))].strip() if lines else ""
        yield _Line(f"line {number}", cells, kind, flaw)


def _together(lines: Iterator[_Line], mapping: MappingFile) -> Iterator[Row]:
    """Lines as rows: each whole by itself, or put together of the roll's, the sachet's and the medicine's line."""
    fields = list(fields_of(mapping))
    if mapping.lines is None:
        for line in lines:
            cells = {name: _said(found, line.cells.get(name, "")) for name, _level, found in fields}
            yield Row(line.place, cells, [line.flaw] if line.flaw else [])
        return
    yield from _layered(lines, mapping.lines, fields)


def _layered(lines: Iterator[_Line], kinds: Lines, fields: list[tuple[str, Level, Field]]) -> Iterator[Row]:
    """The roll's line counts for the sachets after it, the sachet's for the medicines after it."""
    own = kinds.sachet
    bearer = {"roll": kinds.roll or own, "sachet": own, "contents": kinds.contents or own}
    roll, sachet = Row("", {}), Row("", {})
    bare = False  # a sachet of which no medicine was read yet
    for line in lines:
        if line.kind in kinds.ignore:
            continue
        if line.kind not in bearer.values():
            raise FileRefused("record", line.place, "The mapping does not know lines of this kind.")
        cells = {
            name: _said(found, line.cells.get(name, ""))
            for name, level, found in fields
            if bearer[level] == line.kind
        }
        said = Row(line.place, cells, [line.flaw] if line.flaw else [])
        if line.kind == kinds.contents:
            bare = False
            yield _under(sachet, said)
            continue
        if bare:
            yield sachet
        bare = line.kind == own
        if bare:
            sachet = _under(roll, said)
        else:
            roll, sachet = said, Row("", {})
    if bare:
        yield sachet


def _under(above: Row, row: Row) -> Row:
    return Row(row.place, above.cells | row.cells, above.flaws + row.flaws)


# XML


def _of_xml(data: bytes, mapping: MappingFile) -> Iterator[Row]:
    assert mapping.xml is not None
    root = _parsed(data)
    names = mapping.xml.namespaces or None
    paths = {
        name: (
            found,
            etree.XPath(found.where, namespaces=names, smart_strings=False) if found.where else None,
        )
        for name, _level, found in fields_of(mapping)
    }
    rows = etree.XPath(mapping.xml.row, namespaces=names)(root)
    if not isinstance(rows, list) or not rows:
        raise FileRefused(
            "no_rows", "", "Nothing here is what the mapping calls a row: this is another file."
        )
    for element in rows:
        if not isinstance(element, etree._Element):
            raise FileRefused("no_rows", "", "The mapping's rows are no elements: mend xml.row.")
        row = Row(f"line {element.sourceline}, {etree.QName(element).localname}", {})
        for name, (found, path) in paths.items():
            row.cells[name] = _said(found, _found(path, element, name, row) if path is not None else "")
        yield row


def _parsed(data: bytes) -> etree._Element:
    try:
        root = etree.fromstring(data, foreign_parser())
    except etree.XMLSyntaxError as wrong:
        place = f"line {wrong.lineno} column {wrong.offset}"
        raise FileRefused("xml", place, "This is not XML: have the packer send it again.") from None
    except ValueError:
        raise FileRefused("xml", "", "This XML has an encoding that cannot be read.") from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise FileRefused("doctype", "line 1", "A document type is not taken: have it left out.")
    return root


def _found(path: etree.XPath, element: etree._Element, name: str, row: Row) -> str:
    try:
        found: Any = path(element)
    except etree.XPathError:
        raise FileRefused("xpath", row.place, f"The XPath of {name} fails here: mend the mapping.") from None
    if isinstance(found, list):
        if len(found) > 1:
            row.flaws.append(("several", f"There is more than one {name} here."))
        found = found[0] if found else ""
    if isinstance(found, etree._Element):
        return "".join(str(each) for each in found.itertext())
    if isinstance(found, float):
        return f"{found:g}"
    return str(found)
