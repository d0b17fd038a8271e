"""A delivery test at entry: one message that says that it is a test, by the way that alerts go (R57).

A wrong number is found when it is typed, not on the night on which it is called.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.models import DeliveryTest
from reik.kernel import outbox
from reik.kernel.ids import new_id
from reik.kernel.models import Destination
from reik.kernel.operations import compact
from reik.kernel.outbox import Message, MessageFailed, MessageSent
from reik.kernel.rows import array

TRIED_FOR = timedelta(minutes=2)
TESTED = frozenset({"sms", "email", "webpush", "webhook", "voice", "espax"})
"""Channels that say that a message is a test. To an alarm centre's system a drill of the route does that (N12)."""


class TryRefused(ValueError):
    """Nothing can be tried there; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrySeen:
    """The newest delivery test of a destination. `state`: waiting, delivered (the wire accepted it) or failed."""

    destination_id: UUID
    sent_at: datetime
    by: str
    state: str
    error: str
    ended_at: datetime | None


@transaction.atomic
def try_destination(*, organisation_id: UUID, destination_id: UUID, by: str, now: datetime) -> UUID:
    """Send a test message there; gives its key. Raises TryRefused for a channel whose test is a drill."""
    destination = Destination.objects.filter(id=destination_id, organisation_id=organisation_id).first()
    if destination is None or destination.channel not in TESTED:
        raise TryRefused("A test message cannot be sent there: hold a drill of the route instead.")
    id = new_id(now)
    data = {"test": str(id), "organisation": str(organisation_id)}
    body = compact({"type": "test.message", "timestamp": now.isoformat(), "data": data})
    DeliveryTest.objects.create(
        id=id, organisation_id=organisation_id, destination_id=destination_id, sent_at=now, by=by
    )
    outbox.put(
        [
            Message(
                id=id, organisation_id=organisation_id, destination_id=destination_id, about=None, body=body,
                gives_up_after=TRIED_FOR,
            )
        ],
        now,
    )  # fmt: skip
    return id


def note_sent(sent: Sequence[MessageSent], now: datetime) -> None:
    """Handler: these messages were accepted by the wire; a test that was among them arrived."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_deliverytest SET delivered_at = %s WHERE id = ANY(%s::uuid[]) AND delivered_at IS NULL",
            [now, array("uuid", (each.message_id for each in sent))],
        )


def note_failed(failed: Sequence[MessageFailed], now: datetime) -> None:
    """Handler: these messages did not arrive at their first try; a later try may still do so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_deliverytest AS t SET failed_at = %s, error = n.error"
            " FROM unnest(%s::uuid[], %s::text[]) AS n(id, error) WHERE t.id = n.id AND t.delivered_at IS NULL",
            [now, [each.message_id for each in failed], [each.error for each in failed]],
        )


def tries_of(destination_ids: Collection[UUID]) -> dict[UUID, TrySeen]:
    """The newest delivery test of each of these destinations; one that was never tried is missing."""
    rows = DeliveryTest.objects.filter(destination_id__in=destination_ids)
    newest = rows.order_by("destination_id", "-sent_at", "-id").distinct("destination_id")
    return {each.destination_id: _seen(each) for each in newest}


def _seen(row: DeliveryTest) -> TrySeen:
    state = "delivered" if row.delivered_at else "failed" if row.failed_at else "waiting"
    return TrySeen(
        destination_id=row.destination_id, sent_at=row.sent_at, by=row.by, state=state, error=row.error,
        ended_at=row.delivered_at or row.failed_at,
    )  # fmt: skip


def failed_tries(destination_ids: Collection[UUID]) -> dict[UUID, str]:
    """Those of these destinations whose newest test did not arrive, with what was said of it."""
    return {id: each.error for id, each in tries_of(destination_ids).items() if each.state == "failed"}
