"""Who has an alert now, or who is asked next: never only how late it is (R47)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.claims.who import Who
from reik.alerting.queries import AlertSeen
from reik.web.client.state import alert_mark, is_day_work


def who_has_it(alert: AlertSeen, actor: Who, zone: ZoneInfo) -> str:
    """Where the chain is now, never only how late (R47)."""
    if alert.state == "accepted":
        until = f"{alert.accepted_until.astimezone(zone):%H:%M}" if alert.accepted_until else ""
        if alert.held_by(actor):
            return _("u regelt het, tot %(time)s") % {"time": until}
        return _("%(who)s regelt het, tot %(time)s") % {"who": alert.accepted_by, "time": until}
    if alert.state == "watched":
        return _("%(who)s hoorde dat het eruit is; Reik kijkt mee") % {"who": alert.accepted_by}
    if alert.current is None and alert.next is None:
        return _("er wordt niemand gevraagd: pak het op")
    return _chain_now(alert, zone)


def _chain_now(alert: AlertSeen, zone: ZoneInfo) -> str:
    said = []
    if alert.current is not None:
        said.append(_asked(alert.current.action) % {"who": alert.current.responder})
    if alert.next is not None:
        due = f"{alert.next.due_at.astimezone(zone):%H:%M}"
        again = alert.current is not None and alert.current.responder == alert.next.responder
        words = _("om %(time)s opnieuw") if again else _("om %(time)s naar %(who)s")
        said.append(words % {"time": due, "who": alert.next.responder})
    return "; ".join(said)


def _asked(action: str) -> str:
    """The step that was taken last, in few words."""
    return {
        "phone_client": _("%(who)s belt"),
        "ask_carer": _("%(who)s heeft bericht"),
        "ask_team": _("%(who)s is gebeld"),
    }.get(action, "%(who)s")


def weight(alert: AlertSeen, actor: Who) -> tuple[bool, bool, bool, int]:
    """What nobody has goes before what a colleague has, and a sachet left behind before a fault."""
    others = alert.state == "accepted" and not alert.held_by(actor)
    return (is_day_work(alert), others, alert_mark(alert) != "niet", alert.priority)
