"""Writes of alerting: arrangements, opening and closing alerts, taking steps, accepting and handling.

Handlers of facts work on whole lists; locks go alerts first, steps after them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from reik.alerting import policy, routes
from reik.alerting.calls import Call, call_out
from reik.alerting.facts import AlertClosed, AlertOpened
from reik.alerting.models import Alert, Arrangement, ArrangementStep
from reik.alerting.policy import RouteStep
from reik.alerting.routes import Route
from reik.dispensing.facts import MomentEnded
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, Table


@transaction.atomic
def agree_arrangement(
    *,
    organisation_id: UUID,
    client_id: UUID | None,
    route: Sequence[RouteStep],
    agreed_by: str,
    now: datetime,
) -> Arrangement:
    """A new version of a client's (or, without client, the organisation's default) follow-up arrangement.

    Raises policy.ArrangementInvalid when the chain could end with nobody.
    """
    policy.check_route(route)
    whose = Q(client_id=client_id) if client_id else Q(client=None)
    newest = Arrangement.objects.filter(whose, organisation_id=organisation_id).order_by("-version").first()
    arrangement = Arrangement.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        client_id=client_id,
        version=newest.version + 1 if newest else 1,
        agreed_by=agreed_by,
        created_at=now,
    )
    ArrangementStep.objects.bulk_create(
        ArrangementStep(
            id=new_id(now),
            organisation_id=organisation_id,
            arrangement=arrangement,
            position=position,
            action=step.action,
            responder=step.responder,
            destination_id=step.destination_id,
            wait_min=round(step.wait.total_seconds() / 60),
            repeat_min=round(step.repeat.total_seconds() / 60) if step.repeat else None,
            hours_from=step.hours[0] if step.hours else None,
            hours_until=step.hours[1] if step.hours else None,
        )
        for position, step in enumerate(route, start=1)
    )
    return arrangement


def follow_moments(ended: Sequence[MomentEnded], now: datetime) -> None:
    """Handler of MomentEnded: open what needs a person, close what turned out well, note what changed."""
    _open([each for each in ended if each.outcome in policy.NEEDS_A_PERSON], now)
    changed = [each for each in ended if each.before is not None]
    if changed:
        _close_settled([each for each in changed if each.outcome in policy.SETTLES], now)
        _note_changes([each for each in changed if each.outcome not in policy.SETTLES], now)
        _reopen(
            [
                each
                for each in changed
                if each.before in policy.SETTLES and each.outcome in policy.NEEDS_A_PERSON
            ],
            now,
        )


_ALERTS = Table(
    "alerting_alert",
    id="uuid", organisation_id="uuid", client_id="uuid", dispenser_id="uuid", moment_id="uuid", arrangement_id="uuid",
    cause="text", reason="text", priority="smallint", state="text", opened_at="timestamptz", accepted_by="text",
    closed_as="text", closed_cause="text",
)  # fmt: skip


def _open(found: Sequence[MomentEnded], now: datetime) -> None:
    """One alert per moment, however often it is found (rule 7), with its route planned and its first step taken."""
    if not found:
        return
    held = routes.current({each.client_id for each in found})
    rows = {new_id(now): each for each in found}
    new = _ALERTS.insert(
        [
            (id, each.organisation_id, each.client_id, each.dispenser_id, each.moment_id,
             held[each.client_id].arrangement_id if each.client_id in held else None,
             each.outcome.value, each.reason, each.criticality, "open", now, "", "", "")
            for id, each in rows.items()
        ],
        then="ON CONFLICT (moment_id) DO NOTHING RETURNING id",
    )  # fmt: skip
    _start_routes([(row[0], rows[row[0]], 0) for row in new], held, now)


CLOSE_SETTLED = """
UPDATE alerting_alert AS a SET state = 'closed', closed_at = %s, closed_as = 'out_after_all', closed_cause = n.outcome
FROM (SELECT a.id, n.outcome FROM unnest(%s::uuid[], %s::text[]) AS n(moment_id, outcome)
    JOIN alerting_alert AS a USING (moment_id) WHERE a.state <> 'closed' ORDER BY a.id FOR NO KEY UPDATE OF a) AS n
WHERE a.id = n.id RETURNING a.id, a.organisation_id, a.client_id
"""


def _close_settled(settled: Sequence[MomentEnded], now: datetime) -> None:
    """R48: the sachets are out after all; the alert closes itself and its history stays."""
    if not settled:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            CLOSE_SETTLED,
            [now, [each.moment_id for each in settled], [each.outcome.value for each in settled]],
        )
        closed = cursor.fetchall()
    _cancel_steps([row[0] for row in closed], "out_after_all", now)
    remark([(row[0], row[1], "closed", "device", "out_after_all") for row in closed], now)
    facts.publish(
        [
            AlertClosed(alert_id=row[0], organisation_id=row[1], client_id=row[2], outcome="out_after_all")
            for row in closed
        ],
        now,
    )


def _note_changes(changed: Sequence[MomentEnded], now: datetime) -> None:
    """A later finding on a moment that has an alert is added to it; it opens no second one.

    One that a person handled stays handled: the finding is a line in its history.
    """
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET cause = CASE a.state WHEN 'closed' THEN a.cause ELSE n.cause END,"
            " reason = CASE a.state WHEN 'closed' THEN a.reason ELSE n.reason END"
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
    accepted_by = '', cause = n.cause, reason = n.reason, arrangement_id = n.arrangement_id
FROM (SELECT a.id, n.cause, n.reason, n.arrangement_id, s.round
    FROM {_REOPENED.unnest} AS n({_REOPENED.names}) JOIN alerting_alert AS a USING (moment_id)
    CROSS JOIN LATERAL (SELECT coalesce(max(round), 0) AS round FROM alerting_step WHERE alert_id = a.id) AS s
    WHERE a.state = 'closed' AND a.closed_as = 'out_after_all' ORDER BY a.id FOR NO KEY UPDATE OF a) AS n
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
        reopened = [(row[0], by_moment[row[1]], row[2]) for row in cursor.fetchall()]
    remark(
        [(id, each.organisation_id, "reopened", "device", each.outcome.value) for id, each, _ in reopened],
        now,
    )
    _start_routes(reopened, held, now)


def _start_routes(
    alerts: Sequence[tuple[UUID, MomentEnded, int]], held: Mapping[UUID, Route], now: datetime
) -> None:
    """Plan the route of each alert (after the rounds it had before), take what is due, announce it."""
    calls = []
    for alert_id, each, rounds in alerts:
        route = held.get(each.client_id)
        for step in policy.plan(route.steps, now, route.zone) if route else ():
            calls.append(Call.of(alert_id, each, replace(step, round=rounds + step.round), now))
    call_out(calls, now)
    facts.publish(
        [
            AlertOpened(
                alert_id=alert_id,
                organisation_id=each.organisation_id,
                client_id=each.client_id,
                cause=each.outcome,
            )
            for alert_id, each, _ in alerts
        ],
        now,
    )


def _cancel_steps(alert_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """Nobody is called any more about these alerts; what has not left the outbox is taken back.

    Messages before steps, as `reik send` locks them when it writes how they went.
    """
    if not alert_ids:
        return
    outbox.withdraw(alert_ids, now)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_step SET state = 5, ended_at = %s, reason = %s WHERE alert_id = ANY(%s) AND state = 0",
            [now, reason, list(alert_ids)],
        )


_REMARKS = Table(
    "alerting_remark",
    id="uuid", alert_id="uuid", organisation_id="uuid", kind="text", by="text", text="text", at="timestamptz",
)  # fmt: skip


def remark(lines: Sequence[tuple[UUID, UUID, str, str, str]], now: datetime) -> None:
    """Add lines (alert, organisation, kind, by, text) to the history of alerts."""
    _REMARKS.insert((new_id(now), *line, now) for line in lines)


class AlertRefused(Exception):
    """The alert cannot be accepted or handled in this state; the message says what to do."""


# R49's least set. `escalates` outcomes leave the moment watched or go to the emergency path in later steps.
HANDLED_AS = frozenset(
    {
        "out_after_call", "says_out", "refuses", "says_taken_otherwise", "advice_asked", "not_reached",
        "unwell", "away", "died", "device_fault", "false_notice",
    }
)  # fmt: skip


@transaction.atomic
def accept_alert(*, alert_id: UUID, by: str, now: datetime) -> None:
    """A person takes the alert: the chain stops and waits for her outcome. Repeating it changes nothing.

    Raises AlertRefused when it is closed or someone else has it.
    """
    alert = Alert.objects.select_for_update(no_key=True).get(id=alert_id)
    if alert.state == "accepted" and alert.accepted_by == by:
        return
    if alert.state != "open":
        who = f" by {alert.accepted_by}" if alert.accepted_by else ""
        raise AlertRefused(f"This alert is already {alert.state}{who}: open the list again.")
    Alert.objects.filter(id=alert_id).update(state="accepted", accepted_by=by, accepted_at=now)
    _cancel_steps([alert_id], "accepted", now)
    remark([(alert_id, alert.organisation_id, "accepted", by, "")], now)


@transaction.atomic
def handle_alert(
    *, alert_id: UUID, by: str, outcome: str, cause: str, remote: bool, note: str = "", now: datetime
) -> None:
    """Close an alert with R49's outcome. It says nothing of the moment: only the device, or a person beside it, does.

    Raises AlertRefused for an unknown outcome, without a cause (R49), or for an alert that is closed.
    """
    if outcome not in HANDLED_AS:
        raise AlertRefused(f"Choose one of the outcomes: {', '.join(sorted(HANDLED_AS))}.")
    if not cause:
        raise AlertRefused("Say what the cause was.")
    alert = Alert.objects.select_for_update(no_key=True).get(id=alert_id)
    if alert.state == "closed":
        raise AlertRefused(f"This alert was closed before, as {alert.closed_as}.")
    Alert.objects.filter(id=alert_id).update(
        state="closed", closed_at=now, closed_as=outcome, closed_cause=cause, remote=remote,
        accepted_by=alert.accepted_by or by, accepted_at=alert.accepted_at or now,
    )  # fmt: skip
    _cancel_steps([alert_id], "handled", now)
    remark([(alert_id, alert.organisation_id, "handled", by, f"{outcome}: {note}" if note else outcome)], now)
    facts.publish(
        [
            AlertClosed(
                alert_id=alert_id,
                organisation_id=alert.organisation_id,
                client_id=alert.client_id,
                outcome=outcome,
            )
        ],
        now,
    )
