"""What people say of alerts: how it went, by outcome and cause (R49, R50), and taking that back within the minute.

Each function locks the alert first, then messages, then steps; each leaves lines in its history.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from reik.alerting import gone, outcomes
from reik.alerting.claims import emergency_path, own_codes, taking, visits
from reik.alerting.claims.accepting import accept_alert, note_accepted, open_on_screen, release_alert
from reik.alerting.claims.bounds import NoClaim, Route, claimed_until, held_until
from reik.alerting.claims.locking import NOBODYS, AlertRefused, ClaimUsed, latest_of, lock, role_of
from reik.alerting.claims.standing import standing
from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.dispenser_alerts import open_device_fault
from reik.alerting.facts import AlertClosed, AlertOpened
from reik.alerting.history import cancel_steps, remark
from reik.alerting.models import Alert
from reik.alerting.outcomes import Effect, OutcomeRefused, Role
from reik.alerting.policy import SETTLES
from reik.alerting.resuming import go_on
from reik.kernel import facts

__all__ = [
    "AlertRefused",
    "ClaimUsed",
    "accept_alert",
    "handle_alert",
    "note_accepted",
    "open_on_screen",
    "release_alert",
    "undo_handling",
]


@transaction.atomic
def handle_alert(
    *,
    alert_id: UUID,
    by: By,
    outcome: str,
    cause: str,
    remote: bool,
    now: datetime,
    role: str = "operator",
    note: str = "",
    watch: timedelta = outcomes.WATCHED,
    visit_by: str = "",
) -> Effect:
    """Say how it went (R49); gives what that did: the alert closes, passes on, goes to the team, is watched, or
    goes the emergency path.

    `outcome`: a common code, or one that the organisation added; `visit_by`: who decided on the visit, the care
    team unless that was delegated to the centre (R50). It says nothing of the moment: only the device, or a person
    beside it, does. Raises AlertRefused for an outcome that is unknown or not this role's, without a cause, and for
    an alert that is closed or that another person has (the team may always say what it found).
    """
    as_whom, who = role_of(role), who_of(by)
    common, own = own_codes.common(alert_id, outcome)
    if common in gone.STOPS:
        gone.take_turn(alert_id)
    alert = lock(alert_id)
    _check(alert, who, as_whom, common, cause, remote)
    decided = visits.decided_by(alert, visit_by, remote=remote or as_whom is Role.INFORMAL_CARER)
    out = alert.moment is not None and alert.moment.outcome in SETTLES
    effect = outcomes.effect_of(common, as_whom, moment_is_out=out)
    again = effect is Effect.PASSES_ON and emergency_path.not_reached_before(alert)
    effect = Effect.EMERGENCY if again else effect
    route = _note_handled(alert, who, as_whom, common, now)
    Alert.objects.filter(id=alert_id).update(own_code=own, visit_by=decided or alert.visit_by)
    lines = [(alert_id, alert.organisation_id, "handled", who.name, f"{common}: {note}" if note else common)]
    if own:
        lines.append((alert_id, alert.organisation_id, "own_code", who.name, own))
    if effect is Effect.CLOSES:
        _close(alert, common, cause, remote, now)
    elif effect is not Effect.EMERGENCY:
        effect = _keep(alert, effect, common, _watched(route, alert, watch, now), now)
        lines.append((alert_id, alert.organisation_id, effect.value, who.name, cause))
    if effect is Effect.EMERGENCY:
        emergency_path.start(
            alert, "reik" if again else who.name, "second_moment" if again else "", now, after=lines
        )
    else:
        remark(lines, now)
    return effect


def _check(alert: Alert, who: Who, role: Role, outcome: str, cause: str, remote: bool) -> None:
    """Raise AlertRefused for what cannot be said of this alert, now, by her."""
    try:
        outcomes.check(outcome, role, about_moment=alert.moment_id is not None, remote=remote)
    except OutcomeRefused as refusal:
        raise AlertRefused(str(refusal)) from None
    if not cause:
        raise AlertRefused("Say what the cause was.")
    if alert.state == "closed":
        raise AlertRefused(f"This alert was closed before, as {alert.closed_as}.")
    if alert.state == "accepted" and alert.accepted_key != who.key and role is not Role.TEAM:
        raise AlertRefused(
            f"{alert.accepted_by} has this alert now: tell what you know, or wait until it is free."
        )


def _note_handled(alert: Alert, who: Who, role: Role, outcome: str, now: datetime) -> Route:
    """Who said what, and what undoing it would bring back: the alert in her hands, with the claim she had."""
    route = standing([alert.id])[alert.id].route
    taking.remember_last_step(alert, route)
    hers = alert.accepted_key == who.key and alert.state == "accepted"
    mine = hers and alert.accepted_until is not None
    claim = taking.claim_of(alert, who)
    ends = alert.accepted_until if mine else _would_have(route, role, claim is not None, now)
    since = alert.accepted_at if mine and alert.accepted_at else now
    assert ends is not None
    taking.end_claims([alert.id], taking.HANDLED if mine else taking.TAKEN_OVER, now)
    Alert.objects.filter(id=alert.id).update(
        handled_at=now, handled_by=who.name, handled_key=who.key, handled_as=outcome, accepted_by=who.name,
        accepted_key=who.key, accepted_at=since, accepted_role=role.value, accepted_until=ends,
        answered_at=alert.answered_at or now,
        before={
            "since": since.isoformat(), "until": ends.isoformat(), "role": role.value,
            "priority": alert.priority, "reason": alert.reason, "claim": str(claim.id) if mine and claim else None,
            "emergency_at": alert.emergency_at.isoformat() if alert.emergency_at else None,
            "emergency_by": alert.emergency_by, "visit_by": alert.visit_by, "own_code": alert.own_code,
        },
    )  # fmt: skip
    return route


def _would_have(route: Route, role: Role, had_it: bool, now: datetime) -> datetime:
    """Until when an alert is hers that she takes back without holding it: a claim, or the minute if she had that."""
    if not had_it:
        try:
            return claimed_until(route, role, now)
        except NoClaim:
            pass
    return held_until(route, now + outcomes.UNDO_WITHIN, now)


def _watched(route: Route, alert: Alert, watch: timedelta, now: datetime) -> datetime:
    return held_until(route, outcomes.until(now, watch, latest_of(alert)), now)


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


def _keep(alert: Alert, effect: Effect, outcome: str, watched: datetime, now: datetime) -> Effect:
    """The alert stays: watched by whoever heard it, or nobody's and with the next one of the route.

    Where the last step cannot wait for a watch any more the route goes on at once; gives what it did.
    """
    row = Alert.objects.filter(id=alert.id)
    cancel_steps([alert.id], effect.value, now)
    if effect is Effect.WATCHES and watched > now:
        row.update(state="watched", watched_until=watched)
        return effect
    row.update(state="open", **NOBODYS)
    if outcome == outcomes.UNWELL:
        row.update(priority=0, reason=outcomes.EMERGENCY)
    go_on([alert.id], now, to_team=effect is Effect.TO_TEAM)
    return Effect.PASSES_ON if effect is Effect.WATCHES else effect


@transaction.atomic
def undo_handling(*, alert_id: UUID, by: By, now: datetime) -> None:
    """Take back what was said within the last minute: the alert is hers again, with the claim that she had.

    Where that has run out meanwhile the route goes on at once. Raises AlertRefused for someone else, after 60 s, or
    when anything happened to the alert since.
    """
    gone.take_turn(alert_id)
    alert, who = lock(alert_id), who_of(by)
    was = _what_was(alert, who, now)
    until = datetime.fromisoformat(was["until"])
    _bring_back(alert, was, until)
    cancel_steps([alert_id], "undone", now)
    if alert.handled_as in gone.STOPS:
        gone.take_back(alert_id, alert.client_id, who.name, now)
    remark([(alert_id, alert.organisation_id, "undone", who.name, alert.handled_as)], now)
    if alert.state == "closed":
        opened = AlertOpened(
            alert_id=alert_id,
            organisation_id=alert.organisation_id,
            client_id=alert.client_id,
            cause=alert.cause,
        )
        facts.publish([opened], now)
    if until <= now:
        Alert.objects.filter(id=alert_id).update(state="open", **NOBODYS)
        go_on([alert_id], now)
    elif was.get("claim"):
        taking.give_again(UUID(was["claim"]))
    else:
        taking.give_undone(alert, who, was["role"], until, now)


def _what_was(alert: Alert, who: Who, now: datetime) -> dict[str, Any]:
    if alert.handled_key != who.key or alert.handled_at is None:
        raise AlertRefused("Only who handled it can undo it: open the alert and accept it instead.")
    if now - alert.handled_at > outcomes.UNDO_WITHIN:
        raise AlertRefused(
            "It was handled more than a minute ago: open the alert and see what is to be done."
        )
    if alert.before is None or _has_a_younger_one(alert):
        raise AlertRefused("Something happened to this alert since: open it again.")
    was: dict[str, Any] = alert.before
    return was


def _bring_back(alert: Alert, was: dict[str, Any], until: datetime) -> None:
    emergency_at = was.get("emergency_at")
    Alert.objects.filter(id=alert.id).update(
        state="accepted", accepted_by=alert.handled_by, accepted_key=alert.handled_key,
        accepted_at=datetime.fromisoformat(was["since"]), accepted_role=was["role"], accepted_until=until,
        watched_until=None, priority=was["priority"],
        reason=was["reason"], closed_at=None, closed_as="", closed_cause="", remote=None, before=None,
        handled_at=None, handled_by="", handled_key=None, handled_as="", own_code=was.get("own_code", ""),
        visit_by=was.get("visit_by", ""), emergency_by=was.get("emergency_by", ""),
        emergency_at=datetime.fromisoformat(emergency_at) if emergency_at else None,
    )  # fmt: skip


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
