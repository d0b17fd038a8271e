"""Writes of rolls: registered, delivered, loaded, emptied or returned (R15 to R23).

Before a roll's row is written `PlanTouched` is announced, so that the client's dispenser is locked first: the
device's own reports lock dispensers before rolls too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication import findings, queries
from reik.medication.facts import PlanTouched, RollDelivered, RollFact, RollLeft, RollLoaded, RollRegistered
from reik.medication.models import LIVE, Finding, Roll, Sachet
from reik.medication.roll_check import (
    Offer,
    Period,
    Refusal,
    RollRefused,
    SachetOnRoll,
    differences,
    refusals,
    sachets_counted,
    sachets_for,
    with_contents,
)
from reik.medication.schedule import PlannedDose, instant_of, local_day
from reik.people.models import Client

DAY = timedelta(days=1)


@transaction.atomic
def register_roll(
    *,
    organisation_id: UUID,
    client_id: UUID,
    number: str,
    starts_at: datetime,
    ends_at: datetime,
    by: str,
    now: datetime,
    sachets: Sequence[SachetOnRoll] | None = None,
    counted: tuple[int, int, int] | None = None,
    made_for: UUID | None = None,
    packer: str = "",
    barcode: str = "",
    gap_because: str = "",
) -> UUID:
    """A roll for the period [starts_at, ends_at), compared with the plan sachet by sachet (R15); gives its id.

    Its sachets are those of a file (`sachets`), or by hand (`counted`: first, last and number of sachets), or
    else those of the plan. Differences become findings for the pharmacy; `gap_because` says why moments since
    the roll before may go without. Raises RollRefused for another client's roll (`made_for`), an overlap, a
    past or wrong period, a gap, and numbers that do not fit.
    """
    client = Client.objects.select_for_update(no_key=True).get(id=client_id, organisation_id=organisation_id)
    doses, others = _around(client, starts_at, ends_at)
    of_period = [each for each in doses if starts_at <= each.due_at < ends_at]
    on_roll = _sachets(of_period, sachets, counted)
    refused = refusals(
        Offer(number=number, client_id=made_for, starts_at=starts_at, ends_at=ends_at, sachets=on_roll),
        client_id=client_id, zone=queries.zone_of(client), doses=doses, others=others, now=now,
        gap_allowed=bool(gap_because),
    )  # fmt: skip
    if refused:
        raise RollRefused(refused)
    filled = [each.sequence for each in with_contents(on_roll)]
    roll = Roll(
        id=new_id(now), organisation_id=organisation_id, client_id=client_id, number=number, barcode=barcode,
        packer=packer, starts_at=starts_at, ends_at=ends_at, first=min(filled), last=max(filled),
        count=len(filled), registered_by=by, registered_at=now,
    )  # fmt: skip
    _write(roll, on_roll, now)
    _find_differences(roll, of_period, on_roll, now)
    facts.publish([_of(roll, RollRegistered)], now)
    return roll.id


def _around(client: Client, starts_at: datetime, ends_at: datetime) -> tuple[list[PlannedDose], list[Period]]:
    """What is planned from the end of the roll before until the end of this one, and the client's other rolls."""
    rows = Roll.objects.filter(client=client, state__in=LIVE)
    others = [Period(number=each.number, starts_at=each.starts_at, ends_at=each.ends_at) for each in rows]
    since = min([starts_at, *(each.ends_at for each in others if each.ends_at <= starts_at)])
    zone = queries.zone_of(client)
    doses = queries.planned_doses([client.id], local_day(since, zone), local_day(ends_at, zone) + DAY)
    return doses[client.id], others


def _find_differences(
    roll: Roll, doses: Sequence[PlannedDose], sachets: Sequence[SachetOnRoll], now: datetime
) -> None:
    findings.keep(
        organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=roll.id,
        found=differences(doses, sachets), now=now,
    )  # fmt: skip


def compare_again(client_id: UUID, now: datetime) -> None:
    """The plan has changed: what differs now from the client's rolls, from now on, becomes findings (R23)."""
    rolls = list(Roll.objects.filter(client_id=client_id, state__in=LIVE, ends_at__gt=now))
    if not rolls:
        return
    zone = queries.zones_of([client_id])[client_id]
    until = local_day(max(each.ends_at for each in rolls), zone) + DAY
    doses = queries.planned_doses([client_id], local_day(now, zone), until)[client_id]
    for roll in rolls:
        since = max(now, roll.starts_at)
        to_come = [
            SachetOnRoll(sequence=each.sequence, day=each.day, at=each.at, k=each.k or 1, n=each.n or 1)
            for each in Sachet.objects.filter(roll=roll, empty=False)
            if each.day is not None and each.at is not None and instant_of(each.day, each.at, zone) > since
        ]
        _find_differences(roll, [each for each in doses if since < each.due_at < roll.ends_at], to_come, now)


def _sachets(
    doses: Sequence[PlannedDose],
    sachets: Sequence[SachetOnRoll] | None,
    counted: tuple[int, int, int] | None,
) -> list[SachetOnRoll]:
    if sachets is not None:
        return list(sachets)
    if counted is not None:
        first, last, count = counted
        return sachets_counted(doses, first=first, last=last, count=count)
    return sachets_for(doses)


def _write(roll: Roll, sachets: Sequence[SachetOnRoll], now: datetime) -> None:
    try:
        with transaction.atomic():
            roll.save(force_insert=True)
    except IntegrityError as failure:
        raise RollRefused(
            [Refusal("known", f"Roll {roll.number} is registered already, or another one at this very time.")]
        ) from failure
    Sachet.objects.bulk_create(
        Sachet(
            id=new_id(now), organisation_id=roll.organisation_id, roll=roll, sequence=each.sequence,
            empty=each.empty, day=each.day, at=each.at, k=None if each.empty else each.k,
            n=None if each.empty else each.n,
            contents=None if each.contents is None else msgspec.to_builtins(each.contents), barcode=each.barcode,
        )
        for each in sachets
    )  # fmt: skip


_Said = TypeVar("_Said", bound=RollFact)


def _of(roll: Roll, kind: type[_Said], **more: Any) -> _Said:
    """A fact about this roll."""
    return kind(
        organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=roll.id, number=roll.number, **more
    )  # fmt: skip


def _take(roll: Roll | None, states: Sequence[str], now: datetime) -> Roll:
    """Lock the client's dispenser and then the roll, which must be in one of these states."""
    if roll is not None:
        facts.publish([PlanTouched(organisation_id=roll.organisation_id, client_id=roll.client_id)], now)
        roll = Roll.objects.select_for_update(no_key=True, of=("self",)).get(id=roll.id)
    if roll is None:
        raise RollRefused([Refusal("unknown", "This roll is not registered: register it first.")])
    if roll.state not in states:
        raise RollRefused([Refusal("state", f"This roll is {roll.state}: it cannot be used like this.")])
    if roll.ends_at <= now and "registered" in states:
        raise RollRefused([Refusal("past_period", "The period of this roll is over.")])
    return roll


@transaction.atomic
def deliver_roll(roll_id: UUID, by: str, now: datetime) -> None:
    """The roll is in the home. Raises RollRefused while a difference to the plan is not settled (R23)."""
    roll = _take(Roll.objects.filter(id=roll_id).first(), ["registered"], now)
    _refuse_differing(roll)
    Roll.objects.filter(id=roll_id).update(state="delivered", delivered_by=by, delivered_at=now)
    facts.publish([_of(roll, RollDelivered)], now)


def _refuse_differing(roll: Roll) -> None:
    found = list(Finding.objects.filter(roll_id=roll.id, settled_at=None).order_by("first_day", "key")[:4])
    if found:
        said = [Refusal("differs", each.sentence) for each in found[:3]]
        raise RollRefused([Refusal("differs", "The pharmacy has to look at this roll first:"), *said])


def accept_differences(roll_id: UUID, by: str, because: str, now: datetime) -> int:
    """The pharmacy says why this roll may differ from the plan (R23); gives how many differences."""
    return findings.settle_of_roll(roll_id, by, because, now)


@transaction.atomic
def load_roll(
    *,
    organisation_id: UUID,
    client_id: UUID,
    number: str,
    first: int,
    last: int,
    count: int,
    by: str,
    now: datetime,
) -> None:
    """A person put the roll in the client's dispenser (R18): who, when, first and last sachet, and how many.

    Raises RollRefused for a roll of someone else, one that is over, or a count that its sachets do not have.
    """
    found = (
        Roll.objects.filter(organisation_id=organisation_id, number=number).exclude(state="refused").first()
    )
    if found is not None and found.client_id != client_id:
        raise RollRefused([Refusal("wrong_client", "This roll was made for someone else: do not use it.")])
    roll = _take(found, ["registered", "delivered"], now)
    _refuse_differing(roll)
    there = Sachet.objects.filter(roll=roll, empty=False, sequence__gte=first, sequence__lte=last).count()
    if there != count or not roll.first <= first <= last <= roll.last:
        raise RollRefused(
            [
                Refusal(
                    "count", f"The roll has {roll.count} sachets, {roll.first} to {roll.last}: count again."
                )
            ]
        )
    Roll.objects.filter(id=roll.id).update(
        state="loaded", loaded_by=by, loaded_at=now, loaded_first=first, loaded_last=last, loaded_count=count
    )
    facts.publish(
        [_of(roll, RollLoaded, first=first, last=last, count=count, by=by, how="person", at=now)],
        now,
    )


def _refuse_miscounted(roll: Roll, first: int, last: int, count: int) -> None:
    there = Sachet.objects.filter(roll=roll, empty=False, sequence__gte=first, sequence__lte=last).count()
    if there != count or not roll.first <= first <= last <= roll.last:
        raise RollRefused(
            [
                Refusal(
                    "count", f"The roll has {roll.count} sachets, {roll.first} to {roll.last}: count again."
                )
            ]
        )


@transaction.atomic
def return_roll(roll_id: UUID, by: str, because: str, now: datetime) -> None:
    """The roll goes back: it serves nothing any more, and its period is free for another."""
    roll = _take(
        Roll.objects.filter(id=roll_id).first(), ["registered", "delivered", "loaded", "emptied"], now
    )
    Roll.objects.filter(id=roll_id).update(state="returned", left_by=by, left_at=now, left_reason=because)
    facts.publish([_of(roll, RollLeft, state="returned")], now)
