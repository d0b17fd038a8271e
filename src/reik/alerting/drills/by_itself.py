"""Drills that Reik holds by itself: of each route monthly, and after every change of it or of a number (R57, N12).

Set-wise, a few at a time, in working hours between the peaks, and never while an outage is open.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.alerting.drills.answering import end_over
from reik.alerting.drills.calling import call_due
from reik.alerting.drills.holding import ZONE, hold
from reik.alerting.drills.routes_in_use import RouteInUse, routes_in_use
from reik.alerting.drills.rules import HOURS, MONTHLY, Hours, is_peak, is_working_time, why_now
from reik.alerting.forewarnings.keeping import alone
from reik.kernel.operations import installation_kind
from reik.kernel.rows import array

LOCK = 0x6A7E_0003
BY = "reik"
LATELY = timedelta(minutes=30)


@cache
def at_once() -> int:
    """How many drills of one organisation Reik begins in half an hour: REIK_DRILLS_AT_ONCE, 3 when not set; 0: none."""
    return int(os.environ.get("REIK_DRILLS_AT_ONCE", "3"))


@cache
def hours() -> Hours:
    """In which hours of a working day: REIK_DRILL_HOURS ("09:30-11:30,13:30-16:30")."""
    said = os.environ.get("REIK_DRILL_HOURS", "")
    if not said:
        return HOURS
    spans = (each.split("-") for each in said.split(","))
    return tuple(
        (time.fromisoformat(since.strip()), time.fromisoformat(until.strip())) for since, until in spans
    )


def look_around(now: datetime) -> int:
    """Once a minute: send what is due, end what is over, begin what Reik holds by itself; gives how many began."""
    call_due(now)
    end_over(now)
    if not at_once() or not is_working_time(now, ZoneInfo(ZONE), hours()) or installation_kind() == "demo":
        return 0
    return begin_by_itself(now)


@transaction.atomic
def begin_by_itself(now: datetime) -> int:
    """Begin the drills that are due by themselves; gives how many. Of several watchers one looks."""
    if not alone(LOCK) or _outage_open():
        return 0
    due: Mapping[str, dict[UUID, list[RouteInUse]]] = defaultdict(lambda: defaultdict(list))
    for each in routes_in_use():
        why = why_now(each.standing, now, ZoneInfo(ZONE), hours())
        if why:
            due[why][each.organisation_id].append(each)
    begun = 0
    busy = _busy({id for of in due.values() for id in of}, now)
    for why in sorted(
        due, key=lambda each: each == MONTHLY
    ):  # a change goes before what comes round every month
        chosen: list[RouteInUse] = []
        for organisation_id, found in due[why].items():
            room = max(0, at_once() - busy[organisation_id])
            busy[organisation_id] += len(found[:room])
            chosen += found[:room]
        begun += len(_hold(chosen, why, now))
    return begun


def _hold(chosen: Sequence[RouteInUse], why: str, now: datetime) -> list[UUID]:
    asked = [(each.arrangement_id, each.number) for each in chosen]
    return hold(asked, why=why, by=BY, now=now) if asked else []


def _outage_open() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM alerting_outage WHERE closed_at IS NULL)")
        return bool(cursor.fetchone()[0])


BUSY = """
SELECT o.id,
    (SELECT count(*) FROM alerting_drill AS d WHERE d.organisation_id = o.id AND d.by = %(by)s
        AND d.started_at > %(lately)s),
    (SELECT count(*) FROM alerting_alert AS a WHERE a.organisation_id = o.id AND a.closed_at IS NULL
        AND a.state = 'open' AND a.opened_at > %(lately)s),
    m.around, m.of_day
FROM unnest(%(ids)s::uuid[]) AS o(id) CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE due_at BETWEEN %(now)s - interval '30 min' AND %(now)s + interval '30 min') AS around,
        count(*) AS of_day
    FROM dispensing_moment WHERE organisation_id = o.id
        AND due_at BETWEEN %(now)s - interval '12 h' AND %(now)s + interval '12 h') AS m
"""
CROWDED = 5
"""So many alerts that nobody has yet, of the last half hour: then people are not called for a drill besides."""


def _busy(organisation_ids: Collection[UUID], now: datetime) -> dict[UUID, int]:
    """How many drills each organisation had by itself lately; at a peak, as many as it may have at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            BUSY,
            {"by": BY, "lately": now - LATELY, "now": now, "ids": array("uuid", organisation_ids)},
        )
        return {
            id: at_once() if open >= CROWDED or is_peak(around, of_day) else lately
            for id, lately, open, around, of_day in cursor.fetchall()
        }
