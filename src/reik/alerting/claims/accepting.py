"""A person takes an alert ("ik regel het"), gives it back, or answers a call with a key (R47).

Each locks the alert first, then messages, then steps; each leaves a line in its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.alerting.claims import taking
from reik.alerting.claims.bounds import BY_PHONE, LONGEST_ASKED, PHONE, SCREEN, NoClaim
from reik.alerting.claims.locking import NOBODYS, AlertRefused, ClaimUsed, lock, role_of
from reik.alerting.claims.phones import whose_phones
from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.history import cancel_steps, remark
from reik.alerting.models import Alert, Step
from reik.alerting.outcomes import Role
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT
from reik.alerting.resuming import go_on
from reik.kernel.outbox import MessageSent

AS_WHOM = {PHONE_CLIENT: Role.OPERATOR, ASK_CARER: Role.INFORMAL_CARER, ASK_TEAM: Role.TEAM}


def accept_alert(
    *, alert_id: UUID, by: By, now: datetime, role: str = "operator", lasts: timedelta | None = None
) -> None:
    """A person takes the alert: the chain stops until her claim ends, and then goes on without her.

    `role`: operator, informal_carer or team. She has it 15 minutes (the team, which may drive, 30; time-critical 5
    and 10), never beyond the latest hand-out time that lies ahead (R29), and never so long that the last step
    would come beyond its bound; `lasts` makes it shorter. Repeating it changes nothing. An alert that is only
    watched may be taken over. Raises AlertRefused when it is closed or someone else has it, ClaimUsed when she had it.
    """
    _accept(alert_id, who_of(by), now, role_of(role), lasts, SCREEN)


@transaction.atomic
def _accept(alert_id: UUID, who: Who, now: datetime, role: Role, lasts: timedelta | None, kind: str) -> None:
    if lasts is not None and not timedelta(0) < lasts <= LONGEST_ASKED:
        raise AlertRefused("A promise lasts two hours at most: choose a shorter one.")
    alert = lock(alert_id)
    if alert.state == "accepted" and alert.accepted_key == who.key:
        if kind == SCREEN:
            _open(alert, who, now)
        return
    if alert.state not in ("open", "watched") and not _of_her_phone(alert, role, kind):
        whose = f" by {alert.accepted_by}" if alert.accepted_by else ""
        raise AlertRefused(f"This alert is already {alert.state}{whose}: open the list again.")
    try:
        until = taking.take(alert, who, role, now, kind=kind, lasts=lasts)
    except NoClaim as refusal:
        raise (ClaimUsed if refusal.used else AlertRefused)(str(refusal)) from None
    Alert.objects.filter(id=alert_id).update(
        state="accepted", accepted_by=who.name, accepted_key=who.key, accepted_at=now, accepted_role=role.value,
        watched_until=None, before=None, accepted_until=until, answered_at=alert.answered_at or now,
    )  # fmt: skip
    cancel_steps([alert_id], "accepted", now)
    remark([(alert_id, alert.organisation_id, "accepted", who.name, kind if kind == PHONE else "")], now)


def _of_her_phone(alert: Alert, role: Role, kind: str) -> bool:
    """Whether it is held by a key on the phone of her own group, so that opening it makes it hers."""
    return kind == SCREEN and alert.state == "accepted" and taking.held_by_phone(alert, role)


@transaction.atomic
def open_on_screen(*, alert_id: UUID, by: By, now: datetime) -> bool:
    """Whoever pressed a key on the phone opens the alert: her five minutes become a whole claim, the same one.

    Says whether it did; for an alert that she does not hold by phone it changes nothing.
    """
    alert, who = lock(alert_id), who_of(by)
    return alert.state == "accepted" and alert.accepted_key == who.key and _open(alert, who, now)


def _open(alert: Alert, who: Who, now: datetime) -> bool:
    role = Role(alert.accepted_role)
    if not taking.held_by_phone(alert, role):
        return False
    try:
        until = taking.take(alert, who, role, now)
    except NoClaim:  # the last step is about to be called: her minutes stay as they are
        return False
    Alert.objects.filter(id=alert.id).update(accepted_until=until)
    remark([(alert.id, alert.organisation_id, "opened_on_screen", who.name, "")], now)
    return True


def note_accepted(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: who answered a call with a key has its alert for five minutes. What came too late is only noted."""
    answered = {each.message_id: each.accepted_by for each in sent if each.accepted_by}
    if not answered:
        return
    steps = list(Step.objects.filter(id__in=answered).order_by("alert_id"))
    whose = whose_phones([each.id for each in steps])
    for step in steps:
        role = AS_WHOM.get(step.action, Role.TEAM)
        who = Who(whose[step.id], step.responder)
        try:
            _accept(step.alert_id, who, now, role, BY_PHONE, PHONE)
        except AlertRefused as refusal:
            why = "used" if isinstance(refusal, ClaimUsed) else ""
            remark([(step.alert_id, step.organisation_id, "answered_late", step.responder, why)], now)


@transaction.atomic
def release_alert(*, alert_id: UUID, by: By, now: datetime) -> None:
    """Whoever has the alert gives it back: the next step of the route is called at once.

    Raises AlertRefused when she does not have it.
    """
    alert, who = lock(alert_id), who_of(by)
    if alert.state not in ("accepted", "watched") or alert.accepted_key != who.key:
        raise AlertRefused("You do not have this alert, so you cannot give it back: open the list again.")
    Alert.objects.filter(id=alert_id).update(state="open", before=None, **NOBODYS)
    taking.end_claims([alert_id], taking.RELEASED, now)
    remark([(alert_id, alert.organisation_id, "released", who.name, "")], now)
    go_on([alert_id], now)
