"""Writes of dispensing: what devices report, and what is concluded where they stay silent.

Everything is set-wise: one batch of any size costs the same number of statements. Every transaction locks
dispensers first and moments after them, both in ascending id.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.dispensing import (
    commands,
    conflicts,
    devices,
    faults,
    journal,
    mentions,
    moments,
    plans_applied,
    roll_loading,
    twin,
)
from reik.dispensing.commands import Answered
from reik.dispensing.device_facts import DispenserHeard, JournalLost, SachetOutTwice
from reik.dispensing.devices import Device, Held, Started
from reik.dispensing.journal import Entry, Identity
from reik.dispensing.mentions import Mention, Why
from reik.dispensing.moments import OpenMoment
from reik.dispensing.roll_loading import RollEvent
from reik.kernel import facts
from reik_dispenser.messages import Event, EventType, Heartbeat, Parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One payload with a right MAC from one device. `received_at` is when the stream took it in."""

    dispenser_id: UUID
    organisation_id: UUID
    raw_id: UUID
    received_at: datetime
    elements: Sequence[Event | Heartbeat | Parked]


MOST_LOST = 20_000
"""Events that one `events_lost` may write off; a device has room for 10,000."""


def record(batch: Sequence[Heard], now: datetime, *, only_keep: bool = False) -> list[Held]:
    """Take in a batch of payloads: ledger, moments, dispensers, facts. Call inside a transaction.

    Safe to repeat: what the ledger holds already changes nothing. Gives the receipts to send after commit.
    `only_keep` puts the events in the ledger without a conclusion, for payloads that cannot be interpreted;
    of the moments they name, silence proves nothing any more.
    """
    if not batch:
        return []
    known = devices.lock({each.dispenser_id for each in batch})
    entries, second_bodies = _first_bodies(batch, parked="poison" if only_keep else "")
    fresh = journal.insert_entries(list(entries.values()))
    second_bodies += [entry for identity, entry in entries.items() if identity not in fresh]
    contested = conflicts.keep(second_bodies, now) if second_bodies else []
    open_mentions = _not_understood(batch, fresh, only_keep)
    if only_keep:
        open_mentions += contested
    else:
        open_mentions += _fold(batch, fresh, contested, known, now)
        roll_loading.fold(_of_types(roll_loading.TYPES, batch, fresh, known), now)
        plans_applied.note(_of_types({plans_applied.TYPE}, batch, fresh, known), now)
        facts.publish(faults.told(_of_types(faults.TYPES, batch, fresh, known)), now)
    mentions.keep(open_mentions, now)
    fresh |= _note_lost(batch, fresh, known)
    answered = _answers_to_commands(batch, fresh)
    for dispenser_id, epoch, seq in fresh:
        known[dispenser_id].fresh[epoch].append(seq)
    for each in batch:
        devices.hear(known[each.dispenser_id], each.elements, each.received_at)
    epochs = {each.id: each.epoch for each in known.values()}
    held = devices.advance(known, _epochs_spoken(batch))
    devices.store(known.values())
    facts.publish(_of_devices(batch, fresh, known, epochs), now)
    devices.note_started(_started(batch, fresh))
    commands.take_answers(answered, now)
    commands.send_again(_beating(batch), now)
    return held


def _of_devices(
    batch: Sequence[Heard], fresh: set[Identity], known: Mapping[UUID, Device], epochs: Mapping[UUID, int]
) -> list[facts.Fact]:
    """Who speaks again after a silence that was announced, and who lost what it had not delivered."""
    told: dict[tuple[UUID, str], facts.Fact] = {}
    for heard in batch:
        device = known[heard.dispenser_id]
        same = {
            "dispenser_id": heard.dispenser_id, "organisation_id": heard.organisation_id, "client_id": None,
            "at": heard.received_at,
        }  # fmt: skip
        if device.silent_at is not None:
            told[device.id, "heard"] = DispenserHeard(**same)  # type: ignore[arg-type]
        if epochs[device.id] and device.epoch != epochs[device.id]:
            told[device.id, "lost"] = JournalLost(**same, reason="new_journal")  # type: ignore[arg-type]
        elif any(
            isinstance(each, Event)
            and each.type == EventType.EVENTS_LOST
            and (heard.dispenser_id, each.epoch, each.seq) in fresh
            for each in heard.elements
        ):
            told[device.id, "lost"] = JournalLost(**same, reason="events_lost")  # type: ignore[arg-type]
    return list(told.values())


def _of_types(
    types: Collection[str], batch: Sequence[Heard], fresh: set[Identity], known: Mapping[UUID, Device]
) -> list[RollEvent]:
    """The fresh events of these types, each with the instant at which it happened; of two bodies the first."""
    found: dict[Identity, RollEvent] = {}
    for heard in batch:
        for element in heard.elements:
            if not isinstance(element, Event) or element.type not in types:
                continue
            identity = (heard.dispenser_id, element.epoch, element.seq)
            if identity in fresh and identity not in found:
                found[identity] = RollEvent(
                    organisation_id=heard.organisation_id, dispenser_id=heard.dispenser_id, epoch=element.epoch,
                    seq=element.seq, at=known[heard.dispenser_id].instant(element.at)[0], type=element.type,
                    data=element.data,
                )  # fmt: skip
    return list(found.values())


def _beating(batch: Sequence[Heard]) -> list[UUID]:
    return sorted(
        {heard.dispenser_id for heard in batch if any(isinstance(each, Heartbeat) for each in heard.elements)}
    )


def _started(batch: Sequence[Heard], fresh: set[Identity]) -> list[Started]:
    return [
        Started(dispenser_id=heard.dispenser_id, epoch=element.epoch, seq=element.seq, data=element.data)
        for heard in batch
        for element in heard.elements
        if isinstance(element, Event)
        and element.type == EventType.STARTED
        and (heard.dispenser_id, element.epoch, element.seq) in fresh
    ]


def _epochs_spoken(batch: Sequence[Heard]) -> dict[tuple[UUID, int], datetime]:
    """The epochs that spoke, each with the time of its first payload; a heartbeat speaks for its epoch too."""
    spoken: dict[tuple[UUID, int], datetime] = {}
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Heartbeat) or element.seq > 0:
                spoken.setdefault((heard.dispenser_id, element.epoch), heard.received_at)
    return spoken


def _note_lost(batch: Sequence[Heard], fresh: set[Identity], known: Mapping[UUID, Device]) -> set[Identity]:
    """What a device says it has lost will never come: the journal goes on behind it, and silence proves nothing."""
    lost: list[Entry] = []
    for heard in batch:
        for element in heard.elements:
            if (
                isinstance(element, Event)
                and element.type == EventType.EVENTS_LOST
                and (heard.dispenser_id, element.epoch, element.seq) in fresh
            ):
                device = known[heard.dispenser_id]
                device.epoch_since = max(device.epoch_since or heard.received_at, heard.received_at)
                lost += _lost_entries(heard, element)
    return journal.insert_entries(lost)


def _lost_entries(heard: Heard, event: Event) -> list[Entry]:
    epoch, first, last = (event.data.get(name) for name in ("epoch", "from", "to"))
    if not (isinstance(epoch, int) and isinstance(first, int) and isinstance(last, int)):
        return []
    return [
        Entry(
            dispenser_id=heard.dispenser_id, organisation_id=heard.organisation_id, epoch=epoch, seq=seq, at=None,
            type="lost", data="{}", digest=b"", parked="", received_at=heard.received_at, raw_id=heard.raw_id,
        )
        for seq in range(max(first, 1), min(last, first + MOST_LOST - 1) + 1)
    ]  # fmt: skip


def _answers_to_commands(batch: Sequence[Heard], fresh: set[Identity]) -> list[Answered]:
    return [
        Answered(
            dispenser_id=heard.dispenser_id,
            number=element.data["command"],
            confirmed=element.data["result"] == "confirmed",
            reason=str(element.data.get("reason") or ""),
        )
        for heard in batch
        for element in heard.elements
        if isinstance(element, Event)
        and element.type == EventType.COMMAND_RESULT
        and (heard.dispenser_id, element.epoch, element.seq) in fresh
        and isinstance(element.data["command"], int)
    ]


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


# Of these types a body that cannot be understood hides no evidence; of a type unknown to Reik it might.
_NO_EVIDENCE = frozenset(EventType) - twin.NAMES_A_MOMENT


def _not_understood(batch: Sequence[Heard], fresh: set[Identity], only_keep: bool) -> list[Mention]:
    """What may be evidence on a moment and is not interpreted: parked elements, and all where we only keep."""
    found = []
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Parked) and element.raw_json.get("type") not in _NO_EVIDENCE:
                why, keys = Why.PARKED, conflicts.moments_in(element.raw_json)
            elif only_keep and isinstance(element, Event) and element.type in twin.NAMES_A_MOMENT:
                if (heard.dispenser_id, element.epoch, element.seq) not in fresh:
                    continue  # interpreted before
                why, keys = Why.POISON, conflicts.moments_in(element.data)
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
    known: Mapping[UUID, Device],
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
    early, twice = [], list[SachetOutTwice]()
    for heard, event, key in spoken:
        moment = found.get((heard.dispenser_id, key))
        if moment is None:
            early.append(_mention(heard, event, key, Why.UNPLANNED))
            continue
        device = known[heard.dispenser_id]
        instant, certain = device.instant(event.at)
        if twin.is_out_already(moment.tally, type=event.type, data=event.data, evidence=device.evidence):
            twice.append(_out_twice(heard, event, key, instant))
        twin.fold(
            moment.tally, type=event.type, data=event.data, instant=instant, epoch=event.epoch, seq=event.seq,
            evidence=device.evidence, certain=certain,
        )  # fmt: skip
    for each in contested:
        if (each.dispenser_id, each.key) in found:
            found[each.dispenser_id, each.key].tally.contested = True
        else:
            early.append(each)
    settle(found.values(), now)
    facts.publish(twice, now)
    return early


def _out_twice(heard: Heard, event: Event, key: str, at: datetime) -> SachetOutTwice:
    return SachetOutTwice(
        organisation_id=heard.organisation_id, dispenser_id=heard.dispenser_id, client_id=None, at=at, moment=key,
        k=int(str(event.data["k"])),
    )  # fmt: skip


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
