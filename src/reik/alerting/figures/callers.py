"""How often each responder was called, by her account: two people of one name are two, a new name is nobody new (R52).

Whose call it was is told by where it went: a person's own app or an informal carer's own phone is hers. Of a phone
that others use too it is she whose name was called. Whoever has no account is known by her name alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.figures.lived import LIVED, Period

SHIFTS = ("day", "evening", "night")
"""07 to 15, 15 to 23 and 23 to 07, on the wall clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How often somebody was called in a shift: `calls` with repetitions, about `alerts`, in `shifts` of that kind."""

    who: UUID
    responder: str
    action: str
    shift: str
    calls: int
    alerts: int
    shifts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed:
    """An informal carer's nights: in how many of the period's she was called, and how often."""

    who: UUID
    responder: str
    calls: int
    nights: int


HOUR = "extract(hour FROM s.taken_at AT TIME ZONE %(zone)s)"
SHIFT = (
    f"CASE WHEN {HOUR} >= 7 AND {HOUR} < 15 THEN 'day' WHEN {HOUR} >= 15 AND {HOUR} < 23 THEN 'evening'"
    " ELSE 'night' END"
)
# The night belongs to the day on which it began.
DAY = "((s.taken_at AT TIME ZONE %(zone)s) - interval '7 h')::date"
# Also who left a roster or may see nothing any more: her calls were hers.
HEARD = f"""
{LIVED}, calls AS (
    SELECT s.alert_id, s.action, s.responder, s.destination_id, {SHIFT} AS shift, {DAY} AS day
    FROM lived JOIN alerting_step AS s ON s.alert_id = lived.id WHERE s.taken_at IS NOT NULL AND NOT of_outage
), ways AS (
    SELECT destination_id, account_id, '' AS name, true AS own FROM people_pushdestination
    UNION ALL SELECT w.destination_id, p.account_id, p.name, true FROM alerting_carerway AS w
        JOIN people_carer AS p ON p.id = w.carer_id WHERE p.account_id IS NOT NULL
    UNION ALL SELECT unnest(ARRAY[destination_id, fallback_id]), account_id, name, false FROM people_rostermember
        WHERE account_id IS NOT NULL
), known AS (
    SELECT n.destination_id, n.responder, array_agg(DISTINCT w.account_id) FILTER (WHERE w.own) AS own,
        array_agg(DISTINCT w.account_id) FILTER (WHERE n.responder IN (w.name, a.display_name)) AS named
    FROM (SELECT DISTINCT destination_id, responder FROM calls) AS n
    JOIN ways AS w ON w.destination_id = n.destination_id LEFT JOIN kernel_account AS a ON a.id = w.account_id
    GROUP BY 1, 2
), heard AS (
    SELECT c.*, coalesce(
        CASE WHEN cardinality(k.own) = 1 THEN k.own[1] WHEN cardinality(k.named) = 1 THEN k.named[1] END,
        md5('name:' || c.responder)::uuid) AS who
    FROM calls AS c LEFT JOIN known AS k ON k.destination_id = c.destination_id AND k.responder = c.responder
)
"""  # noqa: S608 - text of this package
NAMED = "coalesce((SELECT display_name FROM kernel_account WHERE id = h.who), max(h.responder))"
CALLED = f"""
{HEARD} SELECT h.who, {NAMED}, h.action, h.shift, count(*), count(DISTINCT h.alert_id), count(DISTINCT h.day)
FROM heard AS h GROUP BY h.who, h.action, h.shift ORDER BY 5 DESC, 2, 1, 3, 4
"""  # noqa: S608 - text of this module
NIGHTS = f"""
{HEARD} SELECT h.who, {NAMED}, count(*), count(DISTINCT h.day)
FROM heard AS h WHERE h.action = 'ask_carer' AND h.shift = 'night' GROUP BY h.who ORDER BY 4 DESC, 3 DESC, 2, 1
"""  # noqa: S608 - text of this module
OF_HER = (
    f"{HEARD} SELECT DISTINCT h.alert_id, {NAMED.replace('max(h.responder)', 'h.responder')} FROM heard AS h"  # noqa: S608
    " WHERE h.who = %(who)s AND (%(shift)s = '' OR h.shift = %(shift)s)"
)


def called(period: Period) -> tuple[Called, ...]:
    """Who was called how often, by action and shift, the most first."""
    return tuple(
        Called(
            who=row[0], responder=row[1], action=row[2], shift=row[3], calls=row[4], alerts=row[5], shifts=row[6]
        )
        for row in _rows(CALLED, period.values())
    )  # fmt: skip


def nights(period: Period) -> tuple[Disturbed, ...]:
    """Informal carers whose nights were disturbed, the most nights first."""
    return tuple(
        Disturbed(who=row[0], responder=row[1], calls=row[2], nights=row[3])
        for row in _rows(NIGHTS, period.values())
    )


def calls_of(period: Period, who: UUID, shift: str = "") -> tuple[str, list[UUID]]:
    """What she is called, and the alerts about which she was called (in this shift); empty where there are none."""
    rows = _rows(OF_HER, period.values(who=who, shift=shift))
    return (rows[0][1] if rows else ""), sorted({row[0] for row in rows})


def _rows(sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]
        return list(cursor.fetchall())
