"""Alerts about moments: opened, closed by themselves, added to and opened again as the device speaks (R47, R48).

Handlers of facts work on whole lists; locks go alerts first, messages and steps after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting import outages, policy, routes
from reik.alerting.claims import muting, taking
from reik.alerting.facts import AlertClosed
from reik.alerting.history import cancel_steps, remark
from reik.alerting.opening import ALERTS, Opened, start_routes
from reik.dispensing.facts import MomentEnded
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns


def follow_moments(ended: Sequence[MomentEnded], now: datetime) -> None:
    """Handler of MomentEnded: open what needs a person, close what turned out well, note what changed."""
    ended = outages.take_lines(ended, now)
    _open([each for each in ended if _needs(each)], now)
    changed = [each for each in ended if each.before is not None]
    if changed:
        _close_settled([each for each in changed if _closes(each)], now)
        _note_changes([each for each in changed if not _closes(each)], now)
        _reopen([each for each in changed if each.before in CLOSED_BY and _needs(each)], now)


def _needs(ended: MomentEnded) -> bool:
    return policy.needs_a_person(ended.outcome, ended.reason)


CLOSED_BY = frozenset({*policy.SETTLES, "by_hand", "paused"})
"""Outcomes under which an alert may have closed by itself."""


def _closes(ended: MomentEnded) -> str:
    return policy.closed_as(ended.outcome, ended.reason)


def _open(found: Sequence[MomentEnded], now: datetime) -> None:
    """One alert per moment, however often it is found (rule 7), with its route planned and its first step taken."""
    if not found:
        return
    held = routes.current({each.client_id for each in found})
    rows = {new_id(now): each for each in found}
    new = ALERTS.insert(
        [
            (id, each.organisation_id, each.client_id, each.dispenser_id, each.moment_id,
             held[each.client_id].arrangement_id if each.client_id in held else None,
             each.outcome.value, each.reason, each.criticality, "open", now, "", "", "", "", "", "", "", None, None)
            for id, each in rows.items()
        ],
        then="ON CONFLICT (moment_id) DO NOTHING RETURNING id",
    )  # fmt: skip
    start_routes(muting.put_off([_opened(row[0], rows[row[0]], 0) for row in new], now), held, now)


CLOSE_SETTLED = """
UPDATE alerting_alert AS a SET state = 'closed', closed_at = %s, closed_as = n.closes, closed_cause = n.outcome,
    watched_until = NULL, before = NULL
FROM (SELECT a.id, n.outcome, n.closes FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n(moment_id, outcome, closes)
    JOIN alerting_alert AS a USING (moment_id) WHERE a.state <> 'closed' ORDER BY a.id FOR NO KEY UPDATE OF a) AS n
WHERE a.id = n.id RETURNING a.id, a.organisation_id, a.client_id, a.closed_as
"""


def _close_settled(settled: Sequence[MomentEnded], now: datetime) -> None:
    """R48: the sachets are out after all, or given by hand, or the client is away; the alert closes itself.

    Its history stays. For one that a person closed before, it is a line in its history, and there is nothing to
    undo any more.
    """
    if not settled:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET before = NULL"
            " FROM unnest(%s::uuid[], %s::text[]) AS n(moment_id, outcome)"
            " WHERE a.moment_id = n.moment_id AND a.state = 'closed'"
            " AND a.closed_as NOT IN ('out_after_all', 'given_by_hand') AND n.outcome <> 'paused'"
            " RETURNING a.id, a.organisation_id, n.outcome",
            [[each.moment_id for each in settled], [each.outcome.value for each in settled]],
        )
        known = cursor.fetchall()
    remark([(row[0], row[1], "finding", "device", row[2]) for row in known], now)
    with connection.cursor() as cursor:
        cursor.execute(
            CLOSE_SETTLED,
            [
                now,
                [each.moment_id for each in settled],
                [each.outcome.value for each in settled],
                [_closes(each) for each in settled],
            ],
        )
        closed = cursor.fetchall()
    taking.end_claims([row[0] for row in closed], taking.CLOSED, now)
    for why in sorted({row[3] for row in closed}):
        cancel_steps([row[0] for row in closed if row[3] == why], why, now)
    remark([(row[0], row[1], "closed", _said_by(row[3]), row[3]) for row in closed], now)
    facts.publish(
        [
            AlertClosed(alert_id=row[0], organisation_id=row[1], client_id=row[2], outcome=row[3])
            for row in closed
        ],
        now,
    )


def _said_by(closed_as: str) -> str:
    return "device" if closed_as == policy.OUT_AFTER_ALL else "reik"


def _note_changes(changed: Sequence[MomentEnded], now: datetime) -> None:
    """A later finding on a moment that has an alert is added to it; it opens no second one.

    One that a person handled stays handled: the finding is a line in its history.
    """
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET cause = CASE a.state WHEN 'closed' THEN a.cause ELSE n.cause END,"
            " reason = CASE a.state WHEN 'closed' THEN a.reason ELSE n.reason END, before = NULL"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n(moment_id, cause, reason)"
            " WHERE a.moment_id = n.moment_id AND a.cause <> n.cause"
            " RETURNING a.id, a.organisation_id, n.cause",
            [
                [each.moment_id for each in changed],
                [each.outcome.value for each in changed],
                [each.reason for each in changed],
            ],
        )
        rows = cursor.fetchall()
    remark([(row[0], row[1], "finding", "device", row[2]) for row in rows], now)


_REOPENED = Columns(moment_id="uuid", cause="text", reason="text", arrangement_id="uuid")
REOPEN = f"""
UPDATE alerting_alert AS a SET state = 'open', closed_at = NULL, closed_as = '', closed_cause = '', accepted_at = NULL,
    accepted_by = '', accepted_key = NULL, accepted_role = '', accepted_until = NULL, watched_until = NULL,
    before = NULL, remote = NULL, visit_by = '', visit_decided_by = '', visit_decided_at = NULL,
    cause = n.cause, reason = n.reason, arrangement_id = n.arrangement_id, life = n.round + 1, last_due_at = NULL,
    moved_s = 0, muted_until = NULL, emergency_at = NULL, emergency_by = '', own_code = '',
    priority = coalesce(n.criticality, a.priority)
FROM (SELECT a.id, n.cause, n.reason, n.arrangement_id, s.round,
        (SELECT criticality FROM dispensing_moment WHERE id = a.moment_id) AS criticality
    FROM {_REOPENED.unnest} AS n({_REOPENED.names}) JOIN alerting_alert AS a USING (moment_id)
    CROSS JOIN LATERAL (SELECT coalesce(max(round), 0) AS round FROM alerting_step WHERE alert_id = a.id) AS s
    WHERE a.state = 'closed' AND a.closed_as IN ('out_after_all', 'out_after_call', 'given_by_hand', 'while_away',
            'away', 'died', 'client_away', 'client_died')
    ORDER BY a.id FOR NO KEY UPDATE OF a) AS n
WHERE a.id = n.id RETURNING a.id, a.moment_id, n.round
"""  # noqa: S608 - column names of this module


def _reopen(found: Sequence[MomentEnded], now: datetime) -> None:
    """What closed by itself as out and is in doubt after all needs a person again: its route starts anew."""
    if not found:
        return
    held = routes.current({each.client_id for each in found})
    by_moment = {each.moment_id: each for each in found}
    rows = [
        (each.moment_id, each.outcome.value, each.reason,
         held[each.client_id].arrangement_id if each.client_id in held else None)
        for each in found
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REOPEN, _REOPENED.values(rows))
        reopened = [_opened(row[0], by_moment[row[1]], row[2]) for row in cursor.fetchall()]
    remark([(each.id, each.organisation_id, "reopened", "device", each.cause) for each in reopened], now)
    outbox.withdraw([each.id for each in reopened], now)  # that it is over is true no more
    start_routes(reopened, held, now)


def _opened(alert_id: UUID, ended: MomentEnded, rounds: int) -> Opened:
    return Opened(
        id=alert_id, organisation_id=ended.organisation_id, client_id=ended.client_id, moment_id=ended.moment_id,
        cause=ended.outcome.value, priority=ended.criticality, due_at=ended.due_at, latest_at=ended.latest_at,
        rounds=rounds,
    )  # fmt: skip
