"""Writes of dispensing: what devices report, and what is concluded where they stay silent.

Everything is set-wise: one batch of any size costs the same number of statements. Every transaction locks
dispensers first and moments after them, both in ascending id.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing import journal, moments, twin
from reik.dispensing.journal import Entry, Identity
from reik.dispensing.moments import OpenMoment
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, array
from reik_dispenser.messages import Event, Heartbeat, Parked


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
    `only_keep` puts the events in the ledger without a conclusion, for payloads that cannot be interpreted.
    """
    if not batch:
        return []
    devices = _lock_devices({each.dispenser_id for each in batch})
    entries, second_bodies = _first_bodies(batch)
    fresh = journal.insert_entries(list(entries.values()))
    second_bodies += [entry for identity, entry in entries.items() if identity not in fresh]
    contested = _record_conflicts(second_bodies, now) if second_bodies else []
    if not only_keep:
        _fold(batch, fresh, contested, devices, now)
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
            " heard_at FROM dispensing_dispenser WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", sorted(ids))],
        )
        return {
            row[0]: _Device(
                id=row[0], evidence=row[1], epoch=row[2], upto=row[3], highest=row[4], beat_epoch=row[5],
                beat=row[6], beat_last_seq=row[7], beat_at=row[8], beat_data=row[9], heard_at=row[10],
                fresh=defaultdict(list),
            )
            for row in cursor.fetchall()
        }  # fmt: skip


def _first_bodies(batch: Sequence[Heard]) -> tuple[dict[Identity, Entry], list[Entry]]:
    """The ledger entries of a batch, one per identity, and what came under an identity already taken."""
    entries: dict[Identity, Entry] = {}
    more: list[Entry] = []
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Heartbeat) or element.seq == 0:
                continue  # no identity of its own, so not an event
            entry = _entry(heard, element)
            if entries.setdefault(entry.identity, entry) is not entry:
                more.append(entry)
    return entries, more


def _entry(heard: Heard, element: Event | Parked) -> Entry:
    if isinstance(element, Event):
        at, type, data, parked = element.at, element.type, element.data, ""
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


def _record_conflicts(second: Sequence[Entry], now: datetime) -> list[tuple[UUID, str]]:
    """Keep second bodies under one identity; gives (dispenser, moment key) of the moments they put in doubt."""
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
    named: list[tuple[UUID, str]] = []
    for each in differing:
        for data in (json.loads(each.data), held[each.identity][1]):
            for body in (data, data.get("data")):
                if isinstance(body, dict) and isinstance(body.get("moment"), str):
                    named.append((each.dispenser_id, body["moment"]))
    return named


def _fold(
    batch: Sequence[Heard],
    fresh: set[Identity],
    contested: Sequence[tuple[UUID, str]],
    devices: dict[UUID, _Device],
    now: datetime,
) -> None:
    """Fold fresh events into their moments and announce the moments that ended or changed."""
    spoken: list[tuple[UUID, Event]] = []
    todo = set(fresh)
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Event) and element.type in twin.NAMES_A_MOMENT:
                identity = (heard.dispenser_id, element.epoch, element.seq)
                if identity in todo and isinstance(element.data.get("moment"), str):
                    todo.discard(identity)
                    spoken.append((heard.dispenser_id, element))
    keys = {(dispenser, str(event.data["moment"])) for dispenser, event in spoken} | set(contested)
    if not keys:
        return
    found = moments.lock(keys)
    for dispenser, event in spoken:
        moment = found.get((dispenser, str(event.data["moment"])))
        if moment is not None:
            twin.fold(
                moment.tally, type=event.type, data=event.data, instant=event.at, epoch=event.epoch,
                seq=event.seq, evidence=devices[dispenser].evidence,
            )  # fmt: skip
    for key in contested:
        if key in found:
            found[key].tally.contested = True
    settle(found.values(), now)


def settle(changed: Iterable[OpenMoment], now: datetime) -> None:
    """Decide each moment anew, store it, and announce those whose outcome came or changed."""
    rows = list(changed)
    facts.publish(moments.store(rows), now)


def _hear(device: _Device, heard: Heard) -> None:
    """A sign of life: a newer heartbeat is taken over, an older or repeated one proves nothing."""
    if device.heard_at is None or heard.received_at > device.heard_at:
        device.heard_at = heard.received_at
    for element in heard.elements:
        if isinstance(element, Heartbeat) and (element.epoch, element.beat) > (
            device.beat_epoch,
            device.beat,
        ):
            device.beat_epoch, device.beat = element.epoch, element.beat
            device.beat_last_seq, device.beat_at = element.last_seq, element.at
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
    spoke = {
        (heard.dispenser_id, element.epoch)
        for heard in batch
        for element in heard.elements
        if not isinstance(element, Heartbeat) and element.seq > 0
    }
    to_ask: list[Identity] = []
    for dispenser_id, epoch in sorted(spoke):
        device = devices[dispenser_id]
        if epoch > device.epoch:
            device.epoch, device.upto, device.highest = epoch, 0, 0
        if epoch < device.epoch:
            to_ask.append((dispenser_id, epoch, 0))
        elif not _extend(device):
            to_ask.append((dispenser_id, epoch, device.upto))
    runs = journal.held_upto(to_ask)
    for dispenser_id, epoch, _ in to_ask:
        if epoch == devices[dispenser_id].epoch:
            devices[dispenser_id].upto = runs.get((dispenser_id, epoch), devices[dispenser_id].upto)
    return [
        Held(
            dispenser_id=dispenser_id,
            epoch=epoch,
            upto=devices[dispenser_id].upto
            if epoch == devices[dispenser_id].epoch
            else runs.get((dispenser_id, epoch), 0),
        )
        for dispenser_id, epoch in sorted(spoke)
    ]


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
    id="uuid", epoch="bigint", upto="bigint", highest="bigint", beat_epoch="bigint", beat="bigint",
    beat_last_seq="bigint", beat_at="timestamptz", beat_data="jsonb", heard_at="timestamptz",
)  # fmt: skip
STORE_DEVICES = f"""
UPDATE dispensing_dispenser AS d SET epoch = n.epoch, upto = n.upto, highest = n.highest,
    beat_epoch = n.beat_epoch, beat = n.beat, beat_last_seq = n.beat_last_seq, beat_at = n.beat_at,
    beat_data = n.beat_data, heard_at = n.heard_at
FROM {_STORED.unnest} AS n({_STORED.names}) WHERE d.id = n.id
"""  # noqa: S608 - column names of this module


def _store_devices(devices: Iterable[_Device]) -> None:
    rows = [
        (
            d.id,
            d.epoch,
            d.upto,
            d.highest,
            d.beat_epoch,
            d.beat,
            d.beat_last_seq,
            d.beat_at,
            d.beat_data,
            d.heard_at,
        )
        for d in devices
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE_DEVICES, _STORED.values(rows))
