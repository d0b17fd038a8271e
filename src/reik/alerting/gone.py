"""A client who died, or who is away: every reminder, push and roll task stops at once (R49)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting import causes
from reik.alerting.claims import taking
from reik.alerting.facts import AlertClosed
from reik.alerting.history import cancel_steps, remark
from reik.dispensing.away import path as away
from reik.dispensing.away.returning import take_back_stop
from reik.dispensing.away.stopping import stop_client
from reik.kernel import facts
from reik.kernel.rows import array
from reik.medication.requests import operations as requests
from reik.medication.requests import seen as requests_seen
from reik.medication.requests.operations import NewRequest

AWAY, DIED = "away", "died"
STOPS = frozenset({AWAY, DIED})
ROLL_TASKS = frozenset(
    {
        "roll_order",
        "roll_bring",
        "roll_missing",
        "roll_change",
        "roll_change_tight",
        "roll_receive",
        "roll_needed",
    }
)
"""What nobody needs to do while the client is away; the forecast opens them again when she is back."""
OF_THE_LIVING = frozenset({*ROLL_TASKS, "gap_held", "absence_return", "absence_details", "outside_not_given"})
ABOUT_ROLLS = frozenset({"roll_needed"})
OVER = {
    AWAY: frozenset({causes.ROLL_NEARLY_EMPTY, causes.ROLL_MISSING}),
    DIED: causes.OF_ITS_WORK | {causes.COMMAND_NOT_DONE},
}
"""Alerts about a dispenser itself that are nobody's concern any more."""


def take_turn(alert_id: UUID) -> None:
    """Lock the dispenser before the alert, as whatever a device says does: what follows writes to both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dispensing_dispenser WHERE id = (SELECT dispenser_id FROM alerting_alert WHERE id = %s)"
            " FOR NO KEY UPDATE",
            [alert_id],
        )


def take_back(alert_id: UUID, client_id: UUID, by: str, now: datetime) -> None:
    """Whoever said it takes it back within the minute: what it stopped goes on."""
    take_back_stop(client_id=client_id, by=by, now=now)
    requests.withdraw([alert_id], by, now)


def follow_closed(closed: Sequence[AlertClosed], now: datetime) -> None:
    """Handler of AlertClosed: the outcomes *died* and *away* stop everything for that client. A few in a batch."""
    for each in closed:
        if each.outcome in STOPS:
            _stop(each, now)


def _stop(closed: AlertClosed, now: datetime) -> None:
    """From now on; what the alert itself is about stays as the device told it (R49)."""
    died = closed.outcome == DIED
    by = _said_by(closed.alert_id)
    stop_client(
        client_id=closed.client_id, reason=away.DIED if died else away.NOT_SAID, by=by, now=now,
        ends=OF_THE_LIVING if died else ROLL_TASKS,
    )  # fmt: skip
    ask_for_no_rolls(closed.client_id, by, now)
    _close_others(closed, by, now)
    if died:
        _tell_the_pharmacy(closed, by, now)


def ask_for_no_rolls(client_id: UUID, by: str, now: datetime) -> int:
    """Take back what the pharmacy was asked about this client's next rolls; gives how many questions."""
    asked = [each for each in requests_seen.open_requests([client_id]) if each.kind in ABOUT_ROLLS]
    return requests.withdraw([each.id for each in asked], by, now)


def _said_by(alert_id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT handled_by FROM alerting_alert WHERE id = %s", [alert_id])
        (by,) = cursor.fetchone()
    return by or "reik"


def _close_others(closed: AlertClosed, by: str, now: datetime) -> None:
    """Nobody is called any more about this client's moments; while she is away her dispenser matters still (R10)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET state = 'closed', closed_at = %s, closed_as = %s, closed_cause = 'known',"
            " watched_until = NULL, before = NULL"
            " FROM (SELECT id FROM alerting_alert WHERE client_id = %s AND id <> %s AND closed_at IS NULL"
            "   AND (moment_id IS NOT NULL OR cause = ANY(%s)) ORDER BY id FOR NO KEY UPDATE) AS n"
            " WHERE a.id = n.id RETURNING a.id, a.organisation_id",
            [now, f"client_{closed.outcome}", closed.client_id, closed.alert_id,
             array("text", sorted(OVER[closed.outcome]))],
        )  # fmt: skip
        rows = cursor.fetchall()
    taking.end_claims([row[0] for row in rows], taking.CLOSED, now)
    cancel_steps([row[0] for row in rows], f"client_{closed.outcome}", now)
    remark([(row[0], row[1], "closed", by, f"client_{closed.outcome}") for row in rows], now)
    facts.publish(
        [
            AlertClosed(
                alert_id=row[0], organisation_id=row[1], client_id=closed.client_id,
                outcome=f"client_{closed.outcome}",
            )
            for row in rows
        ],
        now,
    )  # fmt: skip


def _tell_the_pharmacy(closed: AlertClosed, by: str, now: datetime) -> None:
    requests.ask(
        [
            NewRequest(
                organisation_id=closed.organisation_id, client_id=closed.client_id, kind="stop_client",
                about=closed.alert_id, urgency="today", detail={"why": "died"}, answers=(),
                answer_by=now + timedelta(days=1), by=by,
            )
        ],
        now,
    )  # fmt: skip
