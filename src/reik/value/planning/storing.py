"""The visits of a reading as rows: who is who (or nobody, by pseudonym), and the rows written in lots."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import polars as pl
from django.db import connection, transaction

from reik.kernel.crypto import vault
from reik.kernel.rows import Columns
from reik.people.matching_many import by_bsn, by_name, by_number
from reik.people.operations import BsnInvalid, check_bsn
from reik.value.planning.mapping import PlanningMap

K = TypeVar("K")
LOT = 20_000
ROUNDED = 2
"""Decimals that are left of coordinates in an anonymous file: a place to about a kilometre."""
_TYPES = {
    "line": "int", "day": "date", "starts_at": "timestamptz", "minutes": "float8", "client_key": "text",
    "client_id": "uuid", "worker_key": "text", "team_key": "text", "activity": "text", "kind": "text", "heavy": "bool",
    "latitude": "float8", "longitude": "float8", "travel_minutes": "float8",
}  # fmt: skip
_COLUMNS = Columns(**_TYPES)
_INSERT = (
    f"INSERT INTO value_visit (organisation_id, file_id, {_COLUMNS.names})"  # noqa: S608 - names from code
    f" SELECT %s, %s, n.* FROM {_COLUMNS.unnest} AS n"
)


def store(
    organisation_id: UUID, file_id: UUID, visits: pl.DataFrame, mapping: PlanningMap, *, anonymous: bool
) -> int:
    """Write the visits in lots, each in a transaction of its own; gives how many clients were found in Reik.

    Nothing counts before the file is taken, so that a run that was cut off only has to begin anew.
    """
    found = {} if anonymous else _matched(organisation_id, visits, mapping)
    rows = _keyed(organisation_id, file_id, visits, mapping.zone, found, anonymous=anonymous)
    for lot in rows.iter_slices(LOT):
        arrays = [_array(lot[name], type) for name, type in _TYPES.items()]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT, [organisation_id, file_id, *arrays])
    return len(set(found.values()))


def _array(values: pl.Series, type: str) -> str:
    """The text of a PostgreSQL array, as `kernel.rows.array` gives it, of a column at once: much faster."""
    if type == "text":
        safe = values.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        texts = '"' + safe + '"'
    elif type == "timestamptz":
        texts = '"' + values.dt.to_string("%Y-%m-%d %H:%M:%S%.f+00") + '"'
    else:
        texts = values.cast(pl.String)
    return "{" + str(texts.fill_null("NULL").str.join(",").item()) + "}"


def clear(file_id: UUID) -> None:
    """Delete what was written of this file."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM value_visit WHERE file_id = %s", [file_id])


def _keyed(
    organisation_id: UUID, file_id: UUID, visits: pl.DataFrame, zone: str, found: Mapping[str, UUID], *,
    anonymous: bool,
) -> pl.DataFrame:  # fmt: skip
    """In the order in which rows are written; `start` becomes an instant: a gap's first one, a fold's first one."""
    clients = _keys(organisation_id, file_id, "client", visits["client"].unique(), anonymous=anonymous)
    workers = _keys(organisation_id, file_id, "worker", visits["worker"].unique(), anonymous=anonymous)
    places = [
        pl.col(name).round(ROUNDED) if anonymous else pl.col(name) for name in ("latitude", "longitude")
    ]
    ids = {client: str(id) for client, id in found.items()}
    return visits.sort("line").select(
        "line", pl.col("start").dt.date().alias("day"), _instant(zone), "minutes",
        pl.col("client").replace_strict(clients, return_dtype=pl.String).alias("client_key"),
        pl.col("client").replace_strict(ids, default=None, return_dtype=pl.String).alias("client_id"),
        pl.col("worker").replace_strict(workers, return_dtype=pl.String).alias("worker_key"),
        pl.col("team").alias("team_key"), "activity", "kind", "heavy", *places,
        pl.col("travel").alias("travel_minutes"),
    )  # fmt: skip


def _instant(zone: str) -> pl.Expr:
    def local(at: pl.Expr) -> pl.Expr:
        return at.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")

    after_gap = pl.col("start").dt.truncate("1h") + pl.duration(hours=1)
    return (
        pl.coalesce(local(pl.col("start")), local(after_gap)).dt.convert_time_zone("UTC").alias("starts_at")
    )


def _keys(
    organisation_id: UUID, file_id: UUID, what: str, values: Iterable[str], *, anonymous: bool
) -> dict[str, str]:
    """A pseudonym of this file and no other, by a key that never leaves Reik. A BSN always becomes one (rule 6)."""
    return {
        each: _pseudonym(organisation_id, f"planning|{file_id}|{what}|{each}")
        if each and (anonymous or is_bsn(each))
        else each
        for each in values
    }


def _pseudonym(organisation_id: UUID, value: str) -> str:
    return base64.b32encode(vault().blind_index(organisation_id, value)[:10]).decode().lower()


def is_bsn(text: str) -> bool:
    """Whether this could be a BSN; a client number that happens to pass is treated as one, which harms nobody."""
    bare = text.strip().replace(".", "").replace(" ", "").zfill(9)
    if len(bare) != 9 or not bare.isdigit() or len(text.strip()) < 8:
        return False
    try:
        check_bsn(bare)
    except BsnInvalid:
        return False
    return True


def _matched(organisation_id: UUID, visits: pl.DataFrame, mapping: PlanningMap) -> dict[str, UUID]:
    """Their key → our client: by BSN, else by number of a named system, else by name and day of birth; exact or not."""
    people = visits.select("client", "bsn", "client_name", "birth_date").unique().rows()
    bsns = {client: bsn or client for client, bsn, _, _ in people if is_bsn(bsn or client)}
    found: dict[str, UUID] = {}
    named = {client: (name, born) for client, _, name, born in people if name and born}
    for client, id in _through(named, by_name(organisation_id, list(named.values()))):
        found[client] = id
    if mapping.client_system:
        found |= by_number(organisation_id, mapping.client_system, {client for client, *_ in people})
    plain = {client: bsn.replace(".", "").replace(" ", "").zfill(9) for client, bsn in bsns.items()}
    found |= dict(_through(plain, by_bsn(organisation_id, list(plain.values()))))
    return found


def _through(keys: Mapping[str, K], found: Mapping[K, UUID]) -> list[tuple[str, UUID]]:
    return [(client, found[key]) for client, key in keys.items() if key in found]
