"""Writes of dispensing: what devices report, and what is concluded where they stay silent.

Everything is set-wise: one batch of any size costs the same number of statements. Every transaction locks
dispensers first and moments after them, both in ascending id.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing import journal, mentions, moments, twin
from reik.dispensing.journal import Entry, Identity
from reik.dispensing.mentions import Mention, Why
from reik.dispensing.moments import OpenMoment
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, array
from reik_dispenser.messages import Event, EventType, Heartbeat, Parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One payload with a right MAC from one device. `received_at` is when the stream took it in."""

    dispenser_id: UUID
    organisation_id: UUID
    raw_id: UUID
    received_at: datetime
    elements: Sequence[Event | Heartbeat | Parked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How far Reik holds a device's journal after a batch: what the receipt says."""

    dispenser_id: UUID
    epoch: int
    upto: int


@dataclass(slots=True, kw_only=True)
class _Device:
    id: UUID
    evidence: str
    epoch: int
    epoch_since: datetime | None
    upto: int
    highest: int
    beat_epoch: int
    beat: int
    beat_last_seq: int
    beat_at: datetime | None
    beat_data: str | None
    heard_at: datetime | None
    fresh: defaultdict[int, list[int]]


def record(batch: Sequence[Heard], now: datetime, *, only_keep: bool = False) -> list[Held]:
    """Take in a batch of payloads: ledger, moments, dispensers, facts. Call inside a transaction.

    Safe to repeat: what the ledger holds already changes nothing. Gives the receipts to send after commit.
    `only_keep` puts the events in the ledger without a conclusion, for payloads that cannot be interpreted;
    of the moments they name, silence proves nothing any more.
    """
    if not batch:
        return []
    devices = _lock_devices({each.dispenser_id for each in batch})
    entries, second_bodies = _first_bodies(batch, parked="poison" if only_keep else "")
    fresh = journal.insert_entries(list(entries.values()))
    second_bodies += [entry for identity, entry in entries.items() if identity not in fresh]
    contested = _record_conflicts(second_bodies, now) if second_bodies else []
    open_mentions = _not_understood(batch, fresh, only_keep)
    if only_keep:
        open_mentions += contested
    else:
        open_mentions += _fold(batch, fresh, contested, devices, now)
    mentions.keep(open_mentions, now)
    for dispenser_id, epoch, seq in fresh:
        devices[dispenser_id].fresh[epoch].append(seq)
    for each in batch:
        _hear(devices[each.dispenser_id], each)
    held = _advance(devices, batch)
    _store_devices(devices.values())
    return held


def _lock_devices(ids: set[UUID]) -> dict[UUID, _Device]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, evidence, epoch, upto, highest, beat_epoch, beat, beat_last_seq, beat_at, beat_data::text,"
            " heard_at, epoch_since FROM dispensing_dispenser WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", sorted(ids))],
        )
        return {
            row[0]: _Device(
                id=row[0], evidence=row[1], epoch=row[2], upto=row[3], highest=row[4], beat_epoch=row[5],
                beat=row[6], beat_last_seq=row[7], beat_at=row[8], beat_data=row[9], heard_at=row[10],
                epoch_since=row[11], fresh=defaultdict(list),
            )
            for row in cursor.fetchall()
        }  # fmt: skip


def _first_bodies(batch: Sequence[Heard], parked: str) -> tuple[dict[Identity, Entry], list[Entry]]:
    """The ledger entries of a batch, one per identity, and what came under an identity already taken."""
    entries: dict[Identity, Entry] = {}
    more: list[Entry] = []
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Heartbeat) or element.seq == 0:
                continue  # no identity of its own, so not an event
            entry = _entry(heard, element, parked)
            if entries.setdefault(entry.identity, entry) is not entry:
                more.append(entry)
    return entries, more


def _entry(heard: Heard, element: Event | Parked, parked: str) -> Entry:
    if isinstance(element, Event):
        at, type, data = element.at, element.type, element.data
    else:
        at, type, data, parked = (
            None,
            str(element.raw_json.get("type", "")),
            element.raw_json,
            element.reason.value,
        )
    return Entry(
        dispenser_id=heard.dispenser_id, organisation_id=heard.organisation_id, epoch=element.epoch,
        seq=element.seq, at=at, type=type[:64], data=json.dumps(data), digest=element.digest, parked=parked,
        received_at=heard.received_at, raw_id=heard.raw_id,
    )  # fmt: skip


def _record_conflicts(second: Sequence[Entry], now: datetime) -> list[Mention]:
    """Keep second bodies under one identity; gives the moments that either body names: they are in doubt."""
    held = journal.digests_held(sorted({each.identity for each in second}))
    differing = [each for each in second if held[each.identity][0] != each.digest]
    if not differing:
        return []
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO dispensing_deviceconflict"
            " (id, organisation_id, dispenser_id, epoch, seq, data, digest, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                (new_id(now), each.organisation_id, *each.identity, each.data, each.digest, each.received_at)
                for each in differing
            ],
        )
    return [
        Mention(
            organisation_id=each.organisation_id, dispenser_id=each.dispenser_id, key=key, epoch=each.epoch,
            seq=each.seq, why=Why.CONTESTED,
        )
        for each in differing
        for data in (json.loads(each.data), held[each.identity][1])
        for key in _moments_in(data)
    ]  # fmt: skip


def _moments_in(data: Mapping[str, object]) -> list[str]:
    """Moments that an event's data, or a whole element that was parked, names."""
    return [
        body["moment"]
        for body in (data, data.get("data"))
        if isinstance(body, Mapping) and isinstance(body.get("moment"), str)
    ]


# Of these types a body that cannot be understood hides no evidence; of a type unknown to Reik it might.
_NO_EVIDENCE = frozenset(EventType) - twin.NAMES_A_MOMENT


def _not_understood(batch: Sequence[Heard], fresh: set[Identity], only_keep: bool) -> list[Mention]:
    """What may be evidence on a moment and is not interpreted: parked elements, and all where we only keep."""
    found = []
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Parked) and element.raw_json.get("type") not in _NO_EVIDENCE:
                why, keys = Why.PARKED, _moments_in(element.raw_json)
            elif only_keep and isinstance(element, Event) and element.type in twin.NAMES_A_MOMENT:
                if (heard.dispenser_id, element.epoch, element.seq) not in fresh:
                    continue  # interpreted before
                why, keys = Why.POISON, _moments_in(element.data)
            else:
                continue
            found += [_mention(heard, element, key, why) for key in keys]
    return found


def _mention(heard: Heard, element: Event | Parked, key: str, why: Why) -> Mention:
    return Mention(
        organisation_id=heard.organisation_id,
        dispenser_id=heard.dispenser_id,
        key=key,
        epoch=element.epoch,
        seq=element.seq,
        why=why,
    )


def _fold(
    batch: Sequence[Heard],
    fresh: set[Identity],
    contested: Sequence[Mention],
    devices: dict[UUID, _Device],
    now: datetime,
) -> list[Mention]:
    """Fold fresh events into their moments and announce those that ended or changed.

    Gives what names a moment that is not planned yet: it is folded in when the moment is planned.
    """
    spoken = _spoken(batch, fresh)
    keys = {(heard.dispenser_id, key) for heard, _, key in spoken}
    keys |= {(each.dispenser_id, each.key) for each in contested}
    if not keys:
        return []
    found = moments.lock(keys)
    early = []
    for heard, event, key in spoken:
        moment = found.get((heard.dispenser_id, key))
        if moment is None:
            early.append(_mention(heard, event, key, Why.UNPLANNED))
            continue
        twin.fold(
            moment.tally, type=event.type, data=event.data, instant=event.at, epoch=event.epoch,
            seq=event.seq, evidence=devices[heard.dispenser_id].evidence,
        )  # fmt: skip
    for each in contested:
        if (each.dispenser_id, each.key) in found:
            found[each.dispenser_id, each.key].tally.contested = True
        else:
            early.append(each)
    settle(found.values(), now)
    return early


def _spoken(batch: Sequence[Heard], fresh: set[Identity]) -> list[tuple[Heard, Event, str]]:
    """The fresh events that are evidence on a moment, with its name; of two bodies the one in the ledger."""
    spoken = []
    todo = set(fresh)
    for heard in batch:
        for element in heard.elements:
            identity = (
                heard.dispenser_id,
                element.epoch,
                0 if isinstance(element, Heartbeat) else element.seq,
            )
            if identity not in todo:
                continue
            todo.discard(identity)
            if isinstance(element, Event) and element.type in twin.NAMES_A_MOMENT:
                key = element.data.get("moment")
                if isinstance(key, str):
                    spoken.append((heard, element, key))
    return spoken


def settle(changed: Iterable[OpenMoment], now: datetime) -> None:
    """Decide each moment anew, store it, and announce those whose outcome came or changed."""
    rows = list(changed)
    facts.publish(moments.store(rows), now)


def _hear(device: _Device, heard: Heard) -> None:
    """A sign of life: a newer heartbeat is taken over, an older or repeated one proves nothing.

    It was sent by its receipt at the latest, whatever a clock that runs ahead says.
    """
    if device.heard_at is None or heard.received_at > device.heard_at:
        device.heard_at = heard.received_at
    for element in heard.elements:
        if (
            isinstance(element, Heartbeat)
            and element.last_seq >= 0
            and (element.epoch, element.beat) > (device.beat_epoch, device.beat)
        ):
            device.beat_epoch, device.beat = element.epoch, element.beat
            device.beat_last_seq, device.beat_at = element.last_seq, min(element.at, heard.received_at)
            device.beat_data = json.dumps(
                {
                    "state": element.state, "moment": element.moment, "mains": element.mains,
                    "battery_pct": element.battery_pct, "signal_dbm": element.signal_dbm,
                    "plan_version": element.plan_version, "roll": element.roll,
                    "remaining": element.remaining, "clock": element.clock,
                }
            )  # fmt: skip


def _advance(devices: dict[UUID, _Device], batch: Sequence[Heard]) -> list[Held]:
    """How far each journal is held now, for every (dispenser, epoch) that sent events in this batch."""
    spoke: dict[tuple[UUID, int], datetime] = {}
    for heard in batch:
        for element in heard.elements:
            if not isinstance(element, Heartbeat) and element.seq > 0:
                spoke.setdefault((heard.dispenser_id, element.epoch), heard.received_at)
    held: dict[tuple[UUID, int], int] = {}
    to_ask: list[Identity] = []
    for dispenser_id, epoch in sorted(
        spoke
    ):  # what an older epoch still sent comes before a newer one begins
        device = devices[dispenser_id]
        if epoch > device.epoch:
            _begin_epoch(device, epoch, spoke[dispenser_id, epoch])
        if epoch < device.epoch:
            held[dispenser_id, epoch] = 0
            to_ask.append((dispenser_id, epoch, 0))
            continue
        unbroken = _extend(device)
        held[dispenser_id, epoch] = device.upto
        if not unbroken:
            to_ask.append((dispenser_id, epoch, device.upto))
    held.update(journal.held_upto(to_ask))
    for (dispenser_id, epoch), upto in held.items():
        if epoch == devices[dispenser_id].epoch:
            devices[dispenser_id].upto = upto
    return [
        Held(dispenser_id=dispenser_id, epoch=epoch, upto=upto)
        for (dispenser_id, epoch), upto in held.items()
    ]


def _begin_epoch(device: _Device, epoch: int, since: datetime) -> None:
    """The device lost its journal, and with it what Reik had not received; not so at its very first epoch."""
    if device.epoch:
        device.epoch_since = since
    device.epoch, device.upto, device.highest = epoch, 0, 0


def _extend(device: _Device) -> bool:
    """Extend an unbroken journal in memory; False where a gap makes the ledger the only one to know."""
    seqs = sorted(device.fresh[device.epoch])
    had_gap = device.upto < device.highest
    device.highest = max(device.highest, seqs[-1] if seqs else 0)
    if had_gap:
        return not seqs
    for seq in seqs:
        if seq == device.upto + 1:
            device.upto = seq
    return device.upto == device.highest or not seqs


_STORED = Columns(
    id="uuid", epoch="bigint", epoch_since="timestamptz", upto="bigint", highest="bigint", beat_epoch="bigint",
    beat="bigint", beat_last_seq="bigint", beat_at="timestamptz", beat_data="jsonb", heard_at="timestamptz",
)  # fmt: skip
STORE_DEVICES = f"""
UPDATE dispensing_dispenser AS d SET epoch = n.epoch, epoch_since = n.epoch_since, upto = n.upto,
    highest = n.highest, beat_epoch = n.beat_epoch, beat = n.beat, beat_last_seq = n.beat_last_seq,
    beat_at = n.beat_at, beat_data = n.beat_data, heard_at = n.heard_at
FROM {_STORED.unnest} AS n({_STORED.names}) WHERE d.id = n.id
"""  # noqa: S608 - column names of this module


def _store_devices(devices: Iterable[_Device]) -> None:
    rows = [
        (d.id, d.epoch, d.epoch_since, d.upto, d.highest, d.beat_epoch, d.beat, d.beat_last_seq, d.beat_at,
         d.beat_data, d.heard_at)
        for d in devices
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STORE_DEVICES, _STORED.values(rows))
