"""The outbox: the one door for everything that leaves Reik. A row here is a promise that `reik send` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.kernel.facts import Fact

ALERT = 0
REPORT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to put out. `body` is JSON text without name, BSN or medicine (R55)."""

    id: UUID
    organisation_id: UUID
    destination_id: UUID
    about: UUID | None
    body: str
    priority: int = ALERT
    gives_up_after: timedelta = timedelta(hours=24)


def put(messages: Sequence[Message], now: datetime) -> None:
    """Write messages in the caller's transaction; they leave only if it commits. One COPY, however many."""
    if not messages:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY kernel_outboxmessage (id, organisation_id, destination_id, priority, about, body,"
            " created_at, available_at, gives_up_at, attempts, state, last_error) FROM STDIN"
        ) as copy,
    ):
        for each in messages:
            copy.write_row(
                (each.id, each.organisation_id, each.destination_id, each.priority, each.about, each.body,
                 now, now, now + each.gives_up_after, 0, 0, "")
            )  # fmt: skip


def withdraw(about: Sequence[UUID], now: datetime) -> None:
    """Take back what has not left yet about these rows (an alert that has ended calls nobody)."""
    if about:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_outboxmessage SET state = 3, ended_at = %s WHERE about = ANY(%s) AND state = 0",
                [now, list(about)],
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Fact):
    """The wire accepted a message: the other side answered, which says nothing of a person."""

    message_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Fact):
    """A message did not arrive at its first try; it is still tried again until it gives up."""

    message_id: UUID
    error: str
