"""Alerts about dispensers themselves: one at a time per dispenser, cause and subject (R37 to R39, R17, rule 9).

Handlers of facts, set-wise. What the device says is over closes by itself, with its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reik.alerting import causes, routes
from reik.alerting.claims import joining, muting, taking
from reik.alerting.facts import AlertClosed
from reik.alerting.history import cancel_steps, remark
from reik.alerting.opening import ALERTS, Opened, start_routes
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, array


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Trouble of one dispenser. `subject` tells two of one cause apart; `fault` is the device's (epoch, seq);
    `priority` and `starts_at` None: as the cause says."""

    dispenser_id: UUID
    cause: str
    reason: str
    subject: str = ""
    fault: tuple[int, int] | None = None
    priority: int | None = None
    starts_at: datetime | None = None

    @property
    def key(self) -> tuple[UUID, str, str]:
        return self.dispenser_id, self.cause, self.subject


HOMES = """
SELECT d.id, d.organisation_id, d.client_id, c.zone, a.reason FROM dispensing_dispenser AS d
JOIN people_client AS c ON c.id = d.client_id
LEFT JOIN dispensing_absence AS a ON a.client_id = d.client_id AND a.ended_at IS NULL AND a.state = 'stopped'
WHERE d.id = ANY(%s::uuid[])
"""
ONE_AT_A_TIME = (
    "ON CONFLICT (dispenser_id, cause, subject) WHERE moment_id IS NULL AND closed_at IS NULL DO NOTHING"
    " RETURNING id"
)
_AGAIN = Columns(
    dispenser_id="uuid", cause="text", subject="text", reason="text", epoch="bigint", seq="bigint"
)
AGAIN = f"""
UPDATE alerting_alert AS a SET before = NULL,
    fault_epoch = CASE WHEN f.newer THEN f.epoch ELSE a.fault_epoch END,
    fault_seq = CASE WHEN f.newer THEN f.seq ELSE a.fault_seq END
FROM (SELECT a.id, n.reason, n.epoch, n.seq,
        n.epoch IS NOT NULL AND (n.epoch, n.seq) > (coalesce(a.fault_epoch, 0), coalesce(a.fault_seq, 0)) AS newer
    FROM {_AGAIN.unnest} AS n({_AGAIN.names}) JOIN alerting_alert AS a USING (dispenser_id, cause, subject)
    WHERE a.moment_id IS NULL AND a.closed_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a) AS f
WHERE a.id = f.id RETURNING a.id, a.organisation_id, f.reason
"""  # noqa: S608 - column names of this module


def open_found(found: Iterable[Found], now: datetime) -> None:
    """Open an alert for each trouble that has none; where one is open the finding is a line in its history.

    A dispenser that is at nobody's home calls nobody, and one that waits to be fetched not about its work.
    """
    newest: dict[tuple[UUID, str, str], Found] = {}
    for each in found:
        known = newest.get(each.key)
        if known is None or (each.fault or (0, 0)) >= (known.fault or (0, 0)):
            newest[each.key] = each
    if not newest:
        return
    with connection.cursor() as cursor:
        cursor.execute(HOMES, [array("uuid", {each.dispenser_id for each in newest.values()})])
        rows = cursor.fetchall()
    homes, stopped = {row[0]: row[1:4] for row in rows}, {row[0]: row[4] for row in rows}
    there = [
        newest[key]
        for key in sorted(newest)
        if key[0] in homes and not causes.is_over(key[1], stopped[key[0]])
    ]
    opened = _insert(there, homes, now)
    _note_again([each for each in there if each.key not in opened], now)


def _insert(
    there: Sequence[Found], homes: dict[UUID, tuple[UUID, UUID, str]], now: datetime
) -> set[tuple[UUID, str, str]]:
    """Insert the alerts that are new, start their routes, and give their keys."""
    if not there:
        return set()
    held = routes.current({homes[each.dispenser_id][1] for each in there})
    ids = {new_id(now): each for each in there}
    rows = []
    for id, each in ids.items():
        organisation_id, client_id, _ = homes[each.dispenser_id]
        route = held.get(client_id)
        rows.append(
            (id, organisation_id, client_id, each.dispenser_id, None, route.arrangement_id if route else None,
             each.cause, each.reason, _priority(each), "open", now, "", "", "", "", each.subject, "", "",
             *(each.fault or (None, None)))
        )  # fmt: skip
    new = [row[0] for row in ALERTS.insert(rows, then=ONE_AT_A_TIME)]
    opened = muting.put_off([_opened(id, ids[id], homes, now) for id in new], now)
    start_routes(joining.wait(opened, now), held, now)
    return {ids[id].key for id in new}


def _priority(found: Found) -> int:
    return causes.CAUSES[found.cause].priority if found.priority is None else found.priority


def _opened(id: UUID, found: Found, homes: dict[UUID, tuple[UUID, UUID, str]], now: datetime) -> Opened:
    organisation_id, client_id, zone = homes[found.dispenser_id]
    return Opened(
        id=id, organisation_id=organisation_id, client_id=client_id, moment_id=None, cause=found.cause,
        priority=_priority(found), starts_at=found.starts_at or causes.begins(found.cause, now, ZoneInfo(zone)),
    )  # fmt: skip


def _note_again(found: Sequence[Found], now: datetime) -> None:
    if not found:
        return
    values = _AGAIN.values((*each.key, each.reason, *(each.fault or (None, None))) for each in found)
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, values)
        rows = cursor.fetchall()
    remark([(row[0], row[1], "finding", "device", row[2]) for row in rows], now)


def open_device_fault(dispenser_id: UUID, now: datetime) -> None:
    """The team says that the dispenser is at fault: that is followed at the dispenser's own alert.

    Where the device itself told a fault that is still open, there is one already.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM alerting_alert WHERE dispenser_id = %s AND moment_id IS NULL AND closed_at IS NULL"
            " AND cause = ANY(%s)",
            [dispenser_id, list(causes.FAULTS)],
        )
        if not cursor.fetchone()[0]:
            open_found(
                [Found(dispenser_id=dispenser_id, cause=causes.DEVICE_FAULT, reason="said_by_team")], now
            )


def close_cleared(selection: str, values: Sequence[Any], why: str, now: datetime) -> None:
    """Close the open alerts about dispensers that `selection` (SQL behind FROM alerting_alert AS a) finds.

    `selection` is text of this package only, and ends in a WHERE to which conditions can be added.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET state = 'closed', closed_at = %s, closed_as = 'cleared',"  # noqa: S608
            " closed_cause = %s, watched_until = NULL, before = NULL"
            f" FROM (SELECT a.id FROM alerting_alert AS a {selection}"
            " AND a.moment_id IS NULL AND a.closed_at IS NULL ORDER BY a.id FOR NO KEY UPDATE OF a) AS n"
            " WHERE a.id = n.id RETURNING a.id, a.organisation_id, a.client_id",
            [now, why, *values],
        )
        closed = cursor.fetchall()
    if not closed:
        return
    taking.end_claims([row[0] for row in closed], taking.CLOSED, now)
    cancel_steps([row[0] for row in closed], "cleared", now)
    remark([(row[0], row[1], "closed", "device", why) for row in closed], now)
    facts.publish(
        [
            AlertClosed(alert_id=row[0], organisation_id=row[1], client_id=row[2], outcome="cleared")
            for row in closed
        ],
        now,
    )
