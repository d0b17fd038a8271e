"""The outbox: the one door for everything that leaves Reik. A row here is a promise that `reik send` keeps."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from reik.kernel.crypto import vault
from reik.kernel.facts import Fact
from reik.kernel.rows import Table

ALERT = 0
REPORT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to put out. `body` is JSON text without name, BSN or medicine (R55).

    It leaves `after` this long at the earliest, and is given up `gives_up_after` that.
    """

    id: UUID
    organisation_id: UUID
    destination_id: UUID
    about: UUID | None
    body: str
    priority: int = ALERT
    gives_up_after: timedelta = timedelta(hours=24)
    after: timedelta = timedelta()


_MESSAGES = Table(
    "kernel_outboxmessage",
    id="uuid", organisation_id="uuid", destination_id="uuid", priority="smallint", about="uuid", body="text",
    created_at="timestamptz", available_at="timestamptz", gives_up_at="timestamptz", attempts="smallint",
    state="smallint", last_error="text",
)  # fmt: skip


def put(messages: Sequence[Message], now: datetime) -> None:
    """Write messages in the caller's transaction; they leave only if it commits."""
    _MESSAGES.insert(
        (each.id, each.organisation_id, each.destination_id, each.priority, each.about, each.body,
         now, now + each.after, now + each.after + each.gives_up_after, 0, 0, "")
        for each in messages
    )  # fmt: skip


_SEALED = "sealed:"


def sealed(organisation_id: UUID, body: str) -> str:
    """A body that may not lie readable in the database (a reply link): put out like this, `opened` by the sender."""
    return f"{_SEALED}{organisation_id}:{base64.b64encode(vault().seal_text(organisation_id, body)).decode()}"


def opened(body: str) -> str:
    """The body to send. Raises SealBroken when the organisation's key was destroyed."""
    if not body.startswith(_SEALED):
        return body
    organisation_id, _, value = body.removeprefix(_SEALED).partition(":")
    return vault().open_text(UUID(organisation_id), base64.b64decode(value))


def withdraw(about: Sequence[UUID], now: datetime) -> None:
    """Take back what has not left yet about these rows (an alert that has ended calls nobody)."""
    if about:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE kernel_outboxmessage AS m SET state = 3, ended_at = %s"
                " FROM (SELECT id FROM kernel_outboxmessage WHERE about = ANY(%s) AND state = 0"
                " ORDER BY id FOR NO KEY UPDATE) AS n WHERE m.id = n.id",
                [now, list(about)],
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Fact):
    """The wire accepted a message: the other side answered, which says nothing of a person.

    `accepted_by` is not empty where a person answered by it, with a key on the phone for one.
    """

    message_id: UUID
    accepted_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Fact):
    """A message did not arrive at its first try; it is still tried again until it gives up."""

    message_id: UUID
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFact(Fact):
    """About the way out of one organisation over one gateway, by a try that called nobody."""

    organisation_id: UUID
    channel: str
    gateway: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayDown(GatewayFact):
    """Nothing would leave by it now; announced once."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUp(GatewayFact):
    """Messages leave by it again."""
