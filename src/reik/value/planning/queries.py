"""Reads of plannings: the files on their way, and what the taken ones say of the care as it is (R64, R65, N10)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.kernel.crypto import vault
from reik.value.models import PlanningFile, PlanningMapping
from reik.value.planning.mapping import MappingRefused, PlanningMap, from_json
from reik.value.planning.visits import PEAK_FROM, PEAK_UNTIL
from reik.value.planning.weeks import Known, WeekVisit, week_from
from reik.value.report_peak import Quarter, quarters


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeen:
    """A planning file as a screen shows it; `refused` are its first thousand refused rows (line, code, value)."""

    id: UUID
    organisation_id: UUID
    name: str
    state: str
    anonymous: bool
    size: int
    rows_read: int
    counted: dict[str, Any]
    problem: str
    problem_code: str
    first_day: date | None
    last_day: date | None
    visits: int
    refused: tuple[tuple[int, str, str], ...]
    refused_count: int
    mapping: dict[str, Any]
    by: str
    created_at: datetime
    taken_at: datetime | None


def files(organisation_id: UUID) -> list[FileSeen]:
    """The newest first; removed ones are not shown."""
    rows = (
        PlanningFile.objects.filter(organisation_id=organisation_id)
        .exclude(state="removed")
        .defer("look", "refused")
    )
    return [_seen(each, refused=False) for each in rows.order_by("-created_at", "-id")]


def newest_taken(organisation_id: UUID) -> FileSeen | None:
    """The planning that counts and runs furthest; of two alike the one that came last."""
    taken = [each for each in files(organisation_id) if each.state == "taken"]
    return max(
        taken, key=lambda each: (each.last_day or each.created_at.date(), each.created_at), default=None
    )


def file(file_id: UUID, organisation_id: UUID) -> FileSeen | None:
    row = PlanningFile.objects.filter(id=file_id, organisation_id=organisation_id).defer("look").first()
    return _seen(row, refused=True) if row else None


def _seen(row: PlanningFile, *, refused: bool) -> FileSeen:
    listed = [(each["line"], each["reason"], each["value"]) for each in row.refused] if refused else []
    return FileSeen(
        id=row.id, organisation_id=row.organisation_id, name=row.name, state=row.state, anonymous=row.anonymous,
        size=row.size, rows_read=row.rows_read, counted=row.counted, problem=row.problem, problem_code=row.problem_code,
        first_day=row.first_day,
        last_day=row.last_day, visits=row.visits, refused=tuple(listed), refused_count=row.refused_count,
        mapping=row.mapping, by=row.by, created_at=row.created_at, taken_at=row.taken_at,
    )  # fmt: skip


def look_of(file_id: UUID, organisation_id: UUID) -> dict[str, Any] | None:
    """What `looking.look_at` saw; None before it has looked, and once the file was taken."""
    row = (
        PlanningFile.objects.filter(id=file_id, organisation_id=organisation_id)
        .only("look", "organisation_id")
        .first()
    )
    if row is None or not row.look:
        return None
    seen: dict[str, Any] = json.loads(vault().open(organisation_id, bytes(row.look)))
    return seen


def mappings_of(organisation_id: UUID) -> dict[str, PlanningMap]:
    """The newest of each name, by name."""
    found: dict[str, PlanningMap] = {}
    rows = PlanningMapping.objects.filter(organisation_id=organisation_id).order_by(
        "name", "-created_at", "-id"
    )
    for name, mapping in rows.values_list("name", "mapping"):
        if name not in found:
            try:
                found[name] = from_json(mapping)
            except MappingRefused:
                continue  # of an older version
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFigures:
    """What one team's planning says. Minutes are planned ones; `travel` only of visits whose leg is known (`legs`),
    `heavy` of `heavy_known` visits."""

    team: str
    clients: int
    medication_clients: int
    days: int
    visits: int
    combined: int
    unique: int
    care_min: float
    medication_min: float
    unique_min: float
    travel_min: float
    legs: int
    unique_travel_min: float
    unique_legs: int
    peak: int
    peak_unique: int
    heavy: int
    heavy_known: int

    @property
    def moments_per_day(self) -> float | None:
        """Medication moments, unique and combined, of the whole team on a day of this planning."""
        return (self.combined + self.unique) / self.days if self.days else None

    @property
    def peak_share(self) -> float | None:
        return self.peak / self.visits if self.visits else None


_BY_TEAM = """
WITH v AS (
    SELECT *, extract(hour FROM starts_at AT TIME ZONE %(zone)s) >= %(from)s
        AND extract(hour FROM starts_at AT TIME ZONE %(zone)s) < %(until)s AS peak
    FROM value_visit WHERE file_id = %(file)s
)
SELECT team_key, count(DISTINCT client_key), count(DISTINCT client_key) FILTER (WHERE kind <> 'none'),
    count(DISTINCT day), count(*), count(*) FILTER (WHERE kind = 'combined'), count(*) FILTER (WHERE kind = 'unique'),
    sum(minutes), coalesce(sum(minutes) FILTER (WHERE kind <> 'none'), 0),
    coalesce(sum(minutes) FILTER (WHERE kind = 'unique'), 0), coalesce(sum(travel_minutes), 0), count(travel_minutes),
    coalesce(sum(travel_minutes) FILTER (WHERE kind = 'unique'), 0),
    count(travel_minutes) FILTER (WHERE kind = 'unique'), count(*) FILTER (WHERE peak),
    count(*) FILTER (WHERE peak AND kind = 'unique'), count(*) FILTER (WHERE heavy), count(heavy)
FROM v GROUP BY team_key ORDER BY team_key
"""


def by_team(file_id: UUID, organisation_id: UUID) -> list[TeamFigures]:
    """The figures per team of one file, whatever its state."""
    zone = (
        PlanningFile.objects.filter(id=file_id, organisation_id=organisation_id)
        .values_list("zone", flat=True)
        .first()
    )
    if zone is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BY_TEAM, {"zone": zone, "from": PEAK_FROM, "until": PEAK_UNTIL, "file": file_id})
        rows = cursor.fetchall()
    return [
        TeamFigures(
            team=r[0], clients=r[1], medication_clients=r[2], days=r[3], visits=r[4], combined=r[5], unique=r[6],
            care_min=r[7], medication_min=r[8], unique_min=r[9], travel_min=r[10], legs=r[11], unique_travel_min=r[12],
            unique_legs=r[13], peak=r[14], peak_unique=r[15], heavy=r[16], heavy_known=r[17],
        )
        for r in rows
    ]  # fmt: skip


_BY_QUARTER = """
SELECT (extract(hour FROM at)::int * 60 + extract(minute FROM at)::int) / 15, count(*) FILTER (WHERE kind = 'unique'),
    count(*) FILTER (WHERE kind = 'combined'), count(*) FILTER (WHERE kind = 'none')
FROM (SELECT kind, (v.starts_at AT TIME ZONE f.zone)::time AS at FROM value_visit AS v
    JOIN value_planningfile AS f ON f.id = v.file_id WHERE f.id = %s AND f.organisation_id = %s) AS seen
GROUP BY 1 ORDER BY 1
"""


def by_quarter(file_id: UUID, organisation_id: UUID) -> list[tuple[int, int, int, int]]:
    """Visits of the whole file by the quarter of an hour in which they begin: (quarter of the day from 0, unique,
    combined, other), those that have any."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_QUARTER, [file_id, organisation_id])
        return [(row[0], row[1], row[2], row[3]) for row in cursor.fetchall()]


def quarters_of(seen: FileSeen) -> list[Quarter]:
    """The morning of one file, on an average day of it."""
    return quarters(by_quarter(seen.id, seen.organisation_id), int(seen.counted.get("days", 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWeek:
    """One client's medication in a week, from the newest planning in which she was found."""

    file_id: UUID
    file: str
    first_day: date
    last_day: date
    visits: tuple[WeekVisit, ...]


_OF_CLIENTS = """
SELECT v.client_id, v.day, (v.starts_at AT TIME ZONE f.zone)::time, v.minutes, v.travel_minutes, v.kind, f.id, f.name,
    f.first_day, f.last_day
FROM value_visit AS v JOIN value_planningfile AS f ON f.id = v.file_id
WHERE f.state = 'taken' AND v.client_id = ANY(%s) AND v.kind <> 'none'
ORDER BY f.last_day DESC, f.taken_at DESC, f.id, v.starts_at
"""


def weeks_of(client_ids: Collection[UUID]) -> dict[UUID, ClientWeek]:
    """Each client's usual week of medication visits, of clients whom the caller may see already."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CLIENTS, [list(client_ids)])
        rows = cursor.fetchall()
    of: dict[UUID, tuple[UUID, str, date, date]] = {}
    known: dict[UUID, list[Known]] = defaultdict(list)
    for client_id, day, at, minutes, travel, kind, *source in rows:
        if of.setdefault(client_id, (source[0], source[1], source[2], source[3]))[0] == source[0]:
            known[client_id].append(Known(day, at, minutes, travel, kind == "unique"))
    found = {}
    for client_id, (file_id, name, first, last) in of.items():
        visits = week_from(known[client_id], first, last)
        if visits:
            found[client_id] = ClientWeek(
                file_id=file_id, file=name, first_day=first, last_day=last, visits=tuple(visits)
            )
    return found


def waiting(now: datetime) -> bool:
    """Whether `reik jobs` has to look at, read, clear or forget a file. Of all organisations: for a worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM value_planningfile WHERE state IN ('looking', 'reading')"
            " OR (state = 'removed' AND visits > 0)"
            " OR (state IN ('uploaded', 'read', 'failed') AND created_at < %s - interval '14 days'))",
            [now],
        )
        return bool(cursor.fetchone()[0])
