"""What a batch of payloads says, taken apart: ledger entries, starts, answers, and what names a moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.dispensing.commands.giving import Answered
from reik.dispensing.devices.known import Device, Started
from reik.dispensing.ledger import conflicts
from reik.dispensing.ledger.journal import Entry, Identity
from reik.dispensing.moments import twin
from reik.dispensing.moments.mentions import Mention, Why
from reik.dispensing.rolls.loading import RollEvent
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


def of_types(
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


def beating(batch: Sequence[Heard]) -> list[UUID]:
    return sorted(
        {heard.dispenser_id for heard in batch if any(isinstance(each, Heartbeat) for each in heard.elements)}
    )


def started(batch: Sequence[Heard], fresh: set[Identity]) -> list[Started]:
    return [
        Started(dispenser_id=heard.dispenser_id, epoch=element.epoch, seq=element.seq, data=element.data)
        for heard in batch
        for element in heard.elements
        if isinstance(element, Event)
        and element.type == EventType.STARTED
        and (heard.dispenser_id, element.epoch, element.seq) in fresh
    ]


def epochs_spoken(batch: Sequence[Heard]) -> dict[tuple[UUID, int], datetime]:
    """The epochs that spoke, each with the time of its first payload; a heartbeat speaks for its epoch too."""
    spoken: dict[tuple[UUID, int], datetime] = {}
    for heard in batch:
        for element in heard.elements:
            if isinstance(element, Heartbeat) or element.seq > 0:
                spoken.setdefault((heard.dispenser_id, element.epoch), heard.received_at)
    return spoken


def lost_entries(heard: Heard, event: Event) -> list[Entry]:
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


def answers_to_commands(batch: Sequence[Heard], fresh: set[Identity]) -> list[Answered]:
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


def first_bodies(batch: Sequence[Heard], parked: str) -> tuple[dict[Identity, Entry], list[Entry]]:
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


def not_understood(batch: Sequence[Heard], fresh: set[Identity], only_keep: bool) -> list[Mention]:
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
            found += [mention_of(heard, element, key, why) for key in keys]
    return found


def mention_of(heard: Heard, element: Event | Parked, key: str, why: Why) -> Mention:
    return Mention(
        organisation_id=heard.organisation_id,
        dispenser_id=heard.dispenser_id,
        key=key,
        epoch=element.epoch,
        seq=element.seq,
        why=why,
    )


def spoken_of(batch: Sequence[Heard], fresh: set[Identity]) -> list[tuple[Heard, Event, str]]:
    """The fresh events that are evidence on a moment, with its name; of two bodies the one in the ledger."""
    spoken: list[tuple[Heard, Event, str]] = []
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
