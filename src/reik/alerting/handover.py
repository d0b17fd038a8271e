"""One operator's shift goes over to another: what is open, what is hers, and what the next one must know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.handling import AlertRefused, accept_alert, release_alert
from reik.alerting.history import remark
from reik.alerting.models import Alert, ShiftHandover
from reik.kernel import wake
from reik.kernel.ids import new_id

LONGEST_NOTE = 2000
SHOWN_FOR = timedelta(hours=16)
HERS = ("accepted", "watched")


class HandoverRefused(ValueError):
    """This shift cannot be handed over or taken; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSeen:
    """A hand-over; `to` empty: to whoever comes. `alerts`: what was in her hands."""

    id: UUID
    by: str
    to: str
    note: str
    alerts: Sequence[UUID]
    at: datetime
    taken_at: datetime | None
    taken_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What taking a shift did: alerts that are hers now, and alerts that could not be and go on by their route."""

    over: Sequence[UUID]
    went_on: Sequence[UUID]


def held_by(by: By) -> list[UUID]:
    """The alerts that are in this person's hands, the most urgent first."""
    rows = Alert.objects.filter(closed_at=None, state__in=HERS, accepted_key=who_of(by).key)
    return list(rows.order_by("priority", "opened_at", "id").values_list("id", flat=True))


@transaction.atomic
def hand_over(*, organisation_id: UUID, by: By, to: str, note: str, now: datetime) -> UUID:
    """Leave what the next shift must know, with the alerts that are hers; they stay hers until somebody takes it.

    `organisation_id`: the centre's own, or the care organisation's. A later one of hers takes the place of one that
    nobody has taken yet. Raises HandoverRefused.
    """
    who = who_of(by)
    if not who.name.strip():
        raise HandoverRefused("Say who hands over.")
    said = note.replace("\x00", "").strip()
    if len(said) > LONGEST_NOTE:
        raise HandoverRefused(f"Say it in at most {LONGEST_NOTE} letters.")
    before = ShiftHandover.objects.filter(organisation_id=organisation_id, by_key=who.key, taken_at=None)
    before.update(taken_at=now, taken_by=who.name)
    made = ShiftHandover.objects.create(
        id=new_id(now), organisation_id=organisation_id, by=who.name, by_key=who.key, to=to.strip(), note=said,
        at=now, alerts=[str(each) for each in held_by(who)],
    )  # fmt: skip
    wake.note([organisation_id])
    return made.id


def waiting(organisation_id: UUID, me: By, now: datetime) -> list[HandoverSeen]:
    """Hand-overs of others that nobody has taken, for everybody or for her, the newest first; of this shift only."""
    who = who_of(me)
    rows = ShiftHandover.objects.filter(
        organisation_id=organisation_id, taken_at=None, at__gte=now - SHOWN_FOR, to__in=("", who.name)
    ).exclude(by_key=who.key)
    return [_seen(each) for each in rows.order_by("-at", "id")]


def newest(organisation_id: UUID, now: datetime) -> HandoverSeen | None:
    """The last one, taken or not: what an operator looks back at."""
    rows = ShiftHandover.objects.filter(organisation_id=organisation_id, at__gte=now - SHOWN_FOR)
    found = rows.order_by("-at", "id").first()
    return _seen(found) if found else None


def _seen(row: ShiftHandover) -> HandoverSeen:
    return HandoverSeen(
        id=row.id, by=row.by, to=row.to, note=row.note, alerts=[UUID(each) for each in row.alerts], at=row.at,
        taken_at=row.taken_at, taken_by=row.taken_by,
    )  # fmt: skip


@transaction.atomic
def take_shift(handover_id: UUID, organisation_id: UUID, *, by: By, now: datetime) -> Taken:
    """The shift is hers: what is still in the other's hands comes into hers, without anybody being called for it.

    What she may not take any more (she had it before) is given back and goes on by its route at once: nothing
    stays with somebody who has gone home. Raises HandoverRefused.
    """
    row = ShiftHandover.objects.select_for_update(no_key=True, of=("self",)).filter(
        id=handover_id, organisation_id=organisation_id
    )
    handover, who = row.first(), who_of(by)
    if handover is None or handover.taken_at is not None:
        raise HandoverRefused("Somebody has taken this shift already.")
    if handover.by_key == who.key:
        raise HandoverRefused("You cannot take over from yourself.")
    row.update(taken_at=now, taken_by=who.name)
    over: list[UUID] = []
    went_on: list[UUID] = []
    giver = Who(handover.by_key, handover.by)
    for alert_id in held_by(giver):
        (over if _pass(alert_id, giver, who, now) else went_on).append(alert_id)
    wake.note([organisation_id])
    return Taken(over=over, went_on=went_on)


def _pass(alert_id: UUID, of: Who, to: Who, now: datetime) -> bool:
    try:
        release_alert(alert_id=alert_id, by=of, now=now)
    except AlertRefused:
        return False  # it changed hands in this very moment
    organisation = Alert.objects.values_list("organisation_id", flat=True).get(id=alert_id)
    remark([(alert_id, organisation, "handed_over", of.name, to.name)], now)
    try:
        accept_alert(alert_id=alert_id, by=to, now=now, role="operator")
    except AlertRefused:
        return False
    return True
