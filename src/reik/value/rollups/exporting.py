"""The daily counts as Parquet files, for DuckDB or any other tool: clients' days by month, teams' days, definitions.

Clients and teams are in them by their number in Reik, without a name. That is still personal data: who exports it is
written in the access log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection, transaction

from reik.kernel.access_log import Act, Entry, record
from reik.value.adherence import BUCKETS, DEFINITION, RULES
from reik.value.rollups.counting import COLUMNS

CLIENTS, TEAMS, DEFINITIONS = "moment_days", "team_days", "definitions.json"
_KEYS: dict[str, dict[str, Any]] = {
    CLIENTS: {"client_id": pl.String, "team_id": pl.String, "model": pl.String, "day": pl.Date},
    TEAMS: {"team_id": pl.String, "model": pl.String, "day": pl.Date},
}
_TABLES = {CLIENTS: "value_momentday", TEAMS: "value_teamday"}
_TEXT = {"client_id", "team_id"}


class ExportRefused(ValueError):
    """The counts cannot be written there; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Rows by kind, and the files that were written."""

    rows: dict[str, int]
    files: list[str]


def export(organisation_id: UUID, folder: Path, *, by: str, now: datetime) -> Exported:
    """Write everything that is counted of one organisation into an empty or new folder. Raises ExportRefused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} is not an empty folder: give another one, or empty it first.")
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    files: list[str] = []
    clients: set[str] = set()
    with transaction.atomic():
        for kind in _TABLES:
            rows[kind] = 0
            for month, found in _months(kind, organisation_id):
                path = folder / kind / f"{month:%Y-%m}.parquet"
                path.parent.mkdir(exist_ok=True)
                _frame(kind, found).write_parquet(path)
                rows[kind] += len(found)
                clients |= {row[0] for row in found} if kind == CLIENTS else set()
                files.append(str(path.relative_to(folder)))
        _log(organisation_id, clients, by, now)
    (folder / DEFINITIONS).write_text(_definitions(), encoding="utf-8")
    return Exported(rows=rows, files=[*files, DEFINITIONS])


def _months(kind: str, organisation_id: UUID) -> Iterator[tuple[date, list[tuple[Any, ...]]]]:
    """Month by month, so that no more than one is in memory."""
    table = _TABLES[kind]
    names = ", ".join([f"{each}::text" if each in _TEXT else each for each in _KEYS[kind]] + [*COLUMNS])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT date_trunc('month', day)::date FROM {table} WHERE organisation_id = %s ORDER BY 1",  # noqa: S608
            [organisation_id],
        )
        for (month,) in cursor.fetchall():
            cursor.execute(
                f"SELECT {names} FROM {table} WHERE organisation_id = %s AND day >= %s"  # noqa: S608
                " AND day < (%s::date + interval '1 month') ORDER BY day, team_id, model, 1",
                [organisation_id, month, month],
            )
            yield month, list(cursor.fetchall())


def _frame(kind: str, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {**_KEYS[kind], **dict.fromkeys(COLUMNS, pl.Int32)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _definitions() -> str:
    """What the columns mean, beside them: no percentage without its definition."""
    rules = {str(key): asdict(rule) for key, rule in RULES.items()}
    delays = {key: {"ends_before_minutes": end} for key, end in BUCKETS.items()}
    return json.dumps(
        {"percentages": DEFINITION, "outcomes": rules, "delays": delays}, ensure_ascii=False, indent=1
    )


def _log(organisation_id: UUID, clients: Iterable[str], by: str, now: datetime) -> None:
    entry = Entry(
        organisation_id=organisation_id, actor_id=None, actor=by, actor_role="reik value export", act=Act.EXPORT,
        object_kind="client", object_ids=[UUID(each) for each in sorted(clients)], detail="daily counts",
    )  # fmt: skip
    record([entry], now)
