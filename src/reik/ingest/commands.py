"""Commands on their way to devices: taken from their rows, signed, for whoever holds the line to publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reik.dispensing import commands
from reik.ingest.answers import Answer
from reik.kernel.crypto import vault
from reik_dispenser.wire import command_body, down_topic, sign


def to_send(partitions: Sequence[int], now: datetime) -> list[Answer]:
    """The commands due for devices of these partitions, numbered and signed; they count as sent from here."""
    with transaction.atomic():
        due = commands.take_due(partitions=partitions, now=now)
    found = []
    for each in due:
        topic = down_topic(each.device)
        key = vault().open(each.organisation_id, each.sealed_key)
        found.append(Answer(topic, sign(key, topic, command_body(each.command))))
    return found


def expire(now: datetime) -> int:
    """End what nobody answered in time; gives how many."""
    with transaction.atomic():
        return commands.expire(now)
