"""What `reik send` asks of the database: lease messages, write their outcomes, put off those of silent peers.

Synchronous, for one thread with its own connection; every function is one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from reik.kernel import facts
from reik.kernel.crypto import SealBroken, vault
from reik.kernel.outbox import MessageFailed, MessageSent, opened
from reik.ops.lanes import Ending, Leased, Outcome

log = logging.getLogger(__name__)

WAIT = timedelta(seconds=10)  # a lease lasts this long and the destination's time-out: 20 s by default
MARGIN = 3.0  # seconds kept for a second try on a fresh connection and for writing the outcome
SIGHT = 1000  # how far down the queue one lease looks, so that one destination's many do not hide the rest

LEASE = """
WITH seen AS (
    (SELECT id, destination_id, priority, available_at FROM kernel_outboxmessage
     WHERE state = 0 AND priority = 0 AND available_at <= %(now)s AND destination_id <> ALL(%(full)s::uuid[])
     ORDER BY priority, available_at LIMIT %(sight)s)
    UNION ALL
    (SELECT id, destination_id, priority, available_at FROM kernel_outboxmessage
     WHERE state = 0 AND priority > 0 AND available_at <= %(now)s AND destination_id <> ALL(%(busy)s::uuid[])
     ORDER BY priority, available_at LIMIT %(sight)s)
), placed AS (
    SELECT id, destination_id, priority > 0 AS report, row_number() OVER (
        PARTITION BY destination_id, priority > 0 ORDER BY priority, available_at) AS place FROM seen
), due AS (
    SELECT m.id FROM placed AS p
    LEFT JOIN unnest(%(lanes)s::uuid[], %(alerts)s::int[], %(reports)s::int[]) AS lane(id, alerts, reports)
        ON lane.id = p.destination_id
    JOIN kernel_outboxmessage AS m ON m.id = p.id
    WHERE m.state = 0 AND m.available_at <= %(now)s AND p.place <= CASE WHEN p.report
        THEN coalesce(lane.reports, %(new_reports)s) ELSE coalesce(lane.alerts, %(new_alerts)s) END
    ORDER BY m.priority, m.available_at LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
)
UPDATE kernel_outboxmessage AS m
SET available_at = %(now)s + make_interval(secs => %(wait)s + d.timeout_s), attempts = m.attempts + 1
FROM due, kernel_destination AS d WHERE m.id = due.id AND d.id = m.destination_id
RETURNING m.id, m.destination_id, m.body, m.priority, m.attempts, m.gives_up_at, m.available_at, m.last_error = ''
"""

WRITE_SENT = """
UPDATE kernel_outboxmessage AS m SET state = 1, ended_at = %s
FROM (SELECT id FROM kernel_outboxmessage WHERE id = ANY(%s) AND state = 0 ORDER BY id FOR NO KEY UPDATE) AS n
WHERE m.id = n.id RETURNING m.id
"""

# The lease's own mark (attempts and the end of the lease) keeps a late outcome from undoing a newer lease, and
# a repeated write from announcing a failure twice. Rows are locked in ascending id, as whoever withdraws does.
WRITE_UNSENT = """
UPDATE kernel_outboxmessage AS m SET
    state = n.state, available_at = n.available_at, attempts = n.attempts,
    ended_at = CASE WHEN n.state = 2 THEN %s::timestamptz END,
    last_error = coalesce(nullif(n.error, ''), nullif(m.last_error, ''),
        CASE WHEN n.state = 2 THEN 'not delivered in time' ELSE '' END)
FROM (SELECT n.* FROM unnest(%s::uuid[], %s::smallint[], %s::timestamptz[], %s::smallint[], %s::timestamptz[],
        %s::smallint[], %s::text[], %s::bool[])
        AS n(id, was, leased_until, state, available_at, attempts, error, untold)
    JOIN kernel_outboxmessage AS m ON m.id = n.id
    WHERE m.state = 0 AND m.attempts = n.was AND m.available_at = n.leased_until
    ORDER BY m.id FOR NO KEY UPDATE OF m) AS n
WHERE m.id = n.id
RETURNING m.id, m.last_error, n.state = 2 OR n.untold AND n.error <> ''
"""

PUT_OFF = """
WITH due AS (
    SELECT m.id, m.last_error = '' AS untold, m.gives_up_at <= %(now)s AS over, cut.until, cut.error
    FROM kernel_outboxmessage AS m
    JOIN unnest(%(cut)s::uuid[], %(until)s::timestamptz[], %(errors)s::text[]) AS cut(id, until, error)
        ON cut.id = m.destination_id
    WHERE m.state = 0 AND m.available_at <= %(now)s AND m.destination_id = ANY(%(cut)s::uuid[])
    ORDER BY m.priority, m.available_at LIMIT %(sight)s FOR UPDATE OF m SKIP LOCKED
)
UPDATE kernel_outboxmessage AS m SET
    available_at = due.until, last_error = due.error, state = CASE WHEN due.over THEN 2 ELSE 0 END,
    ended_at = CASE WHEN due.over THEN %(now)s::timestamptz END
FROM due WHERE m.id = due.id RETURNING m.id, m.last_error, due.untold OR due.over
"""

DESTINATIONS = """
SELECT id, organisation_id, channel, address, secret, concurrency, timeout_s
FROM kernel_destination WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """How many messages may be leased: per known lane, for a lane not yet known, and in all."""

    lanes: Sequence[tuple[UUID, int, int]]  # destination, alerts, reports
    new_alerts: int
    new_reports: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A destination as stored, opened. `address` is None when its seal is broken."""

    id: UUID
    channel: str
    address: str | None
    secret: str | None
    concurrency: int
    timeout_s: int


def lease(rooms: Rooms, now: datetime, at: float) -> list[Leased]:
    """Claim due messages, oldest first within their priority. `at` is the loop's clock beside `now`."""
    with connection.cursor() as cursor:
        cursor.execute(
            LEASE,
            {
                "now": now,
                "wait": WAIT.total_seconds(),
                "sight": SIGHT,
                "full": [lane for lane, alerts, _ in rooms.lanes if alerts <= 0],
                "busy": [lane for lane, _, reports in rooms.lanes if reports <= 0],
                "lanes": [each[0] for each in rooms.lanes],
                "alerts": [each[1] for each in rooms.lanes],
                "reports": [each[2] for each in rooms.lanes],
                "new_alerts": rooms.new_alerts,
                "new_reports": rooms.new_reports,
                "most": rooms.most,
            },
        )
        rows: list[Any] = cursor.fetchall()
    start_before = at + WAIT.total_seconds() - MARGIN
    leased = [Leased(start_before, row[0], row[1], _opened(row[2]), *row[3:]) for row in rows]
    leased.sort(key=lambda each: (each.priority, each.id.int))
    return leased


def _opened(body: str) -> str:
    """A sealed body, opened; one whose key is gone stays sealed, and its adapter refuses it."""
    try:
        return opened(body)
    except SealBroken:
        return body


def write(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write outcomes and announce them, in one transaction.

    Raises OperationalError or InterfaceError when the database is away: nothing was lost, write them again.
    Any other error is a fault in a handler of these facts. Sending the whole batch again and again would be
    worse than a step that does not know its message left, so each outcome then stands on its own, and the
    ones at fault are written without being announced, loudly.
    """
    try:
        _write(outcomes, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(outcomes) > 1:
            for each in outcomes:
                write([each], now)
            return
        log.exception("announcing message %s failed by a fault in Reik", outcomes[0].message.id)
        _write(outcomes, now, announce=False)


@transaction.atomic
def _write(outcomes: Sequence[Outcome], now: datetime, *, announce: bool = True) -> None:
    told: list[facts.Fact] = []
    sent = {each.message.id: each.accepted_by for each in outcomes if each.ending is Ending.SENT}
    unsent = [each for each in outcomes if each.ending is not Ending.SENT]
    with connection.cursor() as cursor:
        if sent:
            cursor.execute(WRITE_SENT, [now, list(sent)])
            told += [MessageSent(message_id=row[0], accepted_by=sent[row[0]]) for row in cursor.fetchall()]
        if unsent:
            cursor.execute(WRITE_UNSENT, [now, *_columns(unsent)])
            told += _failures(cursor.fetchall())
    if announce:
        facts.publish(told, now)


def _columns(unsent: Sequence[Outcome]) -> tuple[list[object], ...]:
    return (
        [each.message.id for each in unsent],
        [each.message.attempts for each in unsent],
        [each.message.leased_until for each in unsent],
        [2 if each.ending is Ending.GIVEN_UP else 0 for each in unsent],
        [each.available_at for each in unsent],
        [each.attempts for each in unsent],
        [each.error for each in unsent],
        [each.message.untold for each in unsent],
    )


def _failures(rows: Iterable[tuple[UUID, str, bool]]) -> list[MessageFailed]:
    return [MessageFailed(message_id=id_, error=error) for id_, error, tell in rows if tell]


def put_off(cut: Sequence[tuple[UUID, datetime, str]], now: datetime) -> int:
    """Move what is due for peers that are cut off (destination, until when, why) past the cut; gives how many.

    Each message that was never told to have failed is told now: nobody waits for a peer that is silent (R56).
    Errors as with `write`.
    """
    try:
        return _put_off(cut, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("announcing messages for silent peers failed by a fault in Reik")
        return _put_off(cut, now, announce=False)


@transaction.atomic
def _put_off(cut: Sequence[tuple[UUID, datetime, str]], now: datetime, *, announce: bool = True) -> int:
    values: dict[str, Any] = {
        "now": now,
        "cut": [each[0] for each in cut],
        "until": [each[1] for each in cut],
        "errors": [each[2] for each in cut],
        "sight": SIGHT,
    }
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, values)
        rows = cursor.fetchall()
    if announce:
        facts.publish(_failures(rows), now)
    return len(rows)


def taken_back(ids: Sequence[UUID]) -> list[UUID]:
    """Which of these messages need not be delivered any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM kernel_outboxmessage WHERE id = ANY(%s) AND state <> 0 ORDER BY id", [list(ids)]
        )
        return [row[0] for row in cursor.fetchall()]


def addresses(ids: Sequence[UUID]) -> list[Address]:
    """Read and open these destinations."""
    with connection.cursor() as cursor:
        cursor.execute(DESTINATIONS, [list(ids)])
        rows = cursor.fetchall()
    found = []
    for id_, organisation_id, channel, address, secret, concurrency, timeout_s in rows:
        opened: str | None
        try:
            opened = vault().open_text(organisation_id, bytes(address))
            key = vault().open_text(organisation_id, bytes(secret)) if secret is not None else None
        except SealBroken:
            opened = key = None
        found.append(
            Address(
                id=id_, channel=channel, address=opened, secret=key, concurrency=concurrency, timeout_s=timeout_s
            )
        )  # fmt: skip
    return found
