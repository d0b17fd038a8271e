"""What an informal carer does with an alert. Whatever is refused, what she told is kept and she hears what happens."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from reik.alerting import operations, queries, telling
from reik.alerting.operations import AlertRefused, ClaimUsed
from reik.alerting.outcomes import HANDLED_AS
from reik.alerting.queries import AlertSeen
from reik.dispensing.away import telling as away_telling
from reik.dispensing.away.keeping import NewAbsence
from reik.dispensing.away.path import HOSPITAL, UNSAID, AwayRefused
from reik.kernel.tenancy import Actor
from reik.web.carer.found import ADMITTED, CALL_ME, STOOD_THERE
from reik.web.rooms import who

ROLE = "informal_carer"


def do(actor: Actor, alert: AlertSeen, what: str, outcome: str, now: datetime) -> None:
    """Carry out one act of a carer on an alert that she may see. Raises AlertRefused."""
    if what == "accepted":
        operations.accept_alert(alert_id=alert.id, by=who(actor), now=now, role=ROLE)
    elif what == "released":
        operations.release_alert(alert_id=alert.id, by=who(actor), now=now)
    elif what == "undone":
        operations.undo_handling(alert_id=alert.id, by=who(actor), now=now)
        telling.take_back_call(alert_id=alert.id, by=who(actor), now=now)
    elif what == "no call":
        telling.take_back_call(alert_id=alert.id, by=who(actor), now=now)
    else:
        _handle(actor, alert, outcome, now)


def _handle(actor: Actor, alert: AlertSeen, outcome: str, now: datetime) -> None:
    operations.handle_alert(
        alert_id=alert.id, by=who(actor), outcome=outcome, cause="told_by_carer", remote=outcome != STOOD_THERE,
        now=now, role=ROLE,
    )  # fmt: skip
    if outcome == CALL_ME:
        telling.ask_call_back(alert_id=alert.id, by=who(actor), now=now)


def keep_told(actor: Actor, alert: AlertSeen, outcome: str, now: datetime) -> None:
    """The alert was closed or another's meanwhile: her word stands beside it, and who must hear it does."""
    if outcome not in HANDLED_AS:
        return
    telling.tell(alert_id=alert.id, by=actor.name, outcome=outcome, now=now)
    if outcome == CALL_ME:
        telling.ask_call_back(alert_id=alert.id, by=who(actor), now=now)
    elif outcome == ADMITTED:
        _tell_admitted(actor.name, alert.client_id, now)


def _tell_admitted(by: str, client_id: UUID, now: datetime) -> None:
    told = NewAbsence(
        client_id=client_id, reason=HOSPITAL, starts_at=now, expected_end=now + UNSAID, said_by=by, resumes=by
    )
    with suppress(AwayRefused):  # an absence is open: the team knows
        away_telling.tell(told, by=by, now=now)


def why_not(refusal: AlertRefused, alert: AlertSeen, actor: Actor, what: str, outcome: str) -> str:
    """What she reads: what changed meanwhile, that nothing is lost, and what she may still do."""
    if isinstance(refusal, ClaimUsed):
        return _("U had deze melding al een keer. U kunt wel zeggen hoe het ging.")
    now = queries.alert(alert.id, [alert.client_id]) or alert
    kept = what == "handled" and outcome in HANDLED_AS
    if now.state == "closed":
        said = _("Deze melding was al gesloten.")
    elif now.state == "accepted" and not now.held_by(who(actor)):
        said = _("%(who)s regelt deze melding nu.") % {"who": now.accepted_by}
    else:
        said = _("Dat kon niet meer: er is intussen iets veranderd. Dit is hoe het nu is.")
    more = []
    if kept:
        more.append(_("Wij hebben opgeschreven wat u vertelde."))
    if kept and outcome == CALL_ME:
        more.append(_("U wordt gebeld."))
    if kept and outcome == ADMITTED:
        more.append(_("Het wijkteam heeft het gehoord."))
    return " ".join([said, *more])


LATELY = timedelta(days=2)


def waits_for_a_call(actor: Actor, alert_ids: list[UUID]) -> telling.CallBack | None:
    """Her own request to be rung, while nobody has."""
    return next((each for each in telling.call_backs(alert_ids) if each.key == actor.account_id), None)
