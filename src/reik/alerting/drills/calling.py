"""The calls of drills that are due: really sent, to whoever stands on the roster now, and marked as a drill (R55)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from reik.alerting.arrangements.reaching import Reached, reached
from reik.alerting.drills.rules import MONTHLY, PROVEN, PROVEN_FOR
from reik.alerting.policy import CARER_AWAY, PlannedStep
from reik.kernel import outbox
from reik.kernel.outbox import Message
from reik.kernel.rows import Columns, array
from reik.people.rosters import absent_carers

TYPE = "drill.step"
AFTER_ALERTS = 1
"""The priority of its message: behind every alert, before every report."""

DUE = """
UPDATE alerting_drillstep AS t SET sent_at = %(now)s
FROM (SELECT t.id, d.why, d.route, d.arrangement_id, s.roster_id, s.place, s.carer_id FROM alerting_drillstep AS t
    JOIN alerting_drill AS d ON d.id = t.drill_id
    LEFT JOIN alerting_arrangementstep AS s ON s.arrangement_id = d.arrangement_id AND s.route = d.route
        AND s.position = t.position
    WHERE t.sent_at IS NULL AND t.reason = '' AND t.due_at <= %(now)s
    ORDER BY t.due_at, t.id LIMIT %(most)s FOR NO KEY UPDATE OF t SKIP LOCKED) AS n
WHERE t.id = n.id
RETURNING t.id, t.organisation_id, t.drill_id, t.position, t.action, t.responder, t.destination_id, t.fallback_id,
    t.due_at, t.wait_s, n.why, n.route, n.roster_id, n.place, n.carer_id, t.error
"""
OTHER_WAY = "other way"
"""What stands in `error` of a call by the other way until it is sent: it asks no roster again."""


@transaction.atomic
def call_due(now: datetime, most: int = 500) -> int:
    """Send what is due; gives how many were looked at. For `reik watch`, and when a drill begins."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now, "most": most})
        rows = cursor.fetchall()
    if not rows:
        return 0
    left_out = _left_out(rows, now)
    _note_left_out(left_out)
    calling = [row for row in rows if row[0] not in left_out]
    found = reached({row[0]: _planned(row) for row in calling if row[15] != OTHER_WAY}, now)
    _note_reached(found)
    again = _proven([row for row in calling if row[10] == MONTHLY and row[15] != OTHER_WAY], found, now)
    _note_left_out(again)
    outbox.put([_message(row, found.get(row[0]), now) for row in calling if row[0] not in again], now)
    return len(rows)


def _planned(row: Sequence[Any]) -> PlannedStep:
    return PlannedStep(
        position=row[3], round=1, action=row[4], responder=row[5], destination_id=row[6], due_at=row[8], repeat=None,
        roster_id=row[12], place=row[13] or 1, fallback_id=row[7],
    )  # fmt: skip


def _left_out(rows: Sequence[Sequence[Any]], now: datetime) -> dict[UUID, str]:
    """Who is away is not called in a drill either."""
    carers = {row[14] for row in rows if row[14] is not None}
    away = absent_carers(carers, now) if carers else frozenset()
    return {row[0]: CARER_AWAY for row in rows if row[14] in away}


def _note_left_out(left_out: Mapping[UUID, str]) -> None:
    if left_out:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE alerting_drillstep AS t SET sent_at = NULL, reason = n.reason"
                " FROM unnest(%s::uuid[], %s::text[]) AS n(id, reason) WHERE t.id = n.id",
                [array("uuid", left_out), array("text", left_out.values())],
            )


_FOUND = Columns(id="uuid", destination_id="uuid", fallback_id="uuid", responder="text")
NOTE = f"""
UPDATE alerting_drillstep AS t SET destination_id = n.destination_id, fallback_id = n.fallback_id,
    responder = n.responder
FROM {_FOUND.unnest} AS n({_FOUND.names}) WHERE t.id = n.id
"""  # noqa: S608 - column names of this module


def _note_reached(found: Mapping[UUID, Reached]) -> None:
    if found:
        told = [(id, each.destination_id, each.fallback_id, each.responder) for id, each in found.items()]
        with connection.cursor() as cursor:
            cursor.execute(NOTE, _FOUND.values(told))


def _proven(rows: Sequence[Sequence[Any]], found: Mapping[UUID, Reached], now: datetime) -> dict[UUID, str]:
    """Who answered a drill in these days is not called again for a monthly one: people get tired of drills too."""
    if not rows:
        return {}
    where = {row[0]: found[row[0]].destination_id if row[0] in found else row[6] for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT destination_id FROM alerting_drillstep WHERE destination_id = ANY(%s::uuid[])"
            " AND answered_at > %s",
            [array("uuid", set(where.values())), now - PROVEN_FOR],
        )
        proven = {row[0] for row in cursor.fetchall()}
    return {id: PROVEN for id, destination_id in where.items() if destination_id in proven}


def _message(row: Sequence[Any], found: Reached | None, now: datetime) -> Message:
    return Message(
        id=row[0], organisation_id=row[1], about=row[2], body=_body(row, found, now), priority=AFTER_ALERTS,
        destination_id=found.destination_id if found else row[6], gives_up_after=timedelta(seconds=row[9]),
    )  # fmt: skip


def _body(row: Sequence[Any], found: Reached | None, now: datetime) -> str:
    """What is sent: that it is a drill, of which step, and within what it is to be answered; of no client."""
    data = {
        "drill": True, "alert": row[0], "step": row[0], "organisation": row[1], "action": row[4],
        "responder": found.responder if found else row[5], "route": row[11], "position": row[3], "wait_s": row[9],
        "page": f"/oefening/{row[0]}",
    }  # fmt: skip
    return msgspec.json.encode({"type": TYPE, "timestamp": now, "data": data}).decode()
