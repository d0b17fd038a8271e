"""Rows of claims: who had an alert, from when until when, and how that ended. The alert is locked by the caller."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.alerting.claims import bounds
from reik.alerting.claims.bounds import PHONE, SCREEN, Route
from reik.alerting.claims.standing import standing
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Claim
from reik.alerting.outcomes import Role
from reik.kernel.ids import new_id
from reik.kernel.rows import array

HANDLED, RELEASED, ENDED, TAKEN_OVER, CLOSED = "handled", "released", "ended", "taken_over", "closed"


def end_claims(alert_ids: Collection[UUID], how: str, now: datetime) -> None:
    """Whoever has these alerts has them no more. Set-wise; how late it is noted never makes a claim longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_claim SET ended_at = greatest(at, least(until, %s)), ended_as = %s"
            " WHERE alert_id = ANY(%s::uuid[]) AND ended_at IS NULL",
            [now, how, array("uuid", alert_ids)],
        )


def claim_of(alert: Alert, who: Who) -> Claim | None:
    """What this person had of this alert since it opened (again)."""
    return Claim.objects.filter(alert_id=alert.id, life=alert.life, key=who.key).first()


def take(
    alert: Alert, who: Who, role: Role, now: datetime, *, kind: str = SCREEN, lasts: timedelta | None = None
) -> datetime:
    """Claim a locked alert that nobody else may keep; gives when the claim ends.

    A key on a phone that this person pressed before is the same claim, and so is her group's phone that still has
    it: it becomes a whole one, from when it began. Raises bounds.NoClaim.
    """
    before = claim_of(alert, who)
    bounds.refuse_second(before is not None and not _goes_on(before, kind))
    phone = before or _phone_of_her_group(alert, role, kind)
    route = standing([alert.id])[alert.id].route
    begun = phone.at if phone else None
    until = bounds.claimed_until(route, role, now, kind=kind, lasts=lasts, begun=begun)
    bounds.refuse_second(phone is not None and until <= now)
    end_claims([alert.id], TAKEN_OVER, now)
    values = {"role": role.value, "kind": kind, "until": until, "ended_at": None, "ended_as": ""}
    if before is not None:
        Claim.objects.filter(id=before.id).update(**values)
    else:
        Claim.objects.create(
            id=new_id(now), organisation_id=alert.organisation_id, alert_id=alert.id, life=alert.life,
            by=who.name, key=who.key, at=now, **values,
        )  # fmt: skip
    remember_last_step(alert, route)
    return until


def _goes_on(before: Claim, kind: str) -> bool:
    """Whether this is her claim by phone that goes on at a screen: not one that she gave back or finished."""
    return before.kind == PHONE and kind == SCREEN and before.ended_as in ("", ENDED)


def _phone_of_her_group(alert: Alert, role: Role, kind: str) -> Claim | None:
    """The running claim that a phone of her own role's made, which she takes over at a screen."""
    if kind != SCREEN or alert.state != "accepted":
        return None
    return Claim.objects.filter(alert_id=alert.id, ended_at=None, kind=PHONE, role=role.value).first()


def held_by_phone(alert: Alert, role: Role) -> bool:
    """Whether the one who has it answered by a phone of this role, so that somebody of it may open it."""
    return _phone_of_her_group(alert, role, SCREEN) is not None


def remember_last_step(alert: Alert, route: Route) -> None:
    """Keep for when the last step was planned, before the first hold takes the steps away."""
    if alert.last_due_at is None and route.last_due_at is not None:
        Alert.objects.filter(id=alert.id).update(last_due_at=route.last_due_at)


def give_again(claim_id: UUID) -> None:
    """She takes back what she said: her claim runs on as it did."""
    Claim.objects.filter(id=claim_id).update(ended_at=None, ended_as="")


def give_undone(alert: Alert, who: Who, role: str, until: datetime, now: datetime) -> None:
    """She takes back what she said without having had the alert: from now it is hers, once."""
    Claim.objects.get_or_create(
        alert_id=alert.id, life=alert.life, key=who.key,
        defaults={
            "id": new_id(now), "organisation_id": alert.organisation_id, "by": who.name, "role": role, "at": now,
            "until": until,
        },
    )  # fmt: skip
