"""Reading a licensed table of codes: fixed-width or CSV, by a column map that the licensee writes. Pure.

The map is JSON (docs/how-to/load-the-g-standaard.md): `format` ("fixed" or "csv"), `encoding`, `system`, `columns` (for
fixed: [first, length] counted from 1; for csv: the name in the first line), and optionally `delimiter`, `packable`
(values of that column that mean yes) and `skip` (values of a column whose lines are left out).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reik.medication.codes.systems import CodeSystem, plain_code

COLUMNS = frozenset({"code", "name", "atc", "packable", "skip"})
_KNOWN = frozenset({"format", "encoding", "system", "columns", "delimiter", "packable", "skip"})


class TableRefused(Exception):
    """This file cannot be read by this map; the message says the line and what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    """One code with what the table says of it; `packable` None: the table does not say."""

    system: CodeSystem
    code: str
    name: str
    atc: str = ""
    packable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Where a line holds what."""

    fixed: bool
    encoding: str
    delimiter: str
    system: CodeSystem
    columns: Mapping[str, Any]
    packable: frozenset[str]
    skip: frozenset[str]


def column_map(said: object) -> ColumnMap:
    """The map from its JSON. Raises TableRefused with what is wrong."""
    if not isinstance(said, dict) or not set(said) <= _KNOWN:
        raise TableRefused(f"The column map is an object with only: {', '.join(sorted(_KNOWN))}.")
    if said.get("format") not in ("fixed", "csv"):
        raise TableRefused('Say "format": "fixed" or "csv".')
    if said.get("system") not in set(CodeSystem):
        raise TableRefused(f'Say "system": one of {", ".join(CodeSystem)}.')
    columns = said.get("columns")
    if not isinstance(columns, dict) or not {"code", "name"} <= set(columns) <= COLUMNS:
        raise TableRefused(f'"columns" needs code and name, and knows: {", ".join(sorted(COLUMNS))}.')
    fixed = said["format"] == "fixed"
    for name, place in columns.items():
        if not (_is_stretch(place) if fixed else isinstance(place, str)):
            raise TableRefused(f'Column "{name}": ' + ("[first, length], from 1." if fixed else "a name."))
    return ColumnMap(
        fixed=fixed,
        encoding=str(said.get("encoding", "utf-8")),
        delimiter=str(said.get("delimiter", ";")),
        system=CodeSystem(said["system"]),
        columns=columns,
        packable=frozenset(map(str, said.get("packable", ()))),
        skip=frozenset(map(str, said.get("skip", ()))),
    )


def _is_stretch(place: object) -> bool:
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(each, int) and not isinstance(each, bool) and each >= 1 for each in place)
    )


def code_lines(data: bytes, by: ColumnMap) -> Iterator[CodeLine]:
    """The codes of one file, in its order; empty lines are left out. Raises TableRefused."""
    try:
        text = data.decode(by.encoding)
    except (UnicodeDecodeError, LookupError):
        raise TableRefused(f'This file is not written in {by.encoding}: change "encoding".') from None
    rows = _fixed(text, by) if by.fixed else _csv(text, by)
    for number, row in rows:
        if row.get("skip", "") not in by.skip or "skip" not in by.columns:
            yield _line(number, row, by)


def _fixed(text: str, by: ColumnMap) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip("\x1a \t"):
            yield (
                number,
                {
                    name: line[first - 1 : first - 1 + length].strip()
                    for name, (first, length) in by.columns.items()
                },
            )


def _csv(text: str, by: ColumnMap) -> Iterator[tuple[int, Mapping[str, str]]]:
    rows = csv.reader(text.splitlines(), delimiter=by.delimiter)
    places = _places(next(rows, []), by.columns)
    for number, row in enumerate(rows, 2):
        if any(each.strip() for each in row):
            if len(row) <= max(places.values()):
                raise TableRefused(f"Line {number} has {len(row)} columns: the map wants more.")
            yield number, {name: row[place].strip() for name, place in places.items()}


def _places(head: Sequence[str], columns: Mapping[str, Any]) -> dict[str, int]:
    named = [each.strip().lstrip("\ufeff") for each in head]
    missing = [str(each) for each in columns.values() if each not in named]
    if missing:
        raise TableRefused(f"The first line has no column {', '.join(missing)}.")
    return {name: named.index(each) for name, each in columns.items()}


def _line(number: int, row: Mapping[str, str], by: ColumnMap) -> CodeLine:
    if not row["code"]:
        raise TableRefused(f"Line {number} has no code: look at the place of the column.")
    packable = row["packable"] in by.packable if "packable" in by.columns else None
    return CodeLine(
        system=by.system, code=plain_code(by.system, row["code"]), name=row["name"], atc=row.get("atc", ""),
        packable=packable,
    )  # fmt: skip


def without_doubles(lines: Iterable[CodeLine]) -> list[CodeLine]:
    """Each code once: the last line of it counts."""
    return list({(each.system, each.code): each for each in lines}.values())
