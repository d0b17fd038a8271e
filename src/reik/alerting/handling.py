"""What people do with alerts: accept (a promise with an end), give back, handle by outcome, undo (R46 to R50).

Each function locks the alert first, then messages, then steps; each leaves lines in its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from reik.alerting import outcomes
from reik.alerting.dispenser_alerts import open_device_fault
from reik.alerting.facts import AlertClosed, AlertOpened
from reik.alerting.history import cancel_steps, remark
from reik.alerting.models import Alert, Step
from reik.alerting.outcomes import Effect, OutcomeRefused, Role
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT, SETTLES
from reik.alerting.resuming import go_on
from reik.kernel import facts
from reik.kernel.outbox import MessageSent

LONGEST_PROMISE = timedelta(hours=2)
NOBODYS: dict[str, Any] = {
    "accepted_at": None, "accepted_by": "", "accepted_role": "", "accepted_until": None, "watched_until": None,
}  # fmt: skip


class AlertRefused(Exception):
    """The alert cannot be accepted or handled in this state; the message says what to do."""


def _lock(alert_id: UUID) -> Alert:
    return (
        Alert.objects.select_related("moment").select_for_update(no_key=True, of=("self",)).get(id=alert_id)
    )


def _role(role: str) -> Role:
    if role not in tuple(Role):
        raise AlertRefused(f"Say as whom: {', '.join(Role)}.")
    return Role(role)


def _latest(alert: Alert) -> datetime | None:
    return alert.moment.latest_at if alert.moment else None


@transaction.atomic
def accept_alert(
    *, alert_id: UUID, by: str, now: datetime, role: str = "operator", lasts: timedelta | None = None
) -> None:
    """A person takes the alert: the chain stops until her promise ends, and then goes on without her.

    `role`: operator, informal_carer or team; `lasts` (15 min, team 30) never reaches beyond the latest hand-out
    time where that lies ahead (R29). Repeating it changes nothing. An alert that is only watched may be taken
    over. Raises AlertRefused when it is closed or someone else has it.
    """
    who = _role(role)
    promise = outcomes.PROMISED[who] if lasts is None else lasts
    if not timedelta(0) < promise <= LONGEST_PROMISE:
        raise AlertRefused("A promise lasts two hours at most: choose a shorter one.")
    alert = _lock(alert_id)
    if alert.state == "accepted" and alert.accepted_by == by:
        return
    if alert.state not in ("open", "watched"):
        whose = f" by {alert.accepted_by}" if alert.accepted_by else ""
        raise AlertRefused(f"This alert is already {alert.state}{whose}: open the list again.")
    Alert.objects.filter(id=alert_id).update(
        state="accepted", accepted_by=by, accepted_at=now, accepted_role=who.value, watched_until=None, before=None,
        accepted_until=outcomes.until(now, promise, _latest(alert)),
    )  # fmt: skip
    cancel_steps([alert_id], "accepted", now)
    remark([(alert_id, alert.organisation_id, "accepted", by, "")], now)


BY_PHONE = timedelta(minutes=5)
"""How long a key on the phone holds an alert; whoever opens it has as long as anybody."""
AS_WHOM = {PHONE_CLIENT: Role.OPERATOR, ASK_CARER: Role.INFORMAL_CARER, ASK_TEAM: Role.TEAM}


def note_accepted(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: who answered a call with a key has its alert for five minutes. What came too late is only noted."""
    answered = {each.message_id: each.accepted_by for each in sent if each.accepted_by}
    if not answered:
        return
    for step in Step.objects.filter(id__in=answered).order_by("alert_id"):
        who = AS_WHOM.get(step.action, Role.TEAM)
        try:
            with transaction.atomic():
                accept_alert(alert_id=step.alert_id, by=step.responder, now=now, role=who, lasts=BY_PHONE)
        except AlertRefused:
            remark([(step.alert_id, step.organisation_id, "answered_late", step.responder, "")], now)


@transaction.atomic
def release_alert(*, alert_id: UUID, by: str, now: datetime) -> None:
    """Whoever has the alert gives it back: the next step of the route is called at once.

    Raises AlertRefused when she does not have it.
    """
    alert = _lock(alert_id)
    if alert.state not in ("accepted", "watched") or alert.accepted_by != by:
        raise AlertRefused("You do not have this alert, so you cannot give it back: open the list again.")
    Alert.objects.filter(id=alert_id).update(state="open", before=None, **NOBODYS)
    remark([(alert_id, alert.organisation_id, "released", by, "")], now)
    go_on([alert_id], now)


@transaction.atomic
def handle_alert(
    *,
    alert_id: UUID,
    by: str,
    outcome: str,
    cause: str,
    remote: bool,
    now: datetime,
    role: str = "operator",
    note: str = "",
    watch: timedelta = outcomes.WATCHED,
) -> Effect:
    """Say how it went (R49); gives what that did: the alert closes, passes on, goes to the team or is watched.

    It says nothing of the moment: only the device, or a person beside it, does. Raises AlertRefused for an outcome
    that is unknown or not this role's, without a cause, and for an alert that is closed or that another person
    has (the team may always say what it found).
    """
    who = _role(role)
    alert = _lock(alert_id)
    _check(alert, by, who, outcome, cause, remote)
    out = alert.moment is not None and alert.moment.outcome in SETTLES
    effect = outcomes.effect_of(outcome, who, moment_is_out=out)
    _note_handled(alert, by, who, outcome, now)
    lines = [(alert_id, alert.organisation_id, "handled", by, f"{outcome}: {note}" if note else outcome)]
    if effect is Effect.CLOSES:
        _close(alert, outcome, cause, remote, now)
    else:
        lines.append((alert_id, alert.organisation_id, effect.value, by, cause))
        _keep(alert, effect, outcome, watch, now)
    remark(lines, now)
    return effect


def _check(alert: Alert, by: str, who: Role, outcome: str, cause: str, remote: bool) -> None:
    """Raise AlertRefused for what cannot be said of this alert, now, by her."""
    try:
        outcomes.check(outcome, who, about_moment=alert.moment_id is not None, remote=remote)
    except OutcomeRefused as refusal:
        raise AlertRefused(str(refusal)) from None
    if not cause:
        raise AlertRefused("Say what the cause was.")
    if alert.state == "closed":
        raise AlertRefused(f"This alert was closed before, as {alert.closed_as}.")
    if alert.state == "accepted" and alert.accepted_by != by and who is not Role.TEAM:
        raise AlertRefused(
            f"{alert.accepted_by} has this alert now: tell what you know, or wait until it is free."
        )


def _note_handled(alert: Alert, by: str, role: Role, outcome: str, now: datetime) -> None:
    """Who said what, and what undoing it would bring back: the alert in her hands, with her promise."""
    mine = alert.accepted_by == by and alert.accepted_until is not None and alert.state == "accepted"
    ends = alert.accepted_until if mine else outcomes.until(now, outcomes.PROMISED[role], _latest(alert))
    since = alert.accepted_at if mine and alert.accepted_at else now
    assert ends is not None
    Alert.objects.filter(id=alert.id).update(
        handled_at=now, handled_by=by, handled_as=outcome, accepted_by=by, accepted_at=since,
        accepted_role=role.value, accepted_until=ends,
        before={
            "since": since.isoformat(), "until": ends.isoformat(), "role": role.value,
            "priority": alert.priority, "reason": alert.reason,
        },
    )  # fmt: skip


def _close(alert: Alert, outcome: str, cause: str, remote: bool, now: datetime) -> None:
    Alert.objects.filter(id=alert.id).update(
        state="closed",
        closed_at=now,
        closed_as=outcome,
        closed_cause=cause,
        remote=remote,
        watched_until=None,
    )
    cancel_steps([alert.id], "handled", now)
    if outcome == outcomes.DEVICE_FAULT and alert.moment_id is not None:
        open_device_fault(alert.dispenser_id, now)
    facts.publish([_closed(alert, outcome)], now)


def _closed(alert: Alert, outcome: str) -> AlertClosed:
    return AlertClosed(
        alert_id=alert.id, organisation_id=alert.organisation_id, client_id=alert.client_id, outcome=outcome
    )


def _keep(alert: Alert, effect: Effect, outcome: str, watch: timedelta, now: datetime) -> None:
    """The alert stays: watched by whoever heard it, or nobody's and with the next one of the route."""
    row = Alert.objects.filter(id=alert.id)
    cancel_steps([alert.id], effect.value, now)
    if effect is Effect.WATCHES:
        row.update(state="watched", watched_until=outcomes.until(now, watch, _latest(alert)))
        return
    row.update(state="open", **NOBODYS)
    if outcome == outcomes.UNWELL:
        row.update(priority=0, reason=outcomes.EMERGENCY)
    go_on([alert.id], now, to_team=effect is Effect.TO_TEAM)


@transaction.atomic
def undo_handling(*, alert_id: UUID, by: str, now: datetime) -> None:
    """Take back what was said within the last minute: the alert is hers again, with the promise it had.

    Raises AlertRefused for someone else, after 60 s, or when anything happened to the alert since.
    """
    alert = _lock(alert_id)
    if alert.handled_by != by or alert.handled_at is None:
        raise AlertRefused("Only who handled it can undo it: open the alert and accept it instead.")
    if now - alert.handled_at > outcomes.UNDO_WITHIN:
        raise AlertRefused(
            "It was handled more than a minute ago: open the alert and see what is to be done."
        )
    if alert.before is None or _has_a_younger_one(alert):
        raise AlertRefused("Something happened to this alert since: open it again.")
    was = alert.before
    Alert.objects.filter(id=alert_id).update(
        state="accepted", accepted_by=by, accepted_at=datetime.fromisoformat(was["since"]), accepted_role=was["role"],
        accepted_until=datetime.fromisoformat(was["until"]), watched_until=None, priority=was["priority"],
        reason=was["reason"], closed_at=None, closed_as="", closed_cause="", remote=None, before=None,
        handled_at=None, handled_by="", handled_as="",
    )  # fmt: skip
    cancel_steps([alert_id], "undone", now)
    remark([(alert_id, alert.organisation_id, "undone", by, alert.handled_as)], now)
    if alert.state == "closed":
        opened = AlertOpened(
            alert_id=alert_id,
            organisation_id=alert.organisation_id,
            client_id=alert.client_id,
            cause=alert.cause,
        )
        facts.publish([opened], now)


def _has_a_younger_one(alert: Alert) -> bool:
    """Whether the same trouble of this dispenser was found anew after this alert was closed."""
    return (
        alert.moment_id is None
        and alert.state == "closed"
        and Alert.objects.filter(
            dispenser_id=alert.dispenser_id,
            cause=alert.cause,
            subject=alert.subject,
            moment=None,
            closed_at=None,
        ).exists()
    )
