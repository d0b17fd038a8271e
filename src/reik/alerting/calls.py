"""From planned steps to messages: rows of steps, and the outbox for those that are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from reik.alerting.arrangements.other_way import fall_back
from reik.alerting.arrangements.reaching import Reached, reached
from reik.alerting.policy import CARER_AWAY, FALLBACK, PlannedStep, why_not_now
from reik.kernel import access_log, outbox, wake
from reik.kernel.access_log import Act, Entry
from reik.kernel.ids import new_id
from reik.kernel.outbox import Message, MessageFailed, MessageSent
from reik.kernel.rows import Columns, Table
from reik.people.rosters import absent_carers

PLANNED, TAKEN, DELIVERED, FAILED, SKIPPED = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One step of one alert with what its message needs to say. `id` is the step's and the message's key."""

    id: UUID
    organisation_id: UUID
    alert_id: UUID
    client_id: UUID
    moment_id: UUID | None
    cause: str
    priority: int
    due_at: datetime | None  # of the moment
    latest_at: datetime | None
    step: PlannedStep


_STEPS = Table(
    "alerting_step",
    id="uuid", organisation_id="uuid", alert_id="uuid", position="smallint", round="smallint", action="text",
    responder="text", destination_id="uuid", due_at="timestamptz", state="smallint", reason="text",
    repeat_s="int", taken_at="timestamptz", ended_at="timestamptz", fallback_id="uuid",
)  # fmt: skip


def call_out(calls: Sequence[Call], now: datetime) -> None:
    """Store new steps; those that are due go out in the same transaction."""
    if not calls:
        return
    due = [each for each in calls if not each.step.skipped and each.step.due_at <= now]
    found = reached({each.id: each.step for each in due}, now)
    _STEPS.insert(_row(each, found.get(each.id), now) for each in calls)
    send_out(due, found, now)


def _row(call: Call, found: Reached | None, now: datetime) -> tuple[object, ...]:
    step = call.step
    state = SKIPPED if step.skipped else TAKEN if step.due_at <= now else PLANNED
    return (
        call.id, call.organisation_id, call.alert_id, step.position, step.round, step.action,
        found.responder if found else step.responder, found.destination_id if found else step.destination_id,
        step.due_at, state, (found.reason if found else "") or step.skipped,
        round(step.repeat.total_seconds()) if step.repeat else None,
        now if state == TAKEN else None, now if state == SKIPPED else None,
        found.fallback_id if found else step.fallback_id,
    )  # fmt: skip


def send_out(calls: Sequence[Call], found: Mapping[UUID, Reached], now: datetime) -> None:
    """Put the messages of taken steps in the outbox, log each as a disclosure, plan repetitions of last steps.

    `found`: who stands on the roster now, of steps that ask one; a repetition asks it again when it is taken.
    """
    if not calls:
        return
    _tell([_to(each, found.get(each.id)) for each in calls], now)
    call_out([_again(each, now) for each in calls if each.step.repeat], now)


def _to(call: Call, found: Reached | None) -> Call:
    if found is None:
        return call
    step = replace(call.step, responder=found.responder, destination_id=found.destination_id)
    return replace(call, step=step)


def _tell(calls: Sequence[Call], now: datetime) -> None:
    outbox.put(
        [
            Message(
                id=each.id, organisation_id=each.organisation_id, destination_id=each.step.destination_id,
                about=each.alert_id, body=_body(each, now),
            )
            for each in calls
        ],
        now,
    )  # fmt: skip
    access_log.record(
        [
            Entry(
                organisation_id=each.organisation_id, actor_id=each.step.destination_id, actor=each.step.responder,
                actor_role="responder", act=Act.EXPORT, object_kind="client", object_ids=(each.client_id,),
                detail="alert",
            )
            for each in calls
        ],
        now,
    )  # fmt: skip
    wake.note({each.organisation_id for each in calls})


def _again(call: Call, now: datetime) -> Call:
    assert call.step.repeat is not None
    step = replace(call.step, round=call.step.round + 1, due_at=now + call.step.repeat)
    return replace(call, id=new_id(now), step=step)


def _body(call: Call, now: datetime) -> str:
    """What a responder's system is told: identifiers and times, never a name, BSN or medicine (R55)."""
    return msgspec.json.encode(
        {
            "type": "alert.step",
            "timestamp": now,
            "data": {
                "alert": call.alert_id,
                "organisation": call.organisation_id,
                "client": call.client_id,
                "cause": call.cause,
                "priority": call.priority,
                "moment": call.moment_id,
                "due_at": call.due_at,
                "latest_at": call.latest_at,
                "step": call.step.position,
                "round": call.step.round,
                "action": call.step.action,
                "responder": call.step.responder,
                # after so many seconds the next one is asked: what arrives later calls somebody for nothing
                "wait_s": _wait_s(call.step),
            },
        }
    ).decode()


def _wait_s(step: PlannedStep) -> int | None:
    waits = [each.total_seconds() for each in (step.wait, step.repeat) if each]
    return round(min(waits)) if waits else None


# The alert is locked with its step: who accepts it at this instant comes wholly before or wholly after.
TAKE_DUE = """
WITH due AS (
    SELECT s.id FROM alerting_step AS s JOIN alerting_alert AS a ON a.id = s.alert_id
    WHERE s.state = 0 AND s.due_at <= %(now)s AND a.state = 'open'
    ORDER BY s.due_at, s.id LIMIT %(most)s FOR NO KEY UPDATE OF s, a SKIP LOCKED
)
UPDATE alerting_step AS s SET state = 1, taken_at = %(now)s
FROM due JOIN alerting_step AS t USING (id) JOIN alerting_alert AS a ON a.id = t.alert_id
JOIN people_client AS c ON c.id = a.client_id
LEFT JOIN dispensing_moment AS m ON m.id = a.moment_id
LEFT JOIN alerting_arrangementstep AS h
    ON h.arrangement_id = a.arrangement_id AND h.route = a.route AND h.position = t.position
WHERE s.id = due.id
RETURNING s.id, s.organisation_id, s.alert_id, a.client_id, a.moment_id, a.cause, a.priority, m.due_at, m.latest_at,
    s.position, s.round, s.action, s.responder, s.destination_id, s.due_at, s.repeat_s,
    h.hours_from, h.hours_until, c.zone, h.wait_s, h.carer_id, h.roster_id, h.place, s.reason, s.fallback_id
"""

SKIP = """
UPDATE alerting_step AS s SET state = 4, taken_at = NULL, ended_at = %s, reason = n.reason
FROM unnest(%s::uuid[], %s::text[]) AS n(id, reason) WHERE s.id = n.id
"""


_FOUND = Columns(id="uuid", destination_id="uuid", fallback_id="uuid", responder="text", reason="text")
NOTE_FOUND = f"""
UPDATE alerting_step AS s SET destination_id = n.destination_id, fallback_id = n.fallback_id,
    responder = n.responder, reason = CASE n.reason WHEN '' THEN s.reason ELSE n.reason END
FROM {_FOUND.unnest} AS n({_FOUND.names}) WHERE s.id = n.id
"""  # noqa: S608 - column names of this module


def take_due_steps(*, now: datetime, most: int = 500) -> int:
    """Take up to `most` due steps of open alerts and put their messages out; gives how many.

    A step that is taken later or sooner than planned may fall outside its responder's hours, or in an informal
    carer's absence: it is skipped and the next one is due at once. Who stands on a roster is asked now.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_DUE, {"now": now, "most": most})
        rows = cursor.fetchall()
    skipped = _left_out(rows, now)
    if skipped:
        with connection.cursor() as cursor:
            cursor.execute(SKIP, [now, list(skipped), list(skipped.values())])
            cursor.execute(PULL_FORWARD, {"now": now, "passed": list(skipped)})
    calls = [_taken(row) for row in rows if row[0] not in skipped]
    found = reached({each.id: each.step for each in calls}, now)
    if found:
        told = [
            (id, each.destination_id, each.fallback_id, each.responder, each.reason)
            for id, each in found.items()
        ]
        with connection.cursor() as cursor:
            cursor.execute(NOTE_FOUND, _FOUND.values(told))
    send_out(calls, found, now)
    return len(rows)


def _left_out(rows: Sequence[tuple[Any, ...]], now: datetime) -> dict[UUID, str]:
    """The taken steps whose responder may not be called now, with why not."""
    carers = {row[20] for row in rows if row[20] is not None}
    away = absent_carers(carers, now) if carers else frozenset()
    found = {}
    for row in rows:
        hours = (row[16], row[17]) if row[16] is not None else None
        reason = CARER_AWAY if row[20] in away else why_not_now(hours, now, ZoneInfo(row[18]))
        if reason:
            found[row[0]] = reason
    return found


def _taken(r: tuple[Any, ...]) -> Call:
    """A row of TAKE_DUE; where a call goes that did not arrive before stands in its own row already."""
    return Call(
        id=r[0], organisation_id=r[1], alert_id=r[2], client_id=r[3], moment_id=r[4], cause=r[5],
        priority=r[6], due_at=r[7], latest_at=r[8],
        step=PlannedStep(
            position=r[9], round=r[10], action=r[11], responder=r[12], destination_id=r[13], due_at=r[14],
            repeat=timedelta(seconds=r[15]) if r[15] else None,
            wait=timedelta(seconds=r[19]) if r[19] else None,
            roster_id=None if r[23] == FALLBACK else r[21], place=r[22] or 1, fallback_id=r[24],
        ),
    )  # fmt: skip


def note_sent(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: the wire accepted these messages. That never stops a route; only a person does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_step SET state = 2, ended_at = %s WHERE id = ANY(%s) AND state IN (1, 3)",
            [now, [each.message_id for each in sent]],
        )


# The next step is another responder's: repeating the one that just failed at once would only hammer it.
PULL_FORWARD = """
UPDATE alerting_step AS s SET due_at = %(now)s, reason = 'pulled_forward'
FROM (
    SELECT id FROM alerting_step WHERE id IN (
        SELECT DISTINCT ON (f.alert_id) p.id
        FROM alerting_step AS f JOIN alerting_step AS p
            ON p.alert_id = f.alert_id AND p.state = 0 AND p.position > f.position
        WHERE f.id = ANY(%(passed)s) ORDER BY f.alert_id, p.position
    ) ORDER BY id FOR NO KEY UPDATE
) AS next
WHERE s.id = next.id AND s.state = 0 AND s.due_at > %(now)s
"""


# Delivered too: a handset that took it may say no after that.
NOTE_FAILED = """
UPDATE alerting_step AS s SET state = 3, ended_at = %s, reason = n.error
FROM unnest(%s::uuid[], %s::text[]) AS n(id, error) WHERE s.id = n.id AND s.state IN (1, 2)
RETURNING s.id, s.fallback_id IS NOT NULL
"""


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """Handler: these messages did not arrive. The same responder is tried over her other way at once; without one,
    or when that failed too, the next step of the route is due at once (R56)."""
    ids = [each.message_id for each in failed]
    with connection.cursor() as cursor:
        cursor.execute(NOTE_FAILED, [now, ids, [each.error for each in failed]])
        other_way = [row[0] for row in cursor.fetchall() if row[1]]
    again = fall_back(other_way, now) if other_way else frozenset()
    with connection.cursor() as cursor:
        cursor.execute(PULL_FORWARD, {"now": now, "passed": [each for each in ids if each not in again]})
