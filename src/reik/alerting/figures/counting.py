"""Figures of load and fatigue over a period, each with its denominator and set-wise (R51, R52)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.figures.callers import Called, Disturbed, called, nights
from reik.alerting.figures.lived import CONDITIONS, INTERVALS, LIVED, Period
from reik.kernel.rows import array
from reik.kernel.shares import FEWEST, Share

DAYS_OF_MONTH = 30.4375
REFERENCE_PCT = 70
"""The share of notices that closes without a visit elsewhere (R52)."""
BREACHES = ("late_send", "late_accept", "late_handle")
NIGHT = (23, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Seconds: the middle one and the one that nine of ten stay under; None where there are too few cases."""

    name: str
    cases: int
    p50: int | None
    p90: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alerts of one group (a cause, a team, a client). `per_month`: per client-month, None with too few alerts."""

    key: str
    alerts: int
    client_months: float
    per_month: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of a period. `counts` by name as in `lived.CONDITIONS`."""

    counts: dict[str, int]
    client_months: float
    spreads: tuple[Spread, ...]
    called: tuple[Called, ...]
    nights: tuple[Disturbed, ...]
    outage_lines: int
    drills: int

    @property
    def by_centre(self) -> Share:
        return Share(self.counts["centre_closed"], self.counts["centre_got"])

    @property
    def without_visit(self) -> Share:
        return Share(self.counts["no_visit"], self.counts["by_person"])

    @property
    def breaches(self) -> list[tuple[str, Share]]:
        return [(each, Share(self.counts[each], self.counts["all"])) for each in BREACHES]

    @property
    def nuisance(self) -> list[tuple[str, Share]]:
        return [
            (each, Share(self.counts[each], self.counts["all"])) for each in ("late_press", "false_notice")
        ]


def figures(period: Period, organisation_ids: Collection[UUID]) -> Figures:
    """The figures of these clients. Six statements, however many alerts."""
    return Figures(
        counts=_counts(period), client_months=client_months(period), spreads=_spreads(period),
        called=called(period), nights=nights(period), outage_lines=_outage_lines(period),
        drills=_drills(period, organisation_ids),
    )  # fmt: skip


def _rows(sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]
        return list(cursor.fetchall())


def _counts(period: Period) -> dict[str, int]:
    counted = ", ".join(f"count(*) FILTER (WHERE {each})" for each in CONDITIONS.values())
    (row,) = _rows(f"{LIVED} SELECT {counted} FROM lived", period.values())  # noqa: S608 - text of this package
    return dict(zip(CONDITIONS, row, strict=True))


CLIENT_DAYS = """
SELECT {group}, count(DISTINCT (d.client_id, (d.due_at AT TIME ZONE %(zone)s)::date))
FROM dispensing_moment AS d JOIN people_client AS c ON c.id = d.client_id
WHERE d.client_id = ANY(%(clients)s::uuid[]) AND d.due_at >= %(since)s AND d.due_at < %(until)s GROUP BY 1
"""


def client_months(period: Period) -> float:
    """Days on which a client had a moment, in months."""
    rows = _rows(CLIENT_DAYS.format(group="1"), period.values())
    return rows[0][1] / DAYS_OF_MONTH if rows else 0.0


GROUPS = {"cause": "cause", "team": "coalesce(team_id::text, '')", "client": "client_id::text"}


def grouped(period: Period, by: str = "cause") -> list[Group]:
    """Alerts per client-month by cause, team or client, the most first. Of a cause, the months of all clients."""
    column = GROUPS[by]
    counted = (
        f"{LIVED} SELECT {column}, count(*) FROM lived WHERE NOT of_outage GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608
    )
    rows = _rows(counted, period.values())
    whole = client_months(period)
    months = {}
    if by != "cause":
        column = "coalesce(c.team_id::text, '')" if by == "team" else "d.client_id::text"
        found = _rows(CLIENT_DAYS.format(group=column), period.values())
        months = {key: days / DAYS_OF_MONTH for key, days in found}
    return [_group(key, alerts, months.get(key, 0.0) if by != "cause" else whole) for key, alerts in rows]


def _group(key: str, alerts: int, months: float) -> Group:
    rate = round(alerts / months, 2) if months and alerts >= FEWEST else None
    return Group(key=key, alerts=alerts, client_months=months, per_month=rate)


def _spreads(period: Period) -> tuple[Spread, ...]:
    measured = ", ".join(
        f"count({each}), percentile_disc(0.5) WITHIN GROUP (ORDER BY {each}),"
        f" percentile_disc(0.9) WITHIN GROUP (ORDER BY {each})"
        for each in INTERVALS.values()
    )
    (row,) = _rows(f"{LIVED} SELECT {measured} FROM lived WHERE NOT of_outage", period.values())  # noqa: S608
    return tuple(_spread(name, *row[3 * at : 3 * at + 3]) for at, name in enumerate(INTERVALS))


def _spread(name: str, cases: int, p50: Any, p90: Any) -> Spread:
    enough = cases >= FEWEST
    return Spread(
        name=name, cases=cases, p50=round(p50) if enough else None, p90=round(p90) if enough else None
    )


def _outage_lines(period: Period) -> int:
    rows = _rows(
        "SELECT count(*) FROM alerting_outageline WHERE client_id = ANY(%(clients)s::uuid[])"
        " AND due_at >= %(since)s AND due_at < %(until)s",
        period.values(),
    )
    return int(rows[0][0])


def _drills(period: Period, organisation_ids: Collection[UUID]) -> int:
    rows = _rows(
        "SELECT count(*) FROM alerting_drill WHERE organisation_id = ANY(%(organisations)s)"
        " AND started_at >= %(since)s AND started_at < %(until)s",
        period.values(organisations=list(organisation_ids)),
    )
    return int(rows[0][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An alert behind a figure; seconds as in `lived.INTERVALS`, None where it was not, or not yet."""

    alert_id: UUID
    client_id: UUID
    cause: str
    opened_at: datetime
    closed_at: datetime | None
    closed_as: str
    accept_s: int | None
    handle_s: int | None


def rows_behind(
    period: Period,
    figure: str,
    *,
    cause: str = "",
    alert_ids: Collection[UUID] | None = None,
    most: int = 200,
) -> list[Row]:
    """The alerts that a figure counts, the newest first; of these alone where they are given (`callers.calls_of`).

    Raises KeyError for a figure that there is not.
    """
    which = CONDITIONS[figure] + (" AND cause = %(cause)s" if cause else "")
    if alert_ids is not None:
        which += " AND id = ANY(%(alerts)s::uuid[])"
    accept, handle = INTERVALS["accept"], INTERVALS["handle"]
    listed = (
        f"{LIVED} SELECT id, client_id, cause, opened_at, closed_at, closed_as, {accept}, {handle}"  # noqa: S608
        f" FROM lived WHERE {which} ORDER BY opened_at DESC, id LIMIT %(most)s"
    )
    rows = _rows(listed, period.values(cause=cause, alerts=array("uuid", alert_ids or ()), most=most))
    return [
        Row(
            alert_id=row[0], client_id=row[1], cause=row[2], opened_at=row[3], closed_at=row[4], closed_as=row[5],
            accept_s=None if row[6] is None else round(row[6]), handle_s=None if row[7] is None else round(row[7]),
        )
        for row in rows
    ]  # fmt: skip
