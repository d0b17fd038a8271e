"""Commands on their way to devices: taken from their rows, signed, for whoever holds the line to publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reik.dispensing.commands import giving as commands
from reik.ingest.answers import Answer
from reik.kernel.crypto import vault
from reik_dispenser.wire import command_body, down_topic, sign


def to_send(partitions: Sequence[int], now: datetime) -> list[Answer]:
    """The commands due for devices of these partitions, numbered and signed; they count as sent from here."""
    with transaction.atomic():
        due = commands.take_due(partitions=partitions, now=now)
    return [Answer(down_topic(each.device), _signed(each)) for each in due]


def oldest_for(device: str, now: datetime) -> bytes:
    """What a device gets that asks itself (HTTPS door): its oldest unanswered command, signed; empty without one."""
    with transaction.atomic():
        found = commands.take_oldest(device, now)
    return b"" if found is None else _signed(found)


def _signed(each: commands.ToSend) -> bytes:
    key = vault().open(each.organisation_id, each.sealed_key)
    return sign(key, down_topic(each.device), command_body(each.command))


def expire(now: datetime) -> int:
    """End what nobody answered in time; gives how many."""
    with transaction.atomic():
        return commands.expire(now)
