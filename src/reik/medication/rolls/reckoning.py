"""Reckons how long clients' rolls last, from the rows: set-wise reads, the rules are in `forecast` (R19 to R21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication import queries
from reik.medication.models import Roll, RollStep, Sachet
from reik.medication.rolls.custody import Step
from reik.medication.rolls.forecast import Forecast, Span, Stage, Supply, forecast
from reik.medication.rolls.life_rows import ArrangementSeen, arrangements_of, last_sachets, recalled_sequences
from reik.medication.rolls.matrix import DeviceAbility
from reik.medication.rolls.supply_tasks import Need, RollChange
from reik.medication.rolls.window import change_window
from reik.medication.times.schedule import instant_of, local_day
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import PharmacyCard, pharmacies_of

DAY = timedelta(days=1)
HORIZON = 42 * DAY
"""How far is looked ahead: longer than a roll of four weeks with its order lasts."""
SERVES = ("registered", "delivered", "loaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One client now. `need` None: nothing is wanting. `next_due_at`: first moment after the roll that is in."""

    forecast: Forecast
    stage: Stage
    next_due_at: datetime | None
    need: Need | None
    change: RollChange | None


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is read once for all clients."""

    rolls: Mapping[UUID, Sequence[Roll]]
    last: Mapping[UUID, datetime]
    holes: Mapping[UUID, frozenset[datetime]]
    home_since: Mapping[UUID, datetime]
    pharmacies: Mapping[UUID, PharmacyCard]
    arranged: Mapping[UUID, ArrangementSeen]


def reckon(
    client_ids: Collection[UUID],
    devices: Mapping[UUID, DeviceAbility],
    away: Mapping[UUID, Sequence[tuple[datetime, datetime]]],
    now: datetime,
) -> dict[UUID, Reckoned]:
    """How long each client's rolls last; a number of statements that does not grow with the clients."""
    zones, rows = queries.zones_of(client_ids), _rows(client_ids)
    first = min(local_day(now, zone) for zone in set(zones.values())) - DAY
    planned = queries.planned_doses(client_ids, first, first + HORIZON)
    served = queries.served_since(client_ids)
    found: dict[UUID, Reckoned] = {}
    for id, zone in zones.items():
        since = served.get(id)
        moments = [each.due_at for each in planned[id] if since is not None and each.due_at >= since]
        found[id] = _one(id, zone, sorted(moments), rows, devices.get(id), away.get(id, ()), now)
    return found


def _rows(client_ids: Collection[UUID]) -> _Rows:
    rolls: dict[UUID, list[Roll]] = {id: [] for id in client_ids}
    live = Roll.objects.filter(client_id__in=client_ids, state__in=(*SERVES, "emptied"))
    for roll in live.order_by("starts_at"):
        rolls[roll.client_id].append(roll)
    ids = [roll.id for each in rolls.values() for roll in each]
    home = RollStep.objects.filter(roll_id__in=ids, step__in=(Step.DELIVERED.value, Step.RECEIVED.value))
    return _Rows(
        rolls=rolls, last=last_sachets(ids), holes=_holes(ids),
        home_since=dict(home.order_by("number").values_list("roll_id", "at")),
        pharmacies=pharmacies_of(client_ids), arranged=arrangements_of(client_ids),
    )  # fmt: skip


def _holes(roll_ids: Collection[UUID]) -> dict[UUID, frozenset[datetime]]:
    """The instants of the sachets that were recalled."""
    recalled = recalled_sequences(roll_ids)
    found: dict[UUID, set[datetime]] = defaultdict(set)
    rows = Sachet.objects.filter(roll_id__in=recalled, empty=False).values_list(
        "roll_id", "sequence", "day", "at", "roll__client__zone"
    )
    for roll_id, sequence, day, at, zone in rows:
        if sequence in recalled[roll_id] and day is not None and at is not None:
            found[roll_id].add(instant_of(day, at, ZoneInfo(zone)))
    return {roll_id: frozenset(each) for roll_id, each in found.items()}


def _one(
    client_id: UUID,
    zone: ZoneInfo,
    moments: Sequence[datetime],
    rows: _Rows,
    device: DeviceAbility | None,
    away: Sequence[tuple[datetime, datetime]],
    now: datetime,
) -> Reckoned:
    rolls = rows.rolls[client_id]
    pharmacy, arranged = rows.pharmacies.get(client_id), rows.arranged.get(client_id, ArrangementSeen())
    lead = arranged.lead_days if arranged.lead_days is not None else pharmacy.lead_days if pharmacy else None
    supply = Supply(
        opening=pharmacy.opening if pharmacy else OFFICE_HOURS, lead_days=lead, change_day=arranged.change_day,
        away=away, zone=zone,
    )  # fmt: skip
    spans = [each for roll in rolls if (each := _span(roll, rows, zone)) is not None]
    cast = forecast(moments, spans, supply, now)
    stage = cast.stage(now) if rolls else Stage.FINE
    in_use = next((each for each in reversed(rolls) if each.state == "loaded" and each.id in rows.last), None)
    due = None if in_use is None else next((m for m in moments if m > rows.last[in_use.id]), None)
    need = None
    if stage is not Stage.FINE:
        last = max(rolls, key=lambda each: (each.state in SERVES, each.ends_at))
        need = Need(
            organisation_id=last.organisation_id, client_id=client_id, roll_id=last.id, number=last.number,
            stage=stage, forecast=cast, zone=zone, pharmacy=pharmacy,
        )  # fmt: skip
    change = _change(in_use, rolls, due, rows, device, arranged, zone) if in_use is not None else None
    return Reckoned(forecast=cast, stage=stage, next_due_at=due, need=need, change=change)


def _span(roll: Roll, rows: _Rows, zone: ZoneInfo) -> Span | None:
    """Until its last sachet, and not after its last day of use. An emptied roll serves nothing."""
    until = rows.last.get(roll.id)
    if until is None or roll.state not in SERVES:
        return None
    if roll.expires_on is not None:
        until = min(until, instant_of(roll.expires_on + DAY, time(0), zone) - timedelta(microseconds=1))
    return Span(
        since=roll.starts_at, until=until, at_home=roll.state in queries.AT_HOME,
        holes=rows.holes.get(roll.id, frozenset()),
    )  # fmt: skip


def _change(
    roll: Roll,
    rolls: Sequence[Roll],
    due: datetime | None,
    rows: _Rows,
    device: DeviceAbility | None,
    arranged: ArrangementSeen,
    zone: ZoneInfo,
) -> RollChange | None:
    """The change for the roll that lies ready in the home; None while none does."""
    ready = [each for each in rolls if each.state == "delivered" and each.starts_at >= roll.ends_at]
    if not ready:
        return None
    window = change_window(
        roll_change=device.roll_change if device else None, last_sachet_at=rows.last[roll.id], next_due_at=due,
        delivered_at=rows.home_since.get(ready[0].id),
    )  # fmt: skip
    if window is None:
        return None
    return RollChange(
        organisation_id=roll.organisation_id, client_id=roll.client_id, number=roll.number, next_id=ready[0].id,
        next_number=ready[0].number, window=window, arranged=arranged, zone=zone,
    )  # fmt: skip
