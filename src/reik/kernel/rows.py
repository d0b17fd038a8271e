"""Passing many rows to PostgreSQL in one statement, as arrays for `unnest`.

COPY would be a way too, but PostgreSQL refuses it on tables under row-level security, and every tenant table
is. The arrays are written here as text, because the driver's general way of doing so takes longer than all
the rest of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _bytes(value: bytes) -> str:
    return '"\\\\x' + value.hex() + '"'


def _moment(value: datetime) -> str:
    return '"' + value.isoformat() + '"'


def _bool(value: bool) -> str:
    return "t" if value else "f"


def _uuid(value: UUID) -> str:
    return f"{value.int:032x}"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "uuid": _uuid,
    "smallint": str,
    "int": str,
    "bigint": str,
    "float8": repr,
    "bool": _bool,
    "text": _quoted,
    "jsonb": _quoted,
    "bytea": _bytes,
    "timestamptz": _moment,
    "date": str,
}


def array(type: str, values: Iterable[Any]) -> str:
    """The values as the text of a PostgreSQL array of `type`; None becomes NULL.

    Text holds no NUL character (PostgreSQL cannot store it): the caller has refused that before.
    """
    write = _WRITERS[type]
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


class Columns:
    """Named columns with their types, for a statement that takes its rows from `unnest`.

    `unnest` stands for the FROM item: `FROM {columns.unnest} AS n(…)`.
    """

    def __init__(self, **types: str) -> None:
        self._types = tuple(types.values())
        self.names = ", ".join(types)
        self.unnest = "unnest(" + ", ".join(f"%s::{type}[]" for type in types.values()) + ")"

    def values(self, rows: Iterable[Sequence[Any]]) -> list[str]:
        """The parameters for `unnest`, one array per column; empty without rows."""
        return [
            array(type, column) for type, column in zip(self._types, zip(*rows, strict=True), strict=False)
        ]


class Table:
    """A table with the columns that are written."""

    def __init__(self, name: str, **columns: str) -> None:
        self._columns = Columns(**columns)
        self._insert = f"INSERT INTO {name} ({self._columns.names}) SELECT * FROM {self._columns.unnest}"  # noqa: S608 - names from code

    def insert(self, rows: Iterable[Sequence[Any]], *, then: str = "") -> list[tuple[Any, ...]]:
        """Insert rows (values in the order of the columns) in the caller's transaction.

        `then` is what follows in SQL (ON CONFLICT …, RETURNING …); gives the returned rows.
        """
        values = self._columns.values(rows)
        if not values:
            return []
        with connection.cursor() as cursor:
            cursor.execute(f"{self._insert} {then}", values)
            return cursor.fetchall() if "RETURNING" in then else []
