"""Whose decision a visit is: the care team's, unless its organisation left it to the centre (R50)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.alerting.claims import taking
from reik.alerting.claims.locking import NOBODYS, AlertRefused, lock
from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.history import cancel_steps, remark
from reik.alerting.models import Alert, Arrangement
from reik.alerting.outcomes import VISIT_DECIDED_BY
from reik.alerting.resuming import go_on

TEAM, CENTRE = VISIT_DECIDED_BY
LONGEST = 500


class VisitRefused(AlertRefused):
    """This visit cannot be decided on here; `why` is a code word: not_left, not_yours, closed, none."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


def left_to_centre(alert_id: UUID) -> bool:
    """Whether the version of the arrangement that this alert points to leaves the decision to the centre."""
    return Arrangement.objects.filter(alert=alert_id, centre_decides=True).exists()


def decided_by(alert: Alert, visit_by: str, *, remote: bool) -> str:
    """Whose decision the visit was that somebody tells of; empty where nobody drove.

    Raises AlertRefused for a centre to which it was not left.
    """
    if visit_by and visit_by not in VISIT_DECIDED_BY:
        raise AlertRefused(f"Say who decided on the visit: {', '.join(VISIT_DECIDED_BY)}.")
    if remote:
        return ""
    if visit_by == CENTRE and alert.visit_by != CENTRE and not left_to_centre(alert.id):
        raise _not_left()
    return visit_by or alert.visit_by or TEAM


@transaction.atomic
def decide_visit(*, alert_id: UUID, by: By, now: datetime) -> None:
    """Who has the alert in a centre decides that somebody drives, and sees to it; repeating it changes nothing.

    Raises VisitRefused where the arrangement leaves that to the care team, or she does not have the alert.
    """
    alert, who = lock(alert_id), who_of(by)
    _check_hers(alert, who)
    if not left_to_centre(alert_id):
        raise _not_left()
    if alert.visit_by == CENTRE:
        return
    Alert.objects.filter(id=alert_id).update(
        visit_by=CENTRE, visit_decided_by=who.name, visit_decided_at=now, before=None
    )
    remark([(alert_id, alert.organisation_id, "visit_decided", who.name, CENTRE)], now)


@transaction.atomic
def take_back_visit(*, alert_id: UUID, by: By, now: datetime) -> None:
    """Nobody needs to drive after all; that it was decided stays in its history. Raises VisitRefused."""
    alert, who = lock(alert_id), who_of(by)
    _check_hers(alert, who)
    if alert.visit_by != CENTRE:
        raise VisitRefused("none", "The centre has not decided on a visit: there is nothing to take back.")
    Alert.objects.filter(id=alert_id).update(
        visit_by="", visit_decided_by="", visit_decided_at=None, before=None
    )
    remark([(alert_id, alert.organisation_id, "visit_taken_back", who.name, CENTRE)], now)


@transaction.atomic
def ask_visit(*, alert_id: UUID, by: By, note: str, now: datetime) -> None:
    """The care team is called now, to decide on a visit or (where the centre decided) to drive; she has it no more.

    Raises VisitRefused when the alert is closed or somebody else has it.
    """
    alert, who = lock(alert_id), who_of(by)
    _check_free(alert, who)
    taking.end_claims([alert_id], taking.RELEASED, now)
    cancel_steps([alert_id], "visit_asked", now)
    Alert.objects.filter(id=alert_id).update(state="open", before=None, muted_until=None, **NOBODYS)
    said = note.replace("\x00", "").strip()[:LONGEST]
    remark([(alert_id, alert.organisation_id, "visit_asked", who.name, said)], now)
    go_on([alert_id], now, to_team=True)


def _check_hers(alert: Alert, who: Who) -> None:
    _check_free(alert, who)
    if alert.state != "accepted":
        raise VisitRefused(
            "not_yours", "Take the alert first: who decides on a visit sees to it that somebody goes."
        )


def _check_free(alert: Alert, who: Who) -> None:
    if alert.state == "closed":
        raise VisitRefused("closed", f"This alert was closed as {alert.closed_as}: open the list again.")
    if alert.state == "accepted" and alert.accepted_key != who.key:
        raise VisitRefused(
            "not_yours",
            f"{alert.accepted_by} has this alert now: tell what you know, or wait until it is free.",
        )


def _not_left() -> VisitRefused:
    return VisitRefused(
        "not_left", "The organisation did not leave the decision on a visit to the centre: ask the care team."
    )
