"""What Reik knows of a device itself: how far its journal is held, its newest heartbeat, how its clock runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.db import connection

from reik.dispensing.ledger import journal
from reik.dispensing.ledger.journal import Identity
from reik.kernel.rows import Columns, array
from reik_dispenser.messages import Clock, Event, Evidence, Heartbeat, Parked

BEATS_KEPT = 5  # heartbeats whose clock difference counts
CLOCK_TRUSTED = 2.0  # seconds of difference that are none
FREE_CLOCK_TRUSTED = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How far Reik holds a device's journal after a batch: what the receipt says, and whether a gap follows."""

    dispenser_id: UUID
    epoch: int
    upto: int
    highest: int


@dataclass(slots=True, kw_only=True)
class Device:
    """A locked dispenser. `offsets`: by how many seconds its clock was ahead at its newest heartbeats."""

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
    silent_at: datetime | None
    offsets: list[float]
    offset_at: datetime | None
    free_clock: bool
    fresh: defaultdict[int, list[int]]

    @property
    def offset(self) -> timedelta:
        """How far its clock is ahead (device contract, section 3): the median, nothing when that is ≤ 2 s."""
        seconds = median(self.offsets) if self.offsets else 0.0
        return timedelta(seconds=seconds if abs(seconds) > CLOCK_TRUSTED else 0)

    def instant(self, at: datetime) -> tuple[datetime, bool]:
        """When something really happened, and whether that is certain enough to call it early or late."""
        known = self.offset_at is not None and at - self.offset_at < FREE_CLOCK_TRUSTED
        return at - self.offset, known or not self.free_clock


def lock(ids: Collection[UUID]) -> dict[UUID, Device]:
    """Lock dispensers in ascending id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, evidence, epoch, upto, highest, beat_epoch, beat, beat_last_seq, beat_at, beat_data::text,"
            " heard_at, epoch_since, offsets::text, offset_at, free_clock, silent_at FROM dispensing_dispenser"
            " WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", sorted(ids))],
        )
        return {
            row[0]: Device(
                id=row[0], evidence=row[1], epoch=row[2], upto=row[3], highest=row[4], beat_epoch=row[5],
                beat=row[6], beat_last_seq=row[7], beat_at=row[8], beat_data=row[9], heard_at=row[10],
                epoch_since=row[11], offsets=json.loads(row[12]), offset_at=row[13], free_clock=row[14],
                silent_at=row[15], fresh=defaultdict(list),
            )
            for row in cursor.fetchall()
        }  # fmt: skip


def hear(device: Device, elements: Sequence[Event | Heartbeat | Parked], received_at: datetime) -> None:
    """A sign of life: a newer heartbeat is taken over, an older or repeated one proves nothing.

    It was sent by its receipt at the latest, whatever a clock that runs ahead says.
    """
    if device.heard_at is None or received_at > device.heard_at:
        device.heard_at = received_at
    for element in elements:
        if (
            isinstance(element, Heartbeat)
            and element.last_seq >= 0
            and (element.epoch, element.beat) > (device.beat_epoch, device.beat)
        ):
            _take_over(device, element, received_at)


def _take_over(device: Device, beat: Heartbeat, received_at: datetime) -> None:
    device.offsets = [*device.offsets, round((beat.at - received_at).total_seconds(), 3)][-BEATS_KEPT:]
    device.offset_at = received_at
    device.free_clock = beat.clock == Clock.FREE
    device.beat_epoch, device.beat, device.beat_last_seq = beat.epoch, beat.beat, beat.last_seq
    device.beat_at = min(beat.at - device.offset, received_at)
    device.beat_data = json.dumps(
        {
            "state": beat.state, "moment": beat.moment, "mains": beat.mains, "battery_pct": beat.battery_pct,
            "signal_dbm": beat.signal_dbm, "plan_version": beat.plan_version, "roll": beat.roll,
            "remaining": beat.remaining, "clock": beat.clock,
        }
    )  # fmt: skip


def advance(known: Mapping[UUID, Device], spoken: Mapping[tuple[UUID, int], datetime]) -> list[Held]:
    """How far each journal is held now, for every (dispenser, epoch) that spoke, with when it first did so."""
    held: dict[tuple[UUID, int], int] = {}
    to_ask: list[Identity] = []
    # What an older epoch still sent comes before a newer one begins.
    for dispenser_id, epoch in sorted(spoken):
        device = known[dispenser_id]
        if epoch > device.epoch and device.fresh[epoch]:
            _begin_epoch(device, epoch, spoken[dispenser_id, epoch])
        if epoch != device.epoch:
            if device.fresh[epoch] or epoch < device.epoch:
                held[dispenser_id, epoch] = 0
                to_ask.append((dispenser_id, epoch, 0))
            continue
        unbroken = _extend(device)
        held[dispenser_id, epoch] = device.upto
        if not unbroken:
            to_ask.append((dispenser_id, epoch, device.upto))
    held.update(journal.held_upto(to_ask))
    for (dispenser_id, epoch), upto in held.items():
        if epoch == known[dispenser_id].epoch:
            known[dispenser_id].upto = upto
    return [
        Held(
            dispenser_id=dispenser_id, epoch=epoch, upto=upto,
            highest=known[dispenser_id].highest if epoch == known[dispenser_id].epoch else upto,
        )
        for (dispenser_id, epoch), upto in held.items()
    ]  # fmt: skip


def _begin_epoch(device: Device, epoch: int, since: datetime) -> None:
    """The device lost its journal, and with it what Reik had not received; not so at its very first epoch."""
    if device.epoch:
        device.epoch_since = since
    device.epoch, device.upto, device.highest = epoch, 0, 0


def _extend(device: Device) -> bool:
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
    offsets="jsonb", offset_at="timestamptz", free_clock="bool",
)  # fmt: skip
STORE = f"""
UPDATE dispensing_dispenser AS d SET epoch = n.epoch, epoch_since = n.epoch_since, upto = n.upto,
    highest = n.highest, beat_epoch = n.beat_epoch, beat = n.beat, beat_last_seq = n.beat_last_seq,
    beat_at = n.beat_at, beat_data = n.beat_data, heard_at = n.heard_at, offsets = n.offsets,
    offset_at = n.offset_at, free_clock = n.free_clock, silent_at = NULL
FROM {_STORED.unnest} AS n({_STORED.names}) WHERE d.id = n.id
"""  # noqa: S608 - column names of this module


def store(known: Iterable[Device]) -> None:
    """Write locked dispensers back."""
    rows = [
        (d.id, d.epoch, d.epoch_since, d.upto, d.highest, d.beat_epoch, d.beat, d.beat_last_seq, d.beat_at,
         d.beat_data, d.heard_at, json.dumps(d.offsets), d.offset_at, d.free_clock)
        for d in known
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STORE, _STORED.values(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A device's `started`: what it is, and the session that commands must name if it forgot their numbers."""

    dispenser_id: UUID
    epoch: int
    seq: int
    data: Mapping[str, object]


_STARTS = Columns(
    id="uuid", epoch="bigint", seq="bigint", session="text", highest="bigint", evidence="text", data="jsonb"
)
START = f"""
UPDATE dispensing_dispenser AS d SET started_epoch = n.epoch, started_seq = n.seq, session = n.session,
    evidence = coalesce(n.evidence, d.evidence), highest_command = greatest(d.highest_command, n.highest),
    started = n.data
FROM {_STARTS.unnest} AS n({_STARTS.names})
WHERE d.id = n.id AND (n.epoch, n.seq) > (d.started_epoch, d.started_seq)
"""  # noqa: S608 - column names of this module


def note_started(starts: Sequence[Started]) -> None:
    """Take over the newest start of each device, in whatever order the events came."""
    newest: dict[UUID, Started] = {}
    for each in starts:
        known = newest.get(each.dispenser_id)
        if known is None or (each.epoch, each.seq) > (known.epoch, known.seq):
            newest[each.dispenser_id] = each
    rows = [
        (each.dispenser_id, each.epoch, each.seq, str(each.data.get("session") or ""),
         highest if isinstance(highest := each.data.get("highest_command"), int) else 0,
         evidence if (evidence := each.data.get("evidence")) in tuple(Evidence) else None, json.dumps(each.data))
        for each in newest.values()
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(START, _STARTS.values(rows))
