"""Whom to ring about an alert now: who has it, else who is asked, and the team behind them. For phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reik.alerting.claims.who import Who
from reik.alerting.policy import ASK_CARER, PHONE_CLIENT
from reik.alerting.queries import AlertSeen
from reik.alerting.telling import CallBack
from reik.people.homes_numbers import OpenNumber
from reik.people.queries import CarerCard

CENTRE, TEAM, CARER = "centre", "team", "carer"
OF_ROLE = {"operator": CENTRE, "informal_carer": CARER, "team": TEAM}
OF_ACTION = {PHONE_CLIENT: CENTRE, ASK_CARER: CARER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Somebody to ring. `number` empty: nobody wrote it down, and the page says whose it would be."""

    who: str
    number: str
    has_it: bool = False

    @property
    def dial(self) -> str:
        """For a `tel:` link."""
        return "".join(each for each in self.number if each.isdigit() or each == "+")


def owner_of(
    alert: AlertSeen, me: Who, carers: Sequence[CarerCard], numbers: Sequence[OpenNumber]
) -> Ring | None:
    """Who has the alert, or is asked about it; None where that is `me`, or nobody is asked."""
    if alert.state in ("accepted", "watched") and alert.accepted_by:
        if alert.held_by(me):
            return None
        who, kind = alert.accepted_by, OF_ROLE.get(alert.accepted_role, TEAM)
    elif alert.current is not None and alert.state == "open":
        who, kind = alert.current.responder, OF_ACTION.get(alert.current.action, TEAM)
        if who == me.name:
            return None
    else:
        return None
    return Ring(who=who, number=_number(kind, who, carers, numbers), has_it=alert.state == "accepted")


def rings(
    alert: AlertSeen | None,
    me: Who,
    carers: Sequence[CarerCard],
    numbers: Sequence[OpenNumber],
    team: str,
) -> list[Ring]:
    """Whom to ring, the first one first: the alert's owner, and the team on duty where that is another number."""
    owner = owner_of(alert, me, carers, numbers) if alert is not None else None
    duty = Ring(who=team or _("Het wijkteam"), number=_first(TEAM, numbers))
    if owner is None:
        return [duty]
    return [owner] if owner.number and owner.number == duty.number else [owner, duty]


def waiting(asked: Sequence[CallBack], carers: Sequence[CarerCard]) -> list[tuple[CallBack, Ring]]:
    """Who waits to be rung, with the number on her own card."""
    phones = {each.account_id: each.phone for each in carers if each.account_id is not None}
    return [(each, Ring(who=each.who, number=phones.get(each.key, ""))) for each in asked]


def _number(kind: str, who: str, carers: Sequence[CarerCard], numbers: Sequence[OpenNumber]) -> str:
    if kind == CARER:
        return next((each.phone for each in carers if each.name == who), "")
    return _first(kind, numbers)


def _first(kind: str, numbers: Sequence[OpenNumber]) -> str:
    return next((each.number for each in numbers if each.kind == kind), "")
