"""What people and devices do to the alert in memory: as alerting.operations does it to its row (R47 to R50).

Each gives whether it was allowed; what is refused changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reik.alerting import outcomes
from reik.alerting.claims import bounds
from reik.alerting.claims.accepting import AS_WHOM
from reik.alerting.claims.bounds import BY_PHONE, PHONE, SCREEN, NoClaim, Route
from reik.alerting.outcomes import Effect, OutcomeRefused, Role
from reik.ops.bench.lives.machine import ACCEPTED, CLOSED, OPEN, WATCHED, Claim, Machine

HOLDS_ON = timedelta(minutes=45)
"""What the planted fault `hold` adds to every claim."""


def accept(
    alert: Machine, by: str, role: Role, now: datetime, *, lasts: timedelta | None = None, kind: str = SCREEN
) -> bool:
    """She takes it, at a screen or by a key on her phone."""
    if alert.state == ACCEPTED and alert.accepted_by == by:
        if kind == SCREEN:
            open_on_screen(alert, by, now)
        return True
    hers = kind == SCREEN and alert.state == ACCEPTED and _phone(alert, role) is not None
    if alert.state not in (OPEN, WATCHED) and not hers:
        return False
    until = _take(alert, by, role, now, kind, lasts)
    if until is None:
        return False
    alert.state, alert.accepted_by, alert.accepted_role = ACCEPTED, by, role.value
    alert.accepted_at, alert.until, alert.before = now, until, None
    alert.planned.clear()
    return True


def open_on_screen(alert: Machine, by: str, now: datetime) -> bool:
    """Her key on the phone becomes a whole claim."""
    if alert.state != ACCEPTED or alert.accepted_by != by:
        return False
    role = Role(alert.accepted_role)
    if _phone(alert, role) is None:
        return False
    until = _take(alert, by, role, now, SCREEN, None)
    alert.until = until or alert.until
    return until is not None


def key(alert: Machine, number: int, now: datetime) -> bool:
    """Whoever was called by this call presses 1."""
    step = alert.calls[number].step
    return accept(
        alert,
        alert.phone_of(step.position),
        AS_WHOM.get(step.action, Role.TEAM),
        now,
        lasts=BY_PHONE,
        kind=PHONE,
    )


def _take(
    alert: Machine, by: str, role: Role, now: datetime, kind: str, lasts: timedelta | None
) -> datetime | None:
    before = alert.claims.get(by)
    goes_on = (
        before is not None and before.kind == PHONE and kind == SCREEN and before.ended_as in ("", "ended")
    )
    if before is not None and not goes_on:
        return None
    phone = before or (_phone(alert, role) if kind == SCREEN and alert.state == ACCEPTED else None)
    route = alert.standing()
    try:
        until = bounds.claimed_until(
            route, role, now, kind=kind, lasts=lasts, begun=phone.at if phone else None
        )
    except NoClaim:
        return None
    if phone is not None and until <= now:
        return None
    if alert.plant == "hold":
        until += HOLDS_ON
    alert.end_claims("taken_over")
    alert.claims[by] = Claim(role.value, kind, before.at if before else now, until)
    _remember(alert, route)
    return until


def _phone(alert: Machine, role: Role) -> Claim | None:
    return next(
        (c for c in alert.claims.values() if not c.ended_as and c.kind == PHONE and c.role == role.value),
        None,
    )


def _remember(alert: Machine, route: Route) -> None:
    if alert.last_due_at is None:
        alert.last_due_at = route.last_due_at


def release(alert: Machine, by: str, now: datetime) -> bool:
    """She gives it back: the next one now."""
    if alert.state not in (ACCEPTED, WATCHED) or alert.accepted_by != by:
        return False
    alert.state, alert.before = OPEN, None
    alert.nobodys()
    alert.end_claims("released")
    alert.go_on(now)
    return True


def handle(alert: Machine, by: str, role: Role, outcome: str, now: datetime) -> bool:
    """She says how it went."""
    remote = outcome != outcomes.OUT_AT_VISIT
    try:
        outcomes.check(outcome, role, about_moment=not alert.case.technical, remote=remote)
    except OutcomeRefused:
        return False
    if alert.state == CLOSED or (
        alert.state == ACCEPTED and alert.accepted_by != by and role is not Role.TEAM
    ):
        return False
    effect = outcomes.effect_of(outcome, role, moment_is_out=False)
    route = _note_handled(alert, by, role, outcome, now)
    if effect is Effect.CLOSES:
        alert.state, alert.closed_as = CLOSED, outcome
        alert.planned.clear()
    elif effect is Effect.EMERGENCY:
        _start_emergency(alert, now)
    else:
        _keep(alert, effect, outcome, route, now)
    return True


def _note_handled(alert: Machine, by: str, role: Role, outcome: str, now: datetime) -> Route:
    route = alert.standing()
    _remember(alert, route)
    mine = alert.accepted_by == by and alert.until is not None and alert.state == ACCEPTED
    claim = alert.claims.get(by)
    ends = alert.until if mine else _would_have(route, role, claim is not None, now)
    since = alert.accepted_at if mine else now
    alert.end_claims("handled" if mine else "taken_over")
    alert.handled_at, alert.handled_by, alert.handled_as = now, by, outcome
    alert.accepted_by, alert.accepted_role, alert.accepted_at, alert.until = by, role.value, since, ends
    alert.before = {
        "until": ends, "since": since, "role": role.value, "priority": alert.priority, "emergency": alert.emergency,
        "claim": mine and claim is not None,
    }  # fmt: skip
    return route


def _would_have(route: Route, role: Role, had_it: bool, now: datetime) -> datetime:
    if not had_it:
        try:
            return bounds.claimed_until(route, role, now)
        except NoClaim:
            pass
    return bounds.held_until(route, now + outcomes.UNDO_WITHIN, now)


def _keep(alert: Machine, effect: Effect, outcome: str, route: Route, now: datetime) -> None:
    alert.planned.clear()
    watched = bounds.held_until(route, outcomes.until(now, outcomes.WATCHED, alert.case.latest_at), now)
    if effect is Effect.WATCHES and watched > now:
        alert.state, alert.until = WATCHED, watched
        return
    alert.state = OPEN
    alert.nobodys()
    if outcome == outcomes.UNWELL:
        alert.priority = 0
    alert.go_on(now, to_team=effect is Effect.TO_TEAM)


def undo(alert: Machine, by: str, now: datetime) -> bool:
    """She takes back what she said within the last minute."""
    was: Any = alert.before
    late = alert.handled_at is None or now - alert.handled_at > outcomes.UNDO_WITHIN
    if alert.handled_by != by or late or was is None:
        return False
    alert.state, alert.accepted_by, alert.accepted_role = ACCEPTED, by, was["role"]
    alert.accepted_at, alert.until = was["since"], was["until"]
    alert.priority, alert.emergency, alert.closed_as = was["priority"], was["emergency"], ""
    alert.before, alert.handled_at, alert.handled_by, alert.handled_as = None, None, "", ""
    alert.planned.clear()
    if was["until"] <= now:
        alert.state = OPEN
        alert.nobodys()
        alert.go_on(now)
    elif was["claim"]:
        alert.claims[by].ended_as = ""
    else:
        alert.claims.setdefault(by, Claim(was["role"], SCREEN, now, was["until"]))
    return True


def emergency(alert: Machine, now: datetime) -> bool:
    """The one key."""
    if alert.state == CLOSED:
        return False
    if not alert.emergency:
        alert.before = None
        alert.end_claims("taken_over")
        _start_emergency(alert, now)
    return True


def _start_emergency(alert: Machine, now: datetime) -> None:
    alert.planned.clear()
    alert.state, alert.emergency, alert.priority = OPEN, True, 0
    alert.nobodys()
    alert.go_on(now)


def press(alert: Machine) -> bool:
    """The device: out after all."""
    alert.before = None
    if alert.state != CLOSED:
        alert.state, alert.closed_as = CLOSED, "out_after_all"
        alert.end_claims("closed")
        alert.planned.clear()
    return True


def doubt(alert: Machine, now: datetime) -> bool:
    """The device: what it called out is in doubt. What a person closed stays closed."""
    if alert.state != CLOSED or alert.closed_as not in ("out_after_all", outcomes.OUT_AFTER_CALL):
        return False
    alert.state, alert.closed_as, alert.before, alert.emergency = OPEN, "", None, False
    alert.claims, alert.last_due_at, alert.last_reached = {}, None, False
    alert.priority = alert.case.priority
    alert.nobodys()
    alert.start(now)
    return True
