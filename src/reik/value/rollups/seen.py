"""Reads of the daily counts: of an organisation, its teams, types of dispenser, clients, days and months.

The caller has looked whom he may see; row-level security stands behind it. Groups come in the order of their names or
days, never of their figures: this is no ranking of people (N8).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array
from reik.value.adherence import BUCKETS, NONE, OUTCOMES, Counts
from reik.value.models import RollupState, TeamDay
from reik.value.rollups.counting import COLUMNS, SUMS
from reik.value.rollups.running import NAME

GROUPS = {
    "all": "1", "team": "t.team_id", "model": "t.model", "day": "t.day",
    "month": "date_trunc('month', t.day::timestamp)::date",
}  # fmt: skip
"""By their own types: making text of every row takes longer than adding them up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days [since, until), each in the client's own zone."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which part of an organisation: None means all. A team of `""` is who has none."""

    team: str | None = None
    model: str | None = None


ALL = Which()


def counted_through() -> datetime | None:
    """Up to when moments have been counted; None: never yet."""
    state = RollupState.objects.filter(name=NAME).first()
    return state.through if state else None


def first_day(organisation_id: UUID) -> date | None:
    """The first day of which a moment was counted; None: there is none yet. One statement."""
    found = TeamDay.objects.filter(organisation_id=organisation_id, moments__gt=0).order_by("day").first()
    return found.day if found else None


def counts(organisation_id: UUID, days: Days, which: Which = ALL) -> Counts:
    """The counts of an organisation, or of one team or type of dispenser. One statement."""
    return grouped(organisation_id, days, "all", which).get("1", NONE)


def grouped(organisation_id: UUID, days: Days, by: str, which: Which = ALL) -> dict[str, Counts]:
    """The counts by one of GROUPS, in the order of the key. One statement.

    Keys are text: a team's id (`""`: who has none), a type of dispenser, `2026-11-30`, `2026-11`.
    """
    where, values = "", {"organisation": organisation_id, "since": days.since, "until": days.until}
    if which.team is not None:
        where += " AND t.team_id IS NOT DISTINCT FROM %(team)s::uuid"
        values["team"] = which.team or None
    if which.model is not None:
        where += " AND t.model = %(model)s"
        values["model"] = which.model
    sql = (
        f"SELECT {GROUPS[by]}, {SUMS} FROM value_teamday AS t WHERE t.organisation_id = %(organisation)s"  # noqa: S608
        f" AND t.day >= %(since)s AND t.day < %(until)s{where} GROUP BY 1 ORDER BY 1 NULLS FIRST"
    )
    return {_text(row[0], by): _counts(row[1:]) for row in _rows(sql, values)}


def _text(key: Any, by: str) -> str:
    text = "" if key is None else str(key)
    return text[:7] if by == "month" else text


def of_clients(organisation_id: UUID, client_ids: Collection[UUID], days: Days) -> dict[UUID, Counts]:
    """The counts of each of these clients, for a conversation with her; in the order of the ids that are given."""
    sql = (
        f"SELECT t.client_id, {SUMS} FROM value_momentday AS t WHERE t.organisation_id = %(organisation)s"  # noqa: S608
        " AND t.client_id = ANY(%(clients)s::uuid[]) AND t.day >= %(since)s AND t.day < %(until)s GROUP BY 1"
    )
    values = {
        "organisation": organisation_id, "clients": array("uuid", client_ids), "since": days.since,
        "until": days.until,
    }  # fmt: skip
    found = {row[0]: _counts(row[1:]) for row in _rows(sql, values)}
    return {each: found.get(each, NONE) for each in client_ids}


def days_of(organisation_id: UUID, client_id: UUID, days: Days) -> dict[date, Counts]:
    """One client, day by day; days without a moment are missing."""
    sql = (
        f"SELECT t.day, {SUMS} FROM value_momentday AS t WHERE t.organisation_id = %(organisation)s"  # noqa: S608
        " AND t.client_id = %(client)s AND t.day >= %(since)s AND t.day < %(until)s GROUP BY 1 ORDER BY 1"
    )
    values = {
        "organisation": organisation_id, "client": client_id, "since": days.since, "until": days.until
    }  # fmt: skip
    return {row[0]: _counts(row[1:]) for row in _rows(sql, values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One client's day behind a figure."""

    client_id: UUID
    team_id: UUID | None
    model: str
    day: date
    counts: Counts


def rows_behind(
    organisation_id: UUID, days: Days, outcomes: Sequence[str], which: Which = ALL, most: int = 200
) -> list[Row]:
    """The clients' days in which any of these outcomes was counted, the newest first; at most `most`.

    Raises KeyError for an outcome that there is not.
    """
    if unknown := set(outcomes) - set(OUTCOMES):
        raise KeyError(*unknown)
    some = " + ".join(f"t.{each}" for each in outcomes)
    where = " AND t.team_id IS NOT DISTINCT FROM %(team)s::uuid" if which.team is not None else ""
    where += " AND t.model = %(model)s" if which.model is not None else ""
    sql = (
        f"SELECT t.client_id, t.team_id, t.model, t.day, {', '.join(f't.{each}' for each in COLUMNS)}"  # noqa: S608
        " FROM value_momentday AS t WHERE t.organisation_id = %(organisation)s AND t.day >= %(since)s"
        f" AND t.day < %(until)s AND {some} > 0{where} ORDER BY t.day DESC, t.client_id, t.model LIMIT %(most)s"
    )
    values = {
        "organisation": organisation_id, "since": days.since, "until": days.until, "most": most,
        "team": which.team or None, "model": which.model,
    }  # fmt: skip
    return [
        Row(client_id=row[0], team_id=row[1], model=row[2], day=row[3], counts=_counts(row[4:]))
        for row in _rows(sql, values)
    ]


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _counts(row: Sequence[Any]) -> Counts:
    found = dict(zip(COLUMNS, map(int, row), strict=True))
    return Counts(
        moments=found["moments"], sachets=found["sachets"],
        by_outcome={str(each): found[each] for each in OUTCOMES}, delays={each: found[each] for each in BUCKETS},
    )  # fmt: skip
