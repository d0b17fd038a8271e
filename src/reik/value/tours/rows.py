"""The visits of a taken planning as tours take them (`Planned`), and what of them can be chosen on a screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from reik.value.tours.planned import Planned
from reik.value.tours.problem import LONGEST_VISIT, MINUTE, Place
from reik.value.tours.questions import Question

_CHOICES = """
SELECT team_key, count(*), count(*) FILTER (WHERE kind = 'unique'),
    count(DISTINCT client_key) FILTER (WHERE kind = 'unique'),
    count(DISTINCT worker_key) FILTER (WHERE worker_key <> ''),
    count(*) FILTER (WHERE latitude IS NULL OR longitude IS NULL), min(day), max(day)
FROM value_visit WHERE file_id = %s AND organisation_id = %s GROUP BY team_key ORDER BY team_key
"""
_CHOSEN = """
SELECT v.line, v.day, extract(epoch FROM (v.starts_at AT TIME ZONE f.zone) - v.day)::bigint, v.minutes, v.kind,
    v.client_key, v.worker_key, v.team_key, v.heavy, v.latitude, v.longitude
FROM value_visit AS v JOIN value_planningfile AS f ON f.id = v.file_id
WHERE v.file_id = %(file)s AND v.organisation_id = %(organisation)s AND v.day BETWEEN %(first)s AND %(last)s
    AND (%(teams)s::text[] = '{}' OR v.team_key = ANY(%(teams)s)) ORDER BY v.line
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChoice:
    """One team of a planning: what there is to choose."""

    team: str
    visits: int
    unique: int
    clients: int
    workers: int
    nowhere: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The visits of a question. Left out: `nowhere`, without a place; `long`, of more than twelve hours."""

    planned: list[Planned]
    nowhere: int
    long: int

    @property
    def left_out(self) -> int:
        return self.nowhere + self.long


def choices(file_id: UUID, organisation_id: UUID) -> list[TeamChoice]:
    """Per team, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES, [file_id, organisation_id])
        names = TeamChoice.__dataclass_fields__
        return [TeamChoice(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def visits_of(file_id: UUID, organisation_id: UUID, question: Question) -> Chosen:
    """In the order of the file. With an own matrix a client is a place; without one a visit needs coordinates."""
    asked: dict[str, Any] = {
        "file": file_id, "organisation": organisation_id, "first": question.first, "last": question.last,
        "teams": list(question.teams),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, asked)
        rows = cursor.fetchall()
    long = [row for row in rows if row[3] * MINUTE > LONGEST_VISIT]
    kept = [row for row in rows if row[3] * MINUTE <= LONGEST_VISIT]
    placed = [row for row in kept if question.matrix or None not in row[9:11]]
    planned = [_planned(row, by_client=bool(question.matrix)) for row in placed]
    return Chosen(planned=planned, nowhere=len(kept) - len(placed), long=len(long))


def _planned(row: tuple[Any, ...], *, by_client: bool) -> Planned:
    line, day, start, minutes, kind, client, worker, team, heavy, latitude, longitude = row
    place = Place(client) if by_client else Place(f"{latitude:.6f},{longitude:.6f}", latitude, longitude)
    return Planned(
        line, day, client, place, int(start) // MINUTE * MINUTE, max(1, round(minutes * MINUTE)), kind, worker, team,
        heavy=heavy,
    )  # fmt: skip
