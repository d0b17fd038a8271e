"""From planned steps to messages: rows of steps, and the outbox for those that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from reik.alerting.policy import PlannedStep, why_not_now
from reik.kernel import access_log, outbox, wake
from reik.kernel.access_log import Act, Entry
from reik.kernel.ids import new_id
from reik.kernel.outbox import Message, MessageFailed, MessageSent
from reik.kernel.rows import Table

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
    repeat_s="int", taken_at="timestamptz", ended_at="timestamptz",
)  # fmt: skip


def call_out(calls: Sequence[Call], now: datetime) -> None:
    """Store new steps; those that are due go out in the same transaction."""
    if not calls:
        return
    _STEPS.insert(_row(each, now) for each in calls)
    send_out([each for each in calls if not each.step.skipped and each.step.due_at <= now], now)


def _row(call: Call, now: datetime) -> tuple[object, ...]:
    step = call.step
    state = SKIPPED if step.skipped else TAKEN if step.due_at <= now else PLANNED
    return (
        call.id, call.organisation_id, call.alert_id, step.position, step.round, step.action, step.responder,
        step.destination_id, step.due_at, state, step.skipped,
        round(step.repeat.total_seconds()) if step.repeat else None,
        now if state == TAKEN else None, now if state == SKIPPED else None,
    )  # fmt: skip


def send_out(calls: Sequence[Call], now: datetime) -> None:
    """Put the messages of taken steps in the outbox, log each as a disclosure, plan repetitions of last steps."""
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
    call_out([_again(each, now) for each in calls if each.step.repeat], now)


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
LEFT JOIN alerting_arrangementstep AS h ON h.arrangement_id = a.arrangement_id AND h.position = t.position
WHERE s.id = due.id
RETURNING s.id, s.organisation_id, s.alert_id, a.client_id, a.moment_id, a.cause, a.priority, m.due_at, m.latest_at,
    s.position, s.round, s.action, s.responder, s.destination_id, s.due_at, s.repeat_s,
    h.hours_from, h.hours_until, c.zone, h.wait_s
"""

SKIP = """
UPDATE alerting_step AS s SET state = 4, taken_at = NULL, ended_at = %s, reason = n.reason
FROM unnest(%s::uuid[], %s::text[]) AS n(id, reason) WHERE s.id = n.id
"""


def take_due_steps(*, now: datetime, most: int = 500) -> int:
    """Take up to `most` due steps of open alerts and put their messages out; gives how many.

    A step that is taken later or sooner than planned may fall outside its responder's hours: it is skipped
    and the next one is due at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_DUE, {"now": now, "most": most})
        rows = cursor.fetchall()
    skipped = {}
    for r in rows:
        if r[16] is not None and (reason := why_not_now((r[16], r[17]), now, ZoneInfo(r[18]))):
            skipped[r[0]] = reason
    if skipped:
        with connection.cursor() as cursor:
            cursor.execute(SKIP, [now, list(skipped), list(skipped.values())])
            cursor.execute(PULL_FORWARD, {"now": now, "passed": list(skipped)})
    send_out(
        [
            Call(
                id=r[0], organisation_id=r[1], alert_id=r[2], client_id=r[3], moment_id=r[4], cause=r[5],
                priority=r[6], due_at=r[7], latest_at=r[8],
                step=PlannedStep(
                    position=r[9], round=r[10], action=r[11], responder=r[12], destination_id=r[13], due_at=r[14],
                    repeat=timedelta(seconds=r[15]) if r[15] else None,
                    wait=timedelta(seconds=r[19]) if r[19] else None,
                ),
            )
            for r in rows
            if r[0] not in skipped
        ],
        now,
    )  # fmt: skip
    return len(rows)


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


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """Handler: these messages did not arrive; the next step of each route is due at once (R56)."""
    ids = [each.message_id for each in failed]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_step AS s SET state = 3, ended_at = %s, reason = n.error"
            " FROM unnest(%s::uuid[], %s::text[]) AS n(id, error) WHERE s.id = n.id AND s.state = 1",
            [now, ids, [each.error for each in failed]],
        )
        cursor.execute(PULL_FORWARD, {"now": now, "passed": ids})
