"""Writes of rolls: registered, and compared with the plan (R15 to R17, R23). How they move: `moves`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication import findings, queries
from reik.medication.facts import RollRegistered
from reik.medication.models import LIVE, Roll, Sachet
from reik.medication.rolls.check import (
    Offer,
    Period,
    Refusal,
    RollRefused,
    differences,
    refusals,
    sachets_counted,
)
from reik.medication.rolls.contents_beside import differing_contents
from reik.medication.rolls.kept import kept_sachet, to_keep
from reik.medication.rolls.matrix import DeviceAbility
from reik.medication.rolls.moves import fact_of, unfit
from reik.medication.rolls.sachets import SachetOnRoll, sachets_for, with_contents
from reik.medication.times.schedule import PlannedDose, instant_of, local_day
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
    roll_format: str = "",
    expires_on: date | None = None,
    device: DeviceAbility | None = None,
) -> UUID:
    """A roll for the period [starts_at, ends_at), compared with the plan sachet by sachet (R15); gives its id.

    Its sachets are those of a file (`sachets`), or by hand (`counted`: first, last and number of sachets), or
    else those of the plan. Differences become findings for the pharmacy; `gap_because` says why moments since
    the roll before may go without. `device`: the client's dispenser, where it is known. Raises RollRefused for
    another client's roll (`made_for`), an overlap, a past or wrong period, a gap, numbers that do not fit, a
    sachet after the last day of use (`expires_on`, local), and a format that does not fit the dispenser (R17).
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
    refused += _too_old(on_roll, expires_on) + unfit(organisation_id, packer, roll_format, device)
    if refused:
        raise RollRefused(refused)
    filled = [each.sequence for each in with_contents(on_roll)]
    roll = Roll(
        id=new_id(now), organisation_id=organisation_id, client_id=client_id, number=number, barcode=barcode,
        packer=packer, format=roll_format, expires_on=expires_on, starts_at=starts_at, ends_at=ends_at,
        first=min(filled), last=max(filled), count=len(filled), registered_by=by, registered_at=now,
    )  # fmt: skip
    _write(roll, on_roll, now)
    _find_differences(roll, of_period, on_roll, now)
    facts.publish([fact_of(roll, RollRegistered)], now)
    return roll.id


def _too_old(sachets: Sequence[SachetOnRoll], expires_on: date | None) -> list[Refusal]:
    days = [each.day for each in with_contents(sachets) if each.day is not None]
    if expires_on is None or not days or max(days) <= expires_on:
        return []
    said = f"The last sachet is for {max(days):%d-%m-%Y}; it may be used until {expires_on:%d-%m-%Y}."
    return [Refusal("expires", f"{said} The pharmacy makes a shorter roll.")]


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
        found=[*differences(doses, sachets), *differing_contents(roll.client_id, sachets)], now=now,
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
            kept_sachet(each)
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
            contents=to_keep(each.contents), barcode=each.barcode,
        )
        for each in sachets
    )  # fmt: skip


def accept_differences(roll_id: UUID, by: str, because: str, now: datetime) -> int:
    """The pharmacy says why this roll may differ from the plan (R23); gives how many differences."""
    return findings.settle_of_roll(roll_id, by, because, now)
