"""Counting moments into days: one statement for the clients' days, one for the teams', whatever the number of rows.

Counting again does no harm: rows that come out the same are not written, and rows that nothing stands behind any more
are removed. Only moments that were due before `horizon` count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.dispensing.outcomes import OUT
from reik.kernel.rows import array
from reik.value.adherence import BUCKETS, OPEN, OUTCOMES

COLUMNS: tuple[str, ...] = ("moments", "sachets", *(str(each) for each in OUTCOMES), *BUCKETS)
"""Of both tables."""
ROOM = "SET LOCAL work_mem = '96MB'"
"""For a month of an organisation's days at once."""
NAMES = ", ".join(COLUMNS)
SUMS = ", ".join(f"sum({each})" for each in COLUMNS)
IS_OUT = "m.outcome IN (" + ", ".join(f"'{each}'" for each in sorted(OUT)) + ")"
DAY = "(m.due_at AT TIME ZONE c.zone)::date"


def _numbered(subject: str, by: dict[str, int], other: int) -> str:
    whens = " ".join(f"WHEN '{each}' THEN {number}" for each, number in by.items())
    return f"CASE {subject} {whens} ELSE {other} END"


def _bucket() -> str:
    """The number of a moment's delay in BUCKETS; NULL when it is not all out."""
    ends = [
        f"WHEN m.ended_at < m.due_at + interval '{minutes} min' THEN {number}"
        for number, minutes in enumerate(BUCKETS.values())
        if minutes is not None
    ]
    return f"CASE WHEN {IS_OUT} THEN CASE {' '.join(ends)} ELSE {len(ends)} END END"


def _counts(column: str, names: Iterable[str]) -> list[str]:
    return [f"count(*) FILTER (WHERE r.{column} = {number}) AS {name}" for number, name in enumerate(names)]


_ENDED = {str(each): number for number, each in enumerate(OUTCOMES) if each != OPEN}
# The day, the outcome and the delay are worked out once a moment: as numbers they are counted twice as fast as texts
# and intervals that each of twenty counts compares anew.
ROW = f"""m.client_id, c.team_id, k.model, {DAY} AS day, m.sachets,
    {_numbered("m.outcome", _ENDED, list(OUTCOMES).index(OPEN))} AS code, {_bucket()} AS bucket"""
COUNTED = ", ".join(
    [
        "count(*) AS moments",
        "sum(r.sachets) AS sachets",
        *_counts("code", OUTCOMES),
        *_counts("bucket", BUCKETS),
    ]
)
# A day of a zone is at most 14 hours off the day of the same date in UTC. OFFSET 0: work out first, then count.
IN_RANGE = f"""
SELECT r.client_id, r.team_id, r.model, r.day, {COUNTED} FROM (
    SELECT {ROW}
    FROM dispensing_moment AS m JOIN people_client AS c ON c.id = m.client_id JOIN kinds AS k ON k.id = m.dispenser_id
    WHERE m.organisation_id = %(organisation)s AND m.due_at < %(horizon)s
        AND m.due_at >= %(since)s::date::timestamp AT TIME ZONE 'UTC' - interval '14 h'
        AND m.due_at < %(until)s::date::timestamp AT TIME ZONE 'UTC' + interval '14 h' OFFSET 0) AS r
WHERE r.day >= %(since)s AND r.day < %(until)s GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - text of this module
ASKED = "SELECT DISTINCT * FROM unnest(%(clients)s::uuid[], %(days)s::date[]) AS given(client_id, day)"
OF_ASKED = f"""
SELECT r.client_id, r.team_id, r.model, r.day, {COUNTED} FROM (
    SELECT {ROW}, a.day AS asked FROM ({ASKED}) AS a JOIN people_client AS c ON c.id = a.client_id
    JOIN dispensing_moment AS m ON m.client_id = c.id AND m.due_at < %(horizon)s
        AND m.due_at >= a.day::timestamp AT TIME ZONE c.zone
        AND m.due_at < (a.day + 1)::timestamp AT TIME ZONE c.zone
    JOIN kinds AS k ON k.id = m.dispenser_id WHERE m.organisation_id = %(organisation)s OFFSET 0) AS r
WHERE r.day = r.asked GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - text of this module
KINDS = """kinds AS MATERIALIZED (
    SELECT id, coalesce(started ->> 'model', '') AS model FROM dispensing_dispenser
    WHERE organisation_id = %(organisation)s)"""
# Keys are compared by `=`, so that both searches are one hash join and not every row with every row.
STORE = """
WITH {before} counted AS MATERIALIZED ({select}),
gone AS (DELETE FROM {table} AS t WHERE t.organisation_id = %(organisation)s AND {old}
    AND NOT EXISTS (SELECT FROM counted AS n WHERE {same}))
INSERT INTO {table} (organisation_id, {named}, changed_at)
SELECT %(organisation)s, {named}, %(now)s FROM counted AS n WHERE NOT EXISTS (
    SELECT FROM {table} AS t WHERE t.organisation_id = %(organisation)s AND {old} AND {same}
        AND ({held}) IS NOT DISTINCT FROM ({fresh}))
ORDER BY {unique}
ON CONFLICT (organisation_id, {unique}) DO UPDATE SET {setting}, changed_at = excluded.changed_at
"""
# Where nothing stands yet there is nothing to compare with, and no two rows can meet: a third of the time. In the
# order of the unique index, which then grows page by page.
FILL = """
{before} INSERT INTO {table} (organisation_id, {named}, changed_at)
SELECT %(organisation)s, {named}, %(now)s FROM ({select}) AS n ORDER BY {unique}
"""


def _store(table: str, unique: str, more: str, select: str, old: str, before: str = "") -> str:
    keys, values = unique.split(", "), [*([more] if more else []), *COLUMNS]
    return STORE.format(
        before=before, select=select, table=table, old=old, unique=unique,
        same=" AND ".join(f"{_key('n', each)} = {_key('t', each)}" for each in keys),
        named=", ".join([*keys, *values]), setting=", ".join(f"{each} = excluded.{each}" for each in values),
        held=", ".join(f"t.{each}" for each in values), fresh=", ".join(f"n.{each}" for each in values),
    )  # fmt: skip


def _key(row: str, name: str) -> str:
    """Who has no team is a team of its own."""
    return f"coalesce({row}.{name}::text, '')" if name == "team_id" else f"{row}.{name}"


def _of_clients(select: str, old: str) -> str:
    return _store("value_momentday", "client_id, model, day", "team_id", select, old, before=f"{KINDS},")


def _sums(which: str) -> str:
    return (
        f"SELECT day, team_id, model, {', '.join(f'sum({each}) AS {each}' for each in COLUMNS)}"  # noqa: S608
        f" FROM value_momentday AS t WHERE t.organisation_id = %(organisation)s AND {which} GROUP BY 1, 2, 3"
    )


def _of_teams(which: str) -> str:
    return _store("value_teamday", "day, team_id, model", "", _sums(which), which)


_DAYS = "t.day >= %(since)s AND t.day < %(until)s"
_THESE = "t.day = ANY(%(days)s::date[])"
CLIENTS_IN_RANGE = _of_clients(IN_RANGE, _DAYS)
TEAMS_IN_RANGE = _of_teams(_DAYS)
FILL_CLIENTS = FILL.format(
    before=f"WITH {KINDS}", table="value_momentday", named=f"client_id, model, day, team_id, {NAMES}", select=IN_RANGE,
    unique="client_id, model, day",
)  # fmt: skip
FILL_TEAMS = FILL.format(
    before="", table="value_teamday", named=f"day, team_id, model, {NAMES}", select=_sums(_DAYS),
    unique="day, team_id, model",
)  # fmt: skip
_ANY = "SELECT FROM {table} AS t WHERE t.organisation_id = %(organisation)s AND " + _DAYS
FILLED = (
    f"SELECT EXISTS ({_ANY.format(table='value_momentday')}) OR EXISTS ({_ANY.format(table='value_teamday')})"
)
CLIENTS_ASKED = _of_clients(OF_ASKED, f"(t.client_id, t.day) IN ({ASKED})")
TEAMS_ASKED = _of_teams(_THESE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The days [since, until) of one organisation."""

    organisation_id: UUID
    since: date
    until: date


def count_slice(slice: Slice, *, horizon: datetime, now: datetime) -> None:
    """Count every client's and team's days of a slice anew. In the caller's transaction; four statements.

    The caller holds the turn of this organisation: nobody else writes its counts meanwhile.
    """
    values: dict[str, Any] = {
        "organisation": slice.organisation_id, "since": slice.since, "until": slice.until, "horizon": horizon,
        "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(FILLED, values)
        (filled,) = cursor.fetchone() or (True,)
        cursor.execute(CLIENTS_IN_RANGE if filled else FILL_CLIENTS, values)
        cursor.execute(TEAMS_IN_RANGE if filled else FILL_TEAMS, values)


def count_days(
    organisation_id: UUID, days: Collection[tuple[UUID, date]], *, horizon: datetime, now: datetime
) -> None:
    """Count these days of these clients anew, and the days of the teams. Two statements, however many."""
    if not days:
        return
    clients, dates = zip(*days, strict=True)
    values: dict[str, Any] = {
        "organisation": organisation_id, "clients": array("uuid", clients), "days": array("date", dates),
        "horizon": horizon, "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CLIENTS_ASKED, values)
        cursor.execute(TEAMS_ASKED, values)
