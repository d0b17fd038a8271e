"""What a person said of a message after its delivery had ended: she took it, or nobody will. Told like an outcome."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from reik.interop import Accepted, Late
from reik.kernel import facts
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.kernel.rows import array
from reik.ops.leases import WRITE_SENT

log = logging.getLogger(__name__)

AT_ONCE = 200

# What this process did not send itself counts only by the gateway that the message went by.
OURS = """
SELECT m.id, m.state FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS n(id, channel, gateway)
JOIN kernel_outboxmessage AS m ON m.id = n.id AND m.attempts > 0
JOIN kernel_destination AS d ON d.id = m.destination_id AND d.channel = n.channel
WHERE n.gateway = '' OR n.gateway = d.gateway
"""
SENT = 1


def tell(said: Sequence[tuple[str, Late]], now: datetime) -> None:
    """Announce these (channel, what was said), in one transaction; unknown and foreign messages are overlooked.

    A "no" counts only for what was delivered: a message that is still tried tells of its failures itself.
    Raises OperationalError or InterfaceError when the database is away: tell them again. A fault of a handler is
    logged, and ends none of the others.
    """
    try:
        _tell(said, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(said) > 1:
            for each in said:
                tell([each], now)
            return
        log.exception(
            "telling what was said late of message %s failed by a fault in Reik", said[0][1].message_id
        )


@transaction.atomic
def _tell(said: Sequence[tuple[str, Late]], now: datetime) -> None:
    by_id = {UUID(each.message_id): (channel, each) for channel, each in said}
    channels = [channel for channel, _ in by_id.values()]
    gateways = [each.gateway for _, each in by_id.values()]
    with connection.cursor() as cursor:
        cursor.execute(OURS, [array("uuid", by_id), array("text", channels), array("text", gateways)])
        states: dict[UUID, Any] = dict(cursor.fetchall())
        results = {id: by_id[id][1].result for id in states}
        taken = {id: each.by for id, each in results.items() if isinstance(each, Accepted)}
        if taken:
            cursor.execute(WRITE_SENT, [now, list(taken)])
    refused = [
        MessageFailed(message_id=id, error=each.error)
        for id, each in results.items()
        if not isinstance(each, Accepted) and states[id] == SENT
    ]
    facts.publish([*(MessageSent(message_id=id, accepted_by=by) for id, by in taken.items()), *refused], now)
