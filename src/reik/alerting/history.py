"""What every change of an alert leaves behind: lines that a nurse can read, and nobody who is still called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel import outbox, wake
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array

_REMARKS = Table(
    "alerting_remark",
    id="uuid", alert_id="uuid", organisation_id="uuid", kind="text", by="text", text="text", at="timestamptz",
)  # fmt: skip


def remark(lines: Sequence[tuple[UUID, UUID, str, str, str]], now: datetime) -> None:
    """Add lines (alert, organisation, kind, by, text) to the history of alerts; they stay in this order."""
    ids = sorted(new_id(now) for _ in lines)
    _REMARKS.insert((id, *line, now) for id, line in zip(ids, lines, strict=True))
    wake.note({line[1] for line in lines})
    wake.note_taken((line[1], line[0]) for line in lines if line[2] == "accepted")


def cancel_steps(alert_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Nobody is called any more about these alerts; what has not left the outbox is taken back.

    Messages before steps, as `reik send` locks them when it writes how they went.
    """
    if not alert_ids:
        return
    outbox.withdraw(alert_ids, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_step SET state = 5, ended_at = %s, reason = %s"
            " WHERE alert_id = ANY(%s::uuid[]) AND state = 0",
            [now, reason, array("uuid", alert_ids)],
        )
