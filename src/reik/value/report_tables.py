"""A table of a report, before it is paper, a sheet or a file. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reik.value.case.parameters import parameters
from reik.value.report_text import say
from reik.value.report_words import name_of, number

Cell = str | float | int | None
"""A number is written by its column; None: not known."""
Row = tuple[Cell, ...]
UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """`decimals` None: text."""

    word: str
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`note`: the sentence below the title."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def written(self, language: str) -> list[list[str]]:
        """The rows as a person reads them; what is not known is a dash, never a zero."""
        return [
            [written(cell, column, language) for cell, column in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]


def written(cell: Cell, column: Column, language: str) -> str:
    """One cell as a person reads it."""
    if cell is None:
        return UNKNOWN
    return cell if isinstance(cell, str) else number(cell, language, column.decimals or 0)


def amount_columns(language: str, decimals: int) -> tuple[Column, ...]:
    return (
        Column(say("figure", language)), Column(say("likely", language), decimals),
        Column(say("low", language), decimals), Column(say("high", language), decimals),
        Column(say("fill_in", language)),
    )  # fmt: skip


def amount_row(key: str, amount: Mapping[str, Any], language: str) -> Row:
    """A figure with its band, or what is to be filled in first."""
    return (
        name_of(key, language), amount["likely"], amount["p10"], amount["p90"], chosen(amount["missing"], language)
    )  # fmt: skip


def chosen(keys: Iterable[str], language: str) -> str:
    """The names of assumptions, for *fill in first*."""
    return ", ".join(parameter_name(key, language) for key in keys)


def parameter_name(key: str, language: str) -> str:
    found = parameters()[key]
    return found.nl if language == "nl" else found.en
