"""Reads of rolls with their whole life: steps, days left, the window to change, what follows (R18 to R21)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication import queries
from reik.medication.models import LIVE, Roll, RollSupply
from reik.medication.rolls import custody
from reik.medication.rolls.custody import Step
from reik.medication.rolls.forecast import Stage, days_left
from reik.medication.rolls.life_rows import (
    ArrangementSeen,
    CustodyStep,
    RecallSeen,
    arrangements_of,
    fits_of,
    last_sachets,
    recalled_sequences,
    recalls_of,
    steps_of,
)
from reik.medication.rolls.matrix import DeviceAbility, Fit, FitRow, fit_of
from reik.medication.rolls.window import ChangeWindow, change_window

__all__ = [
    "ArrangementSeen",
    "CustodyStep",
    "RecallSeen",
    "RollDue",
    "RollSeen",
    "arrangements_of",
    "recalled_sequences",
    "roll_seen",
    "rolls_due",
    "rolls_seen",
    "supplies_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollSeen:
    """A roll as a screen shows it.

    `last_sachet_at`: planned instant of the last sachet with contents. `days_left`: local days after today on
    which this roll still has a sachet. `custody`: the state of the chain, empty when nothing is recorded;
    `next_step`: what a screen offers first. `window`: when this roll may be changed for `next_roll`, None: not
    known yet. `fit`: whether it fits the client's dispenser.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    number: str
    state: str
    packer: str
    roll_format: str
    starts_at: datetime
    ends_at: datetime
    first: int
    last: int
    count: int
    expires_on: date | None
    last_sachet_at: datetime | None
    days_left: int
    steps: tuple[CustodyStep, ...]
    custody: str
    at_home: bool
    next_step: str | None
    recalls: tuple[RecallSeen, ...]
    window: ChangeWindow | None
    next_roll: str | None
    next_roll_id: UUID | None
    next_roll_at_home: bool
    arrangement: ArrangementSeen
    fit: Fit


def rolls_seen(
    client_ids: Collection[UUID],
    now: datetime,
    devices: Mapping[UUID, DeviceAbility] | None = None,
    zones: Mapping[UUID, ZoneInfo] | None = None,
) -> dict[UUID, list[RollSeen]]:
    """Each client's rolls, the newest period first; without any: an empty list.

    `devices`: what each client's dispenser is, as dispensing knows it (`dispensing.rolls.abilities`); without it
    windows and fits are taken on the careful side. `zones`: each client's, where the caller knows them.
    """
    zones = queries.zones_of(client_ids) if zones is None else zones
    return _seen(client_ids, now, devices or {}, zones, _supply(client_ids))


def rolls_and_due(
    client_id: UUID, now: datetime, device: DeviceAbility | None, zone: ZoneInfo
) -> tuple[list[RollSeen], RollDue | None]:
    """One client's rolls as `rolls_seen`, and whether they run out as `rolls_due`."""
    zones, supply = {client_id: zone}, _supply([client_id])
    rolls = _seen([client_id], now, {client_id: device} if device else {}, zones, supply)[client_id]
    return rolls, next(iter(_due(supply, now, zones)), None)


def _supply(client_ids: Collection[UUID]) -> dict[UUID, RollSupply]:
    return {each.client_id: each for each in RollSupply.objects.filter(client_id__in=client_ids)}


def roll_seen(
    roll_id: UUID, now: datetime, devices: Mapping[UUID, DeviceAbility] | None = None
) -> RollSeen | None:
    """One roll, as far as the caller may see it."""
    client_id = Roll.objects.filter(id=roll_id).values_list("client_id", flat=True).first()
    if client_id is None:
        return None
    rolls = rolls_seen([client_id], now, devices)[client_id]
    return next(each for each in rolls if each.id == roll_id)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the rows beside a client's rolls say."""

    steps: Mapping[UUID, Sequence[CustodyStep]]
    recalls: Mapping[UUID, Sequence[RecallSeen]]
    last: Mapping[UUID, datetime]
    arranged: Mapping[UUID, ArrangementSeen]
    supply: Mapping[UUID, RollSupply]
    fits: Mapping[UUID, Sequence[FitRow]]
    devices: Mapping[UUID, DeviceAbility]
    now: datetime


def _seen(
    client_ids: Collection[UUID],
    now: datetime,
    devices: Mapping[UUID, DeviceAbility],
    zones: Mapping[UUID, ZoneInfo],
    supply: Mapping[UUID, RollSupply],
) -> dict[UUID, list[RollSeen]]:
    found: dict[UUID, list[Roll]] = {id: [] for id in client_ids}
    rows = Roll.objects.filter(client_id__in=client_ids)
    for row in rows.order_by("client_id", "-starts_at", "-registered_at"):
        found[row.client_id].append(row)
    all_rows = [row for each in found.values() for row in each]
    ids = [row.id for row in all_rows]
    around = _Around(
        steps=steps_of(ids), recalls=recalls_of(ids), last=last_sachets(ids), arranged=arrangements_of(client_ids),
        supply=supply, fits=fits_of({row.organisation_id for row in all_rows}), devices=devices, now=now,
    )  # fmt: skip
    return {
        id: [_roll(row, of_client, around, days_left(around.last.get(row.id), now, zones[id])) for row in of_client]
        for id, of_client in found.items()
    }  # fmt: skip


def _roll(row: Roll, of_client: Sequence[Roll], around: _Around, days: int) -> RollSeen:
    steps = tuple(around.steps.get(row.id, ()))
    state = steps[-1].step if steps else custody.START
    arranged = around.arranged.get(row.client_id, ArrangementSeen())
    device = around.devices.get(row.client_id)
    follower = _next_of(row, of_client)
    at_home = row.state in queries.AT_HOME
    ended = row.state == "refused" or (state == Step.COUNTED and steps[-1].count == 0)  # nothing is left
    offered = None if ended else custody.next_step(state, at_home=at_home)
    return RollSeen(
        id=row.id, organisation_id=row.organisation_id, client_id=row.client_id, number=row.number, state=row.state,
        packer=row.packer, roll_format=row.format, starts_at=row.starts_at, ends_at=row.ends_at, first=row.first,
        last=row.last, count=row.count, expires_on=row.expires_on, last_sachet_at=around.last.get(row.id),
        days_left=days, steps=steps, custody=state, at_home=at_home,
        next_step=offered.value if offered else None, recalls=tuple(around.recalls.get(row.id, ())),
        window=_window(row, follower, around, device), next_roll=follower.number if follower else None,
        next_roll_id=follower.id if follower else None,
        next_roll_at_home=follower is not None and follower.state in queries.AT_HOME, arrangement=arranged,
        fit=fit_of(
            packer=row.packer or arranged.packer, roll_format=row.format or arranged.roll_format, device=device,
            own=around.fits.get(row.organisation_id, ()),
        ),
    )  # fmt: skip


def _next_of(row: Roll, of_client: Sequence[Roll]) -> Roll | None:
    after = [each for each in of_client if each.starts_at >= row.ends_at and each.state in LIVE]
    return min(after, key=lambda each: each.starts_at, default=None)


def _window(
    row: Roll, follower: Roll | None, around: _Around, device: DeviceAbility | None
) -> ChangeWindow | None:
    """Of a roll that is in use: until the first planned moment that its sachets do not serve."""
    last = around.last.get(row.id)
    if row.state not in ("loaded", "emptied") or last is None:
        return None
    supply = around.supply.get(row.client_id)
    due = supply.next_due_at if supply and supply.next_due_at and supply.next_due_at > last else None
    steps = around.steps.get(follower.id, ()) if follower is not None else ()
    home = follower is not None and follower.state in queries.AT_HOME
    delivered = next(
        (each.at for each in reversed(steps) if each.step in (Step.RECEIVED, Step.DELIVERED)), None
    )
    return change_window(
        roll_change=device.roll_change if device else None, last_sachet_at=last,
        next_due_at=due or (follower.starts_at if follower else None),
        delivered_at=delivered if home else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RollDue:
    """A client whose rolls run out, as reckoned last.

    `stage`: forecast.Stage by its name in small letters (order, alarm_72, alarm_24, no_roll). `covered_until`:
    the last planned moment that a roll covers. `not_home_at`: the first that no roll in the home covers.
    `days_left`: local days after today that are covered. `acknowledged_at` holds for this stage only.
    """

    organisation_id: UUID
    client_id: UUID
    stage: str
    covered_until: datetime | None
    uncovered_at: datetime | None
    not_home_at: datetime | None
    order_at: datetime | None
    alarm_at: datetime | None
    last_alarm_at: datetime | None
    days_left: int
    told_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_note: str


def rolls_due(
    client_ids: Collection[UUID], now: datetime, zones: Mapping[UUID, ZoneInfo] | None = None
) -> list[RollDue]:
    """The clients of these whose rolls have to be ordered, hurried or brought, the worst first."""
    zones = queries.zones_of(client_ids) if zones is None else zones
    return _due(_supply(client_ids), now, zones)


def _due(supply: Mapping[UUID, RollSupply], now: datetime, zones: Mapping[UUID, ZoneInfo]) -> list[RollDue]:
    due = [
        RollDue(
            organisation_id=each.organisation_id, client_id=each.client_id, stage=stage.name.lower(),
            covered_until=each.covered_until, uncovered_at=each.uncovered_at, not_home_at=each.not_home_at,
            order_at=each.order_at, alarm_at=each.alarm_at, last_alarm_at=each.last_alarm_at,
            days_left=days_left(each.covered_until, now, zones[each.client_id]), told_at=each.told_at,
            acknowledged_at=each.acknowledged_at, acknowledged_by=each.acknowledged_by,
            acknowledged_note=each.acknowledged_note,
        )
        for each in supply.values()
        if (stage := Stage(each.stage)) is not Stage.FINE
    ]  # fmt: skip
    return sorted(due, key=lambda each: (-Stage[each.stage.upper()], each.uncovered_at or now))


def supplies_of(client_ids: Collection[UUID], now: datetime) -> dict[UUID, RollDue | None]:
    """As rolls_due, by client; None for one whose rolls are not running out."""
    due = {each.client_id: each for each in rolls_due(client_ids, now)}
    return {id: due.get(id) for id in client_ids}
