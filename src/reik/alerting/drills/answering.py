"""What comes back of a drill's calls: delivered, failed, answered; and its end with a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from reik.alerting.drills.calling import OTHER_WAY, call_due
from reik.alerting.drills.holding import DrillRefused
from reik.alerting.drills.rules import RUNNING, Tried, Verdict, passed, verdict_of
from reik.alerting.models import Drill, DrillStep
from reik.kernel import outbox, wake
from reik.kernel.ids import new_id
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.kernel.rows import array

SENT = """
UPDATE alerting_drillstep AS t SET delivered_at = coalesce(t.delivered_at, %(now)s),
    answered_at = CASE WHEN n.by = '' THEN t.answered_at ELSE coalesce(t.answered_at, %(now)s) END,
    answered_by = CASE WHEN n.by = '' OR t.answered_at IS NOT NULL THEN t.answered_by ELSE n.by END
FROM unnest(%(ids)s::uuid[], %(by)s::text[]) AS n(id, by) WHERE t.id = n.id
"""


def note_sent(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: the wire accepted these messages; where a key on the phone answered it, that is the answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            SENT,
            {
                "now": now, "ids": array("uuid", (each.message_id for each in sent)),
                "by": array("text", (each.accepted_by for each in sent)),
            },
        )  # fmt: skip


FAILED = """
UPDATE alerting_drillstep AS t SET failed_at = %s, error = n.error
FROM unnest(%s::uuid[], %s::text[]) AS n(id, error)
WHERE t.id = n.id AND t.delivered_at IS NULL AND t.failed_at IS NULL
RETURNING t.drill_id, t.organisation_id, t.position, t.action, t.responder, t.fallback_id, t.wait_s
"""
AGAIN = """
INSERT INTO alerting_drillstep (id, organisation_id, drill_id, position, action, responder, destination_id, due_at,
    wait_s, reason, error, answered_by)
SELECT n.id, d.organisation_id, d.id, n.position, n.action, n.responder, n.destination_id, %s, n.wait_s, '', %s, ''
FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::text[], %s::text[], %s::uuid[], %s::int[])
    AS n(id, drill_id, position, action, responder, destination_id, wait_s)
JOIN alerting_drill AS d ON d.id = n.drill_id WHERE d.ended_at IS NULL
ON CONFLICT (drill_id, position, destination_id) DO NOTHING
"""
LONGER = """
UPDATE alerting_drill AS d SET ends_at = greatest(d.ends_at, n.at)
FROM (SELECT unnest(%s::uuid[]) AS id, unnest(%s::timestamptz[]) AS at) AS n WHERE d.id = n.id AND d.ended_at IS NULL
"""


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """Handler: what did not arrive is tried over the other way, as with an alert (R56)."""
    with connection.cursor() as cursor:
        cursor.execute(
            FAILED,
            [
                now,
                array("uuid", (each.message_id for each in failed)),
                array("text", (each.error for each in failed)),
            ],
        )
        rows = [row for row in cursor.fetchall() if row[5] is not None]
        if not rows:
            return
        cursor.execute(
            AGAIN,
            [
                now, OTHER_WAY, array("uuid", (new_id(now) for _ in rows)), array("uuid", (row[0] for row in rows)),
                array("smallint", (row[2] for row in rows)), array("text", (row[3] for row in rows)),
                array("text", (row[4] for row in rows)), array("uuid", (row[5] for row in rows)),
                array("int", (row[6] for row in rows)),
            ],
        )  # fmt: skip
        until = {row[0]: now + timedelta(seconds=row[6]) for row in rows}
        cursor.execute(LONGER, [array("uuid", until), array("timestamptz", until.values())])
    call_due(now)


@transaction.atomic
def answer(step_id: UUID, organisation_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """A person heard this call: on her own phone, at a console, or as who held the drill noted of her.

    A second answer changes nothing. Raises DrillRefused for a drill that is over, or a call that was never made.
    """
    step = (
        DrillStep.objects.select_for_update(no_key=True, of=("self",))
        .filter(id=step_id, organisation_id__in=organisation_ids)
        .select_related("drill")
        .first()
    )
    if step is None or step.sent_at is None or not by.strip():
        raise DrillRefused("There is no such call of a drill: look at the list of drills.")
    if step.drill.ended_at is not None:
        raise DrillRefused("This drill is over: its report stands in the list of drills.")
    if step.answered_at is None:
        DrillStep.objects.filter(id=step_id).update(answered_at=now, answered_by=by.strip())
    end_over(now, [step.drill_id])


@transaction.atomic
def end_over(now: datetime, drill_ids: Collection[UUID] | None = None, most: int = 200) -> int:
    """End the drills of which nothing more is waited for, with whether they passed; gives how many."""
    rows = Drill.objects.select_for_update(no_key=True, skip_locked=True).filter(ended_at=None)
    if drill_ids is not None:
        rows = rows.filter(id__in=drill_ids)
    drills = {each.id: each for each in rows.order_by("ends_at", "id")[:most]}
    found = verdicts_of(drills, now)
    over = {id: passed(each) for id, each in found.items() if not RUNNING & set(each.values())}
    for outcome in (True, False):
        ids = [id for id, each in over.items() if each is outcome]
        if ids:
            Drill.objects.filter(id__in=ids).update(ended_at=now, passed=outcome)
    outbox.withdraw(list(over), now)
    wake.note({drills[id].organisation_id for id in over})
    return len(over)


def verdicts_of(drill_ids: Collection[UUID], now: datetime) -> dict[UUID, dict[int, Verdict]]:
    """What became so far of each step of these drills, by position."""
    tries: dict[UUID, dict[int, list[Tried]]] = {id: defaultdict(list) for id in drill_ids}
    for row in DrillStep.objects.filter(Q(drill_id__in=drill_ids)).order_by("due_at", "id"):
        tries[row.drill_id][row.position].append(tried(row))
    return {
        id: {position: verdict_of(each, now) for position, each in sorted(of.items())}
        for id, of in tries.items()
    }


def tried(row: DrillStep) -> Tried:
    return Tried(
        due_at=row.due_at, wait=timedelta(seconds=row.wait_s), reason=row.reason, sent_at=row.sent_at,
        failed_at=row.failed_at, answered_at=row.answered_at,
    )  # fmt: skip
