"""What Reik says back after the commit: receipts and refusals, to the device and to the HTTPS door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from reik.dispensing.devices.known import Held
from reik.ingest.payloads import Arrived, Fate, Read
from reik_dispenser.messages import Receipt, RefusedPayload
from reik_dispenser.wire import receipt_body, receipts_body, refused_body, sign


class Became(StrEnum):
    """What became of a payload that came through the HTTPS door."""

    RECEIPTS = "receipts"
    HEARD = "heard"  # a heartbeat: nothing to say back
    REFUSED = "refused"
    MAC = "mac"


@dataclass(frozen=True, slots=True)
class Answer:
    """A payload to send after the commit: to a device's topic, or (then `became` is set) to who waits at the door."""

    topic: str
    payload: bytes
    became: Became | None = None


def answers_to(
    read: Sequence[Read], strange: Sequence[Arrived], held: Sequence[Held], now: datetime
) -> list[Answer]:
    """One receipt per device and epoch, signed with the key that the device last used, and the refusals.

    Who waits at the HTTPS door gets the same again in the form of that door.
    """
    speakers = {each.device.dispenser_id: each for each in read}
    answers = [_refusal(each) for each in read if each.fate is Fate.REFUSED]
    for each in held:
        if each.upto:
            speaker = speakers[each.dispenser_id]
            body = receipt_body(Receipt(epoch=each.epoch, upto=each.upto, now=now))
            answers.append(Answer(speaker.device.receipt, sign(speaker.key, speaker.device.receipt, body)))
    at_the_door = [each for each in read if each.arrived.door]
    if at_the_door:
        answers += _through_the_door(at_the_door, held, now)
    answers += [Answer(each.door, b"", Became.MAC) for each in strange if each.door]
    return answers


def _refusal(read: Read) -> Answer:
    body = refused_body(RefusedPayload(code=read.reason))
    return Answer(read.device.receipt, sign(read.key, read.device.receipt, body))


def _through_the_door(read: Sequence[Read], held: Sequence[Held], now: datetime) -> Iterator[Answer]:
    upto: dict[tuple[UUID, int], int] = {(each.dispenser_id, each.epoch): each.upto for each in held}
    for each in read:
        door, device = each.arrived.door, each.device
        if each.fate is Fate.REFUSED:
            yield Answer(door, _refusal(each).payload, Became.REFUSED)
        elif each.is_heartbeat:
            yield Answer(door, b"", Became.HEARD)
        else:
            epochs = sorted({element.epoch for element in each.elements})
            receipts = [
                Receipt(epoch=epoch, upto=upto.get((device.dispenser_id, epoch), 0), now=now)
                for epoch in epochs
            ]
            body = sign(each.key, device.receipt, receipts_body(receipts))
            yield Answer(door, body, Became.RECEIPTS)
