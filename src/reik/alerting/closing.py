"""Who was called over a line between machines hears by the same way that it is over: a body of type `alert.closed`.

A person undoes an outcome within a minute: the message waits that long, and is taken back with the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from reik.alerting.facts import AlertClosed
from reik.alerting.outcomes import UNDO_WITHIN
from reik.kernel import access_log, outbox
from reik.kernel.access_log import Act, Entry
from reik.kernel.ids import new_id
from reik.kernel.outbox import Message

TOLD_OVER = ("scaip", "espax")
BY_ITSELF = frozenset({"out_after_all", "cleared", "given_by_hand", "while_away"})
"""Closings that nobody can undo."""
SETTLING = timedelta(seconds=15)  # what is under way about the alert arrives first
LASTS = timedelta(minutes=15)  # later it could clear a newer alert of the same client

# Only who may have heard of it: a message that was withdrawn before it was ever leased called nobody.
CALLED = """
SELECT a.id, a.organisation_id, a.client_id, a.moment_id, a.cause, a.priority, s.destination_id,
    (array_agg(s.responder ORDER BY s.round))[1], array_agg(s.id ORDER BY s.round)
FROM alerting_alert AS a JOIN alerting_step AS s ON s.alert_id = a.id
JOIN kernel_outboxmessage AS m ON m.id = s.id AND m.attempts > 0
JOIN kernel_destination AS d ON d.id = s.destination_id
WHERE a.id = ANY(%s) AND d.channel = ANY(%s) GROUP BY a.id, s.destination_id ORDER BY a.id, s.destination_id
"""


def tell_closed(closed: Sequence[AlertClosed], now: datetime) -> None:
    """Handler: a monitoring centre's own system clears what it was sent. Set-wise."""
    outcome = {each.alert_id: each.outcome for each in closed}
    with connection.cursor() as cursor:
        cursor.execute(CALLED, [list(outcome), list(TOLD_OVER)])
        called = cursor.fetchall()
    messages = [
        Message(
            id=new_id(now), organisation_id=row[1], destination_id=row[6], about=row[0],
            body=_body(row, outcome[row[0]], now), priority=outbox.REPORT, gives_up_after=LASTS,
            after=SETTLING if outcome[row[0]] in BY_ITSELF else UNDO_WITHIN,
        )
        for row in called
    ]  # fmt: skip
    outbox.put(messages, now)
    access_log.record(
        [
            Entry(
                organisation_id=row[1], actor_id=row[6], actor=row[7], actor_role="responder", act=Act.EXPORT,
                object_kind="client", object_ids=(row[2],), detail="alert",
            )
            for row in called
        ],
        now,
    )  # fmt: skip


def _body(row: tuple[Any, ...], outcome: str, now: datetime) -> str:
    alert, organisation, client, moment, cause, priority, _, responder, calls = row
    data = {
        "alert": alert, "organisation": organisation, "client": client, "moment": moment, "cause": cause,
        "priority": priority, "outcome": outcome, "responder": responder,
        "calls": calls,  # the keys of the messages by which they were called
    }  # fmt: skip
    return msgspec.json.encode({"type": "alert.closed", "timestamp": now, "data": data}).decode()
