"""Writes of dispensing: what devices report, and what is concluded where they stay silent.

Everything is set-wise: one batch of any size costs the same number of statements. Every transaction locks
dispensers first and moments after them, both in ascending id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from reik.dispensing.away import pressed as away_pressed
from reik.dispensing.commands import giving as commands
from reik.dispensing.devices import faults
from reik.dispensing.devices import known as devices
from reik.dispensing.devices.facts import DispenserHeard, JournalLost, PossibleDouble, SachetOutTwice
from reik.dispensing.devices.known import Device, Held
from reik.dispensing.ledger import conflicts, journal
from reik.dispensing.ledger.heard import (
    Heard,
    answers_to_commands,
    beating,
    epochs_spoken,
    first_bodies,
    lost_entries,
    mention_of,
    not_understood,
    of_types,
    spoken_of,
    started,
)
from reik.dispensing.ledger.journal import Entry, Identity
from reik.dispensing.moments import mentions, twin
from reik.dispensing.moments import rows as moments
from reik.dispensing.moments.mentions import Mention, Why
from reik.dispensing.moments.rows import OpenMoment
from reik.dispensing.plans import applied as plans_applied
from reik.dispensing.rolls import loading as roll_loading
from reik.kernel import facts
from reik_dispenser.messages import Event, EventType


def record(batch: Sequence[Heard], now: datetime, *, only_keep: bool = False) -> list[Held]:
    """Take in a batch of payloads: ledger, moments, dispensers, facts. Call inside a transaction.

    Safe to repeat: what the ledger holds already changes nothing. Gives the receipts to send after commit.
    `only_keep` puts the events in the ledger without a conclusion, for payloads that cannot be interpreted;
    of the moments they name, silence proves nothing any more.
    """
    if not batch:
        return []
    known = devices.lock({each.dispenser_id for each in batch})
    entries, second_bodies = first_bodies(batch, parked="poison" if only_keep else "")
    fresh = journal.insert_entries(list(entries.values()))
    second_bodies += [entry for identity, entry in entries.items() if identity not in fresh]
    contested = conflicts.keep(second_bodies, now) if second_bodies else []
    open_mentions = not_understood(batch, fresh, only_keep)
    if only_keep:
        open_mentions += contested
    else:
        open_mentions += _fold(batch, fresh, contested, known, now)
        roll_loading.fold(of_types(roll_loading.TYPES, batch, fresh, known), now)
        plans_applied.note(of_types({plans_applied.TYPE}, batch, fresh, known), now)
        facts.publish(faults.told(of_types(faults.TYPES, batch, fresh, known)), now)
        facts.publish(away_pressed.told(of_types(away_pressed.TYPES, batch, fresh, known)), now)
    mentions.keep(open_mentions, now)
    fresh |= _note_lost(batch, fresh, known)
    answered = answers_to_commands(batch, fresh)
    for dispenser_id, epoch, seq in fresh:
        known[dispenser_id].fresh[epoch].append(seq)
    for each in batch:
        devices.hear(known[each.dispenser_id], each.elements, each.received_at)
    epochs = {each.id: each.epoch for each in known.values()}
    held = devices.advance(known, epochs_spoken(batch))
    devices.store(known.values())
    facts.publish(_of_devices(batch, fresh, known, epochs), now)
    devices.note_started(started(batch, fresh))
    commands.take_answers(answered, now)
    commands.send_again(beating(batch), now)
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
                lost += lost_entries(heard, element)
    return journal.insert_entries(lost)


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
    spoken = spoken_of(batch, fresh)
    keys = {(heard.dispenser_id, key) for heard, _, key in spoken}
    keys |= {(each.dispenser_id, each.key) for each in contested}
    if not keys:
        return []
    found = moments.lock(keys)
    early, twice = [], list[SachetOutTwice]()
    for heard, event, key in spoken:
        moment = found.get((heard.dispenser_id, key))
        if moment is None:
            early.append(mention_of(heard, event, key, Why.UNPLANNED))
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


def settle(changed: Iterable[OpenMoment], now: datetime) -> None:
    """Decide each moment anew, store it, and announce those whose outcome came or changed."""
    rows = list(changed)
    facts.publish(moments.store(rows), now)
    facts.publish(moments.old_ones(rows, now), now)
    facts.publish([_double(each) for each in rows if twin.is_double(each.tally) and not each.was_double], now)


def _double(moment: OpenMoment) -> PossibleDouble:
    at = max(each for each in (moment.tally.by_hand_at, moment.tally.last_out_at) if each is not None)
    return PossibleDouble(
        organisation_id=moment.organisation_id, dispenser_id=moment.dispenser_id, client_id=moment.client_id,
        at=at, moment=moment.key, moment_id=moment.id,
    )  # fmt: skip
