"""What becomes of changes because time passes: for `reik watch`, which looks many times a second (N5, R22).

Each claims its rows in one statement and announces them once; any number of watchers may look.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.rows import array
from reik.medication.changes.path import TRANSITIONS, Event
from reik.medication.changes.tasks import HELD_BEFORE, end_owned, open_not_held, open_owned
from reik.medication.facts import ChangeNotHeld, ChangeUndecided
from reik.medication.models import Change
from reik.medication.requests import operations as requests

ANSWERED_WITHIN = timedelta(minutes=5)
"""A dispenser that is heard answers within a minute or two; after this a person is told, if the moment is near."""
_AFTER_MOMENT = {
    state.value: after.value for (state, event), after in TRANSITIONS.items() if event is Event.MOMENT_CAME
}
_AFTER_ALL = {
    state.value: after.value for (state, event), after in TRANSITIONS.items() if event is Event.OVER
}

UNDECIDED = """
UPDATE medication_change AS c SET told_undecided_at = %(now)s,
    state = (SELECT n.after FROM unnest(%(states)s::text[], %(after)s::text[]) AS n(state, after)
        WHERE n.state = c.state)
WHERE c.id IN (SELECT id FROM medication_change WHERE ended_at IS NULL AND told_undecided_at IS NULL
    AND first_at <= %(now)s AND state = ANY(%(states)s::text[]) ORDER BY first_at, id LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING c.id
"""
NOT_HELD = """
UPDATE medication_change AS c SET told_not_held_at = %(now)s
WHERE c.id IN (SELECT id FROM medication_change WHERE ended_at IS NULL AND told_not_held_at IS NULL
    AND first_at <= %(now)s + %(before)s::interval
    AND device_state IN ('', 'asked', 'partly', 'planned', 'pausing', 'failed')
    AND (first_at <= %(now)s OR greatest(found_at, coalesce(pause_at, found_at)) <= %(now)s - %(within)s::interval)
    ORDER BY first_at, id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED)
RETURNING c.id
"""
OVER = """
UPDATE medication_change AS c SET ended_at = %(now)s, ended_as = 'over', ended_by = 'reik',
    state = (SELECT n.after FROM unnest(%(states)s::text[], %(after)s::text[]) AS n(state, after)
        WHERE n.state = c.state)
WHERE c.id IN (SELECT id FROM medication_change WHERE ended_at IS NULL AND last_at <= %(now)s
    AND (pause_at IS NULL OR device_state IN ('lifted', 'none')) ORDER BY last_at, id LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED)
RETURNING c.id
"""


@transaction.atomic
def tell_due(now: datetime, most: int = 500) -> int:
    """Announce what is undecided at its moment or not withheld in time, and end what is over; gives how many."""
    undecided = _claim(UNDECIDED, now, most, _AFTER_MOMENT)
    open_owned(undecided, now)
    facts.publish(
        [
            ChangeUndecided(
                organisation_id=each.organisation_id, client_id=each.client_id, change_id=each.id,
                roll=each.roll.number, first_at=each.first_at,
            )
            for each in undecided
        ],
        now,
    )  # fmt: skip
    not_held = _claim(NOT_HELD, now, most, {})
    open_not_held(not_held, now)
    facts.publish(
        [
            ChangeNotHeld(
                organisation_id=each.organisation_id, client_id=each.client_id, change_id=each.id,
                roll=each.roll.number, first_at=each.first_at, device_state=each.device_state,
            )
            for each in not_held
        ],
        now,
    )  # fmt: skip
    over = _end(now, most)
    return len(undecided) + len(not_held) + over


def _end(now: datetime, most: int) -> int:
    """A paused dispenser is not over: it goes on only after a person has said that the sachets are out.

    An alert that is open stays with whoever has it: that its time is over is no answer.
    """
    over = _claim(OVER, now, most, _AFTER_ALL)
    end_owned([each.id for each in over], now)
    requests.withdraw([each.id for each in over], "reik", now)
    return len(over)


def _claim(query: str, now: datetime, most: int, after: dict[str, str]) -> list[Change]:
    values: dict[str, Any] = {
        "now": now, "most": most, "before": str(HELD_BEFORE), "within": str(ANSWERED_WITHIN),
        "states": array("text", after), "after": array("text", after.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        ids: list[UUID] = [row[0] for row in cursor.fetchall()]
    return list(Change.objects.filter(id__in=ids).select_related("roll").order_by("id")) if ids else []
