"""The rows of the agreements that were received for one client, as a message needs them: in few, plain statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from reik.kernel.ids import new_id
from reik.medication.agreed.by_day import AgreedPlan, agreed_plan
from reik.people.models import Client

_LOCK = "SELECT zone FROM people_client WHERE id = %s AND organisation_id = %s FOR NO KEY UPDATE"
_RECEIVED = """
SELECT message_id, agreements::text FROM medication_agreementmessage WHERE client_id = %s ORDER BY version
"""
_KEEP = """
INSERT INTO medication_agreementmessage (id, organisation_id, client_id, version, message_id, agreements,
    planned_from, planned_until, as_needed, unplannable, stopped, received_at)
VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s)
"""


Days = tuple[date, date]  # the second is the first day that is not meant
# The plans that were made last, by the messages that they follow from, which never change: a pharmacy sends one
# client's messages one after the other, and each wants to know what was planned before it.
_MADE: dict[tuple[UUID, ZoneInfo, tuple[str, ...], Days], AgreedPlan] = {}
_MOST_MADE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was received for a client whose row is locked: message ids and agreements (JSON values), in order."""

    client_id: UUID
    zone: ZoneInfo
    messages: Sequence[str]
    agreements: Sequence[object]


def received_of(organisation_id: UUID, client_id: UUID) -> Received:
    """Lock the client, so that messages about her take turns. Raises Client.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [client_id, organisation_id])
        row = cursor.fetchone()
        if row is None:
            raise Client.DoesNotExist("This client is not in the records of this organisation.")
        cursor.execute(_RECEIVED, [client_id])
        rows = cursor.fetchall()
    return Received(
        client_id=client_id,
        zone=ZoneInfo(row[0]),
        messages=[id for id, _ in rows],
        agreements=[each for _, text in rows for each in msgspec.json.decode(text)],
    )


def plan_of(received: Received, days: Days) -> AgreedPlan:
    """What the agreements so far plan for these days."""
    made = _MADE.pop((received.client_id, received.zone, tuple(received.messages), days), None)
    return made if made is not None else agreed_plan(received.agreements, *days, received.zone)


def plan_with(received: Received, message_id: str, more: Sequence[object], days: Days) -> AgreedPlan:
    """What they plan together with those of one more message."""
    made = agreed_plan([*received.agreements, *more], *days, received.zone)
    if len(_MADE) >= _MOST_MADE:
        _MADE.pop(next(iter(_MADE)), None)
    _MADE[received.client_id, received.zone, (*received.messages, message_id), days] = made
    return made


def keep(
    *,
    organisation_id: UUID,
    client_id: UUID,
    version: int,
    message_id: str,
    agreements: Sequence[object],
    plan: AgreedPlan,
    days: Days,
    now: datetime,
) -> None:
    """Add the agreements of one message, with what people have to see of the plan of `days` (until: exclusive)."""
    texts = [_text(each) for each in (agreements, plan.as_needed, plan.unplannable, plan.stopped)]
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            [new_id(now), organisation_id, client_id, version, message_id, texts[0], *days, *texts[1:], now],
        )


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
