"""Rolls in devices: what devices say of them, folded into one row per dispenser and roll (N6, R17, R18, R24).

A row begins with a roll's first `roll_loaded`; then the ledger is read back for what was said of it before, so
that any order of arrival ends the same. Events of rolls that no device loaded cost one look-up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.rolls import twin as roll_twin
from reik.dispensing.rolls.facts import DeviceFact, RollRefusedByDevice, WrongRoll
from reik.dispensing.rolls.twin import Fate, Record
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.medication.operations import see_rolls
from reik.medication.rolls.reported import OTHER_CLIENT, OWN, SeenRoll

LONGEST_NUMBER = 64
TYPES = roll_twin.OF_A_ROLL


@dataclass(frozen=True, slots=True, kw_only=True)
class RollEvent:
    """One event of the ledger about a roll, or an unlocking."""

    organisation_id: UUID
    dispenser_id: UUID
    epoch: int
    seq: int
    at: datetime
    type: str
    data: Mapping[str, object]

    @property
    def roll(self) -> str:
        return number_in(self.data)


def number_in(data: Mapping[str, object]) -> str:
    """The roll that an event names; a longer number than Reik gives is cut off."""
    roll = data.get("roll")
    return roll[:LONGEST_NUMBER] if isinstance(roll, str) else ""


Key = tuple[UUID, str]
"""(dispenser id, roll number)"""


@dataclass(slots=True)
class _Row:
    organisation_id: UUID
    record: Record
    state: str  # what medication was told last; empty: nothing yet
    changed: bool = False
    since: datetime | None = None
    by: str = ""


def fold(events: Sequence[RollEvent], now: datetime) -> None:
    """Fold fresh events in and announce what they mean. Their dispensers are locked."""
    if not events:
        return
    rows = _rows_of(events)
    fresh = _new_rows(events, rows)
    for event in events:
        _add(event, rows, fresh)
    rows.update(fresh)
    found = _refused(events)
    changed = {key: row for key, row in rows.items() if row.changed}
    if changed:
        found += _settle(changed, now)
    facts.publish(_with_clients(found), now)


def _rows_of(events: Sequence[RollEvent]) -> dict[Key, _Row]:
    """The rows that these events are about; an unlocking is about every roll of its device."""
    named = sorted({(each.dispenser_id, each.roll) for each in events if each.roll})
    unlocked = sorted({each.dispenser_id for each in events if each.type == "unlocked"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.dispenser_id, s.roll, s.organisation_id, s.said::text, s.state FROM dispensing_rollstay AS s"
            " JOIN unnest(%s::uuid[], %s::text[]) AS n(dispenser_id, roll) USING (dispenser_id, roll)"
            " UNION SELECT s.dispenser_id, s.roll, s.organisation_id, s.said::text, s.state"
            " FROM dispensing_rollstay AS s WHERE s.dispenser_id = ANY(%s::uuid[])",
            [
                array("uuid", (each[0] for each in named)), array("text", (each[1] for each in named)),
                array("uuid", unlocked),
            ],
        )  # fmt: skip
        return {
            (row[0], row[1]): _Row(row[2], roll_twin.from_json(json.loads(row[3])), row[4])
            for row in cursor.fetchall()
        }


def _new_rows(events: Sequence[RollEvent], known: Mapping[Key, _Row]) -> dict[Key, _Row]:
    """Rolls that are loaded for the first time, with all that the ledger holds of them (these events too)."""
    made = {
        (each.dispenser_id, each.roll): _Row(each.organisation_id, Record(), "", changed=True)
        for each in events
        if each.type == "roll_loaded" and each.roll and (each.dispenser_id, each.roll) not in known
    }
    if not made:
        return made
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dispenser_id, epoch, seq, type, data::text FROM dispensing_deviceevent"
            " WHERE dispenser_id = ANY(%s::uuid[]) AND type = ANY(%s) AND parked = ''",
            [array("uuid", sorted({dispenser for dispenser, _ in made})), sorted(TYPES)],
        )
        for dispenser_id, epoch, seq, type, text in cursor.fetchall():
            data = json.loads(text)
            said = roll_twin.said_by(type, data)
            for key in _about(dispenser_id, type, number_in(data), made):
                if said is not None:
                    roll_twin.add(made[key].record, (epoch, seq), said)
        cursor.execute(
            "SELECT dispenser_id, roll, numbers::text FROM dispensing_handgiving"
            " WHERE dispenser_id = ANY(%s::uuid[]) AND numbers <> '[]'",
            [array("uuid", sorted({dispenser for dispenser, _ in made}))],
        )
        for dispenser_id, roll, numbers in cursor.fetchall():
            if (dispenser_id, roll) in made:
                made[dispenser_id, roll].record.by_person |= set(json.loads(numbers))
    return made


def take_out(dispenser_id: UUID, roll: str, numbers: Iterable[int], now: datetime) -> None:
    """A person took these sachets out of the roll, and entered their numbers (N6). The dispenser is locked.

    Of a roll whose loading was not heard yet the giving itself keeps them, until it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, said::text, state FROM dispensing_rollstay WHERE dispenser_id = %s AND roll = %s",
            [dispenser_id, roll],
        )
        found = cursor.fetchone()
    if found is not None:
        row = _Row(found[0], roll_twin.from_json(json.loads(found[1])), found[2], changed=True)
        row.record.by_person |= set(numbers)
        facts.publish(_with_clients(_settle({(dispenser_id, roll): row}, now)), now)


def _about(dispenser_id: UUID, type: str, roll: str, rows: Mapping[Key, _Row]) -> list[Key]:
    if type == "unlocked":
        return [key for key in rows if key[0] == dispenser_id]
    return [(dispenser_id, roll)] if (dispenser_id, roll) in rows else []


def _add(event: RollEvent, rows: Mapping[Key, _Row], fresh: Mapping[Key, _Row]) -> None:
    said = roll_twin.said_by(event.type, event.data)
    if said is None:
        return
    for key in _about(event.dispenser_id, event.type, event.roll, rows):
        rows[key].changed = True
        roll_twin.add(rows[key].record, (event.epoch, event.seq), said)
    row = rows.get((event.dispenser_id, event.roll)) or fresh.get((event.dispenser_id, event.roll))
    if row is not None and roll_twin.newest_move(row.record) == (event.epoch, event.seq):
        row.since, row.by = event.at, str(event.data.get("by") or "device")[:64]


def _refused(events: Sequence[RollEvent]) -> list[DeviceFact]:
    """What devices did not take in: another client's roll is told as such."""
    found: list[DeviceFact] = []
    for each in events:
        if each.type == "roll_refused":
            reason = str(each.data.get("reason") or "")[:64]
            if reason == OTHER_CLIENT:
                found.append(
                    _wrong(each.dispenser_id, each.organisation_id, each.roll, reason, False, each.at)
                )
            else:
                found.append(
                    RollRefusedByDevice(
                        organisation_id=each.organisation_id, dispenser_id=each.dispenser_id, client_id=None,
                        at=each.at, roll=each.roll, reason=reason,
                    )
                )  # fmt: skip
    return found


def _wrong(
    dispenser_id: UUID, organisation_id: UUID, roll: str, reason: str, loaded: bool, at: datetime
) -> WrongRoll:
    return WrongRoll(
        organisation_id=organisation_id, dispenser_id=dispenser_id, client_id=None, at=at, roll=roll,
        reason=reason, loaded=loaded,
    )  # fmt: skip


_ROWS = Table(
    "dispensing_rollstay",
    id="uuid", organisation_id="uuid", dispenser_id="uuid", roll="text", said="jsonb", state="text", loaded="int",
    out="int", presented="int", retained="int", removed="int", counted="bool", changed_at="timestamptz",
)  # fmt: skip


def _settle(changed: Mapping[Key, _Row], now: datetime) -> list[DeviceFact]:
    """Store rows, tell medication which rolls came in or left, and give the wrong ones among those that came in."""
    states = {key: _state(row) for key, row in changed.items()}
    moved = [key for key, row in changed.items() if states[key] != row.state]
    _ROWS.insert(
        [_stored(key, row, states[key], now) for key, row in sorted(changed.items())],
        then="ON CONFLICT (dispenser_id, roll) DO UPDATE SET said = excluded.said, state = excluded.state,"
        " loaded = excluded.loaded, out = excluded.out, presented = excluded.presented,"
        " retained = excluded.retained, removed = excluded.removed, counted = excluded.counted,"
        " changed_at = excluded.changed_at",
    )
    clients = _clients_of({key[0] for key in moved})
    seen = [_seen(key, changed[key], states[key], clients.get(key[0]), now) for key in moved]
    return [
        _wrong(key[0], changed[key].organisation_id, key[1], whose, True, each.at)
        for key, each, whose in zip(moved, seen, see_rolls(seen, now), strict=True)
        if whose != OWN and each.state == "loaded"
    ]


def _state(row: _Row) -> str:
    """Where the roll is by its newest stay; where nothing can be read from it, as before."""
    stays = roll_twin.stays(row.record)
    if not stays:
        return row.state
    if not stays[-1].ended:
        return "loaded"
    return "emptied" if stays[-1].left_with == 0 else "delivered"


def _stored(key: Key, row: _Row, state: str, now: datetime) -> tuple[object, ...]:
    stays = roll_twin.stays(row.record)
    newest = stays[-1] if stays else roll_twin.Stay((0, 0), None, None, None, counted=False)
    return (
        new_id(now), row.organisation_id, *key, json.dumps(roll_twin.as_json(row.record)), state, newest.loaded,
        *(newest.number_of(fate) for fate in (Fate.OUT, Fate.PRESENTED, Fate.RETAINED, Fate.REMOVED)),
        newest.counted, now,
    )  # fmt: skip


def _seen(key: Key, row: _Row, state: str, client_id: UUID | None, now: datetime) -> SeenRoll:
    stays = roll_twin.stays(row.record)
    newest = stays[-1] if stays else None
    return SeenRoll(
        organisation_id=row.organisation_id, client_id=client_id, number=key[1], state=state or "delivered",
        first=newest.first or 0 if newest else 0, last=newest.last or 0 if newest else 0,
        count=newest.loaded or 0 if newest else 0, by=row.by or "device", at=row.since or now,
    )  # fmt: skip


def _clients_of(dispenser_ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    ids = sorted(dispenser_ids)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, client_id FROM dispensing_dispenser WHERE id = ANY(%s::uuid[])", [array("uuid", ids)]
        )
        return dict(cursor.fetchall())


def _with_clients(found: Sequence[DeviceFact]) -> list[DeviceFact]:
    clients = _clients_of({each.dispenser_id for each in found})
    return [replace(each, client_id=clients.get(each.dispenser_id)) for each in found]
