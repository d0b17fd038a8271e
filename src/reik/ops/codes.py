"""`reik codes load FILE… --map MAP`: a licensed table of codes (G-Standaard), by the licensee's own column map.

Reik ships no table. A loaded one adds a name, an ATC code and whether a product may be packed, beside what a
message says.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.medication.codes.file import CodeLine, ColumnMap, TableRefused, code_lines, column_map
from reik.medication.codes.loaded import load_codes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=["load"], help="load: take in a table, in the place of the one before"
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the table; more files are one table"
    )
    parser.add_argument("--map", required=True, type=Path, metavar="MAP", help="the column map, JSON")


def command(options: argparse.Namespace) -> int:
    """0 when the whole table was taken in; raises TableRefused, which changes nothing."""
    try:
        by = column_map(json.loads(options.map.read_bytes()))
        lines: list[CodeLine] = []
        for file in options.files:
            lines += _lines(file, by)
    except (OSError, ValueError) as failure:
        raise TableRefused(f"This cannot be read: {failure}") from None
    if not lines:
        raise TableRefused("There is no code in this table: look at the column map.")
    become(Role.WORKER)
    loaded = load_codes(lines, clock.now())
    print(
        f"{loaded.codes} codes of {by.system}; {loaded.gone} that the table does not name any more are gone"
    )
    return 0


def _lines(file: Path, by: ColumnMap) -> list[CodeLine]:
    try:
        return list(code_lines(file.read_bytes(), by))
    except TableRefused as refusal:
        raise TableRefused(f"{file}: {refusal}") from None
