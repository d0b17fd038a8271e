"""The route goes on: where a promise or a watch ended, and where whoever had an alert passes it on (R47, R49).

No alert waits for ever: what nobody has any more calls the next one, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.alerting import policy, routes
from reik.alerting.arrangements.choosing import Asked
from reik.alerting.calls import Call, call_out
from reik.alerting.causes import is_technical
from reik.alerting.claims import going_on, taking
from reik.alerting.claims.standing import Standing, note_moved, standing
from reik.alerting.history import remark
from reik.alerting.opening import away_now, keep_routes
from reik.alerting.policy import RouteStep
from reik.alerting.routes import Steps
from reik.kernel.ids import new_id
from reik.kernel.rows import array

# Where each route has come: its newest step that was taken, and how often any step was planned.
REACHED = """
SELECT a.id, a.organisation_id, a.client_id, a.moment_id, a.cause, a.priority, m.due_at, m.latest_at,
    a.arrangement_id, c.zone, coalesce(t.position, 0), coalesce(r.round, 0), a.route
FROM alerting_alert AS a JOIN people_client AS c ON c.id = a.client_id
LEFT JOIN dispensing_moment AS m ON m.id = a.moment_id
LEFT JOIN LATERAL (SELECT position FROM alerting_step WHERE alert_id = a.id AND taken_at IS NOT NULL
    ORDER BY taken_at DESC, position DESC LIMIT 1) AS t ON true
LEFT JOIN LATERAL (SELECT max(round) AS round FROM alerting_step WHERE alert_id = a.id) AS r ON true
WHERE a.id = ANY(%s::uuid[]) ORDER BY a.id
"""


def go_on(alert_ids: Collection[UUID], now: datetime, *, to_team: bool = False) -> None:
    """Call the next step of these (locked, open) alerts' routes now, and plan the rest behind it.

    Behind the last step it is the last step again, and that never comes later than the bound of claims allows
    (claims/bounds.py); on the emergency path it is that. An alert that opened without an arrangement takes the one
    that holds by now; without any the guard finds it.
    """
    with connection.cursor() as cursor:
        cursor.execute(REACHED, [array("uuid", alert_ids)])
        rows = cursor.fetchall()
    held = routes.agreed({row[8] for row in rows if row[8] is not None})
    since = _agreed_since([row for row in rows if row[8] is None], now)
    walked = {row[0]: held[row[8]].get(row[12]) or held[row[8]].get(0, ()) for row in rows if row[8]} | since
    away = away_now(walked.values(), now)
    stands = standing([row[0] for row in rows])
    calls = []
    for row in rows:
        if walked.get(row[0]):
            calls += _calls(row, walked[row[0]], stands[row[0]], away, now, to_team)
    note_moved({each.alert_id: each.step.due_at for each in calls if each.step.repeat}, stands)
    call_out(calls, now)


def _agreed_since(rows: Sequence[tuple[Any, ...]], now: datetime) -> dict[UUID, Steps]:
    """Routes, by alert, of alerts that had none when they opened; they point to it from now on."""
    if not rows:
        return {}
    found = routes.current({row[2] for row in rows})
    known = {row[0]: found[row[2]] for row in rows if row[2] in found}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET arrangement_id = n.arrangement_id"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS n(id, arrangement_id) WHERE a.id = n.id",
            [array("uuid", known), array("uuid", (each.arrangement_id for each in known.values()))],
        )
    asked = {row[0]: Asked(at=now, criticality=row[5], due_at=row[6]) for row in rows}
    numbers = {id: each.chosen(asked[id]) for id, each in known.items()}
    keep_routes(numbers)
    return {id: each.steps_of(numbers[id]) for id, each in known.items()}


def _calls(
    row: tuple[Any, ...],
    route: Sequence[RouteStep],
    stands: Standing,
    away: Collection[UUID],
    now: datetime,
    to_team: bool,
) -> list[Call]:
    (
        id,
        organisation_id,
        client_id,
        moment_id,
        cause,
        priority,
        due_at,
        latest_at,
        _,
        zone,
        reached,
        round,
        _,
    ) = row
    left_out = policy.technical(route) if moment_id is None and is_technical(cause) else policy.NOTHING
    planned = policy.go_on(route, reached, now, ZoneInfo(zone), to_team=to_team, left_out=left_out, away=away)
    rest = going_on.rest(planned, route, stands, now)
    return [
        Call(
            id=new_id(now), organisation_id=organisation_id, alert_id=id, client_id=client_id,
            moment_id=moment_id, cause=cause, priority=priority, due_at=due_at, latest_at=latest_at,
            step=replace(each, round=round + each.round),
        )
        for each in policy.asked_now(rest, route, now, ZoneInfo(zone), away)
    ]  # fmt: skip


TAKE_ENDED = """
UPDATE alerting_alert AS a SET state = 'open', accepted_at = NULL, accepted_by = '', accepted_key = NULL,
    accepted_role = '', accepted_until = NULL, watched_until = NULL, before = NULL
FROM (SELECT id, state, accepted_by FROM alerting_alert
    WHERE state = 'accepted' AND accepted_until <= %(now)s OR state = 'watched' AND watched_until <= %(now)s
    ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED) AS ended
WHERE a.id = ended.id
RETURNING a.id, a.organisation_id, ended.state, ended.accepted_by
"""


def take_ended_promises(*, now: datetime, most: int = 500) -> int:
    """Give up to `most` alerts whose promise or watch has ended back to their routes; gives how many.

    For `reik watch`, in a transaction; rows that another watch has are left to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ENDED, {"now": now, "most": most})
        rows = cursor.fetchall()
    if rows:
        ended = {"accepted": "promise_ended", "watched": "watch_ended"}
        remark([(row[0], row[1], "resumed", row[3] or "reik", ended[row[2]]) for row in rows], now)
        taking.end_claims([row[0] for row in rows], taking.ENDED, now)
        go_on([row[0] for row in rows], now)
    return len(rows)
