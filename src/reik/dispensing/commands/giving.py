"""Commands to devices: numbered at first sending, repeated until answered, and never assumed done (rule 9).

A command that permits something is held back while another one is unanswered; one that withholds never is
(device contract, section 5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.dispensing.facts import CommandAnswered
from reik.dispensing.models import DeviceCommand
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, array
from reik_dispenser.messages import EXPIRES_WITHIN_A_DAY, PERMITTING, Command, CommandType

REPEATED_AFTER = timedelta(seconds=60)
LONGEST = timedelta(days=7)
LONGEST_A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A device's `command_result`."""

    dispenser_id: UUID
    number: int
    confirmed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A command that is to go out now, to this device, signed with this (sealed) key."""

    device: str
    organisation_id: UUID
    sealed_key: bytes
    command: Command


def give(
    *,
    organisation_id: UUID,
    dispenser_id: UUID,
    type: CommandType,
    data: Mapping[str, object],
    by: str,
    now: datetime,
    expires_after: timedelta | None = None,
) -> UUID:
    """Have a command sent; gives its id. It ends confirmed, refused or (unanswered till it expires) unknown.

    A newer `set_plan` replaces one that has not been sent yet.
    """
    longest = LONGEST_A_DAY if type in EXPIRES_WITHIN_A_DAY else LONGEST
    if type is CommandType.SET_PLAN:
        DeviceCommand.objects.filter(
            dispenser_id=dispenser_id, type=type.value, number=None, ended_at=None
        ).update(state="replaced", ended_at=now)
    made = DeviceCommand.objects.create(
        id=new_id(now),
        organisation_id=organisation_id,
        dispenser_id=dispenser_id,
        type=type.value,
        data=dict(data),
        permits=type in PERMITTING,
        given_by=by,
        given_at=now,
        send_at=now,
        expires_at=now + min(expires_after or longest, longest),
    )
    return made.id


# The oldest unanswered permitting command of a device goes alone; others wait for its answer.
_CLAIM = """
WITH due AS (
    SELECT c.id, c.dispenser_id FROM dispensing_devicecommand AS c
    JOIN dispensing_dispenser AS d ON d.id = c.dispenser_id
    WHERE c.ended_at IS NULL AND c.expires_at > %(now)s AND {which}
        AND (NOT c.permits OR NOT EXISTS (
            SELECT FROM dispensing_devicecommand AS o WHERE o.dispenser_id = c.dispenser_id AND o.permits
                AND o.ended_at IS NULL AND (o.given_at, o.id) < (c.given_at, c.id)))
    ORDER BY c.given_at, c.id LIMIT %(most)s FOR NO KEY UPDATE OF c SKIP LOCKED
)
SELECT c.id, c.dispenser_id, c.number, d.highest_command, c.type, c.data, c.expires_at, d.session, d.device,
    d.organisation_id, s.key
FROM due JOIN dispensing_devicecommand AS c USING (id) JOIN dispensing_dispenser AS d ON d.id = c.dispenser_id
CROSS JOIN LATERAL (SELECT key FROM dispensing_devicesecret AS s WHERE s.dispenser_id = d.id
    AND (s.ends_at IS NULL OR s.ends_at > %(now)s) ORDER BY (s.ends_at IS NULL) DESC, generation DESC LIMIT 1) AS s
ORDER BY c.dispenser_id, c.given_at, c.id
"""
CLAIM = _CLAIM.replace("{which}", "c.send_at <= %(now)s AND d.partition = ANY(%(partitions)s)")
CLAIM_FOR = _CLAIM.replace("{which}", "d.device = %(device)s")

_NUMBERED = Columns(id="uuid", number="bigint")
NUMBER = f"""
UPDATE dispensing_devicecommand AS c SET number = n.number, state = 'sent', send_at = %s
FROM {_NUMBERED.unnest} AS n({_NUMBERED.names}) WHERE c.id = n.id
"""  # noqa: S608 - column names of this module
_HIGHEST = Columns(id="uuid", number="bigint")
RAISE = f"""
UPDATE dispensing_dispenser AS d SET highest_command = greatest(d.highest_command, n.number)
FROM {_HIGHEST.unnest} AS n({_HIGHEST.names}) WHERE d.id = n.id
"""  # noqa: S608 - column names of this module


def take_due(*, partitions: Sequence[int], now: datetime, most: int = 200) -> list[ToSend]:
    """The commands to send (again) now to devices of these partitions; each is numbered at its first time."""
    return _take(CLAIM, {"now": now, "partitions": list(partitions), "most": most})


def take_oldest(device: str, now: datetime) -> ToSend | None:
    """The oldest command that this device has not answered, when it asks for it itself; it counts as sent."""
    return next(iter(_take(CLAIM_FOR, {"now": now, "device": device, "most": 1})), None)


def _take(claim: str, values: Mapping[str, Any]) -> list[ToSend]:
    now: datetime = values["now"]
    with connection.cursor() as cursor:
        cursor.execute(claim, values)
        rows = cursor.fetchall()
        if not rows:
            return []
        highest: dict[UUID, int] = {}
        numbers: list[tuple[UUID, int]] = []
        for row in rows:
            last = highest.get(row[1], row[3])
            number = row[2] if row[2] is not None else last + 1
            highest[row[1]] = max(last, number)
            numbers.append((row[0], number))
        cursor.execute(NUMBER, [now + REPEATED_AFTER, *_NUMBERED.values(numbers)])
        cursor.execute(RAISE, _HIGHEST.values(sorted(highest.items())))
    return [
        ToSend(
            device=row[8], organisation_id=row[9], sealed_key=bytes(row[10]),
            command=Command(
                command=number, type=row[4], expires=row[6], now=now, session=row[7], data=_object(row[5])
            ),
        )
        for row, (_, number) in zip(rows, numbers, strict=True)
    ]  # fmt: skip


def _object(value: object) -> Mapping[str, object]:
    found = json.loads(value) if isinstance(value, str) else value
    assert isinstance(found, dict)
    return found


JUST_SENT = timedelta(seconds=1)


def send_again(dispenser_ids: Sequence[UUID], now: datetime) -> None:
    """These devices are heard: what they have not answered is sent to them at once.

    What went out a moment ago comes again when that moment is over without an answer: the device may have been
    on its way in, and would otherwise wait a minute.
    """
    if not dispenser_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispensing_devicecommand SET send_at = greatest(%s, send_at - %s::interval)"
            " WHERE dispenser_id = ANY(%s::uuid[]) AND ended_at IS NULL AND number IS NOT NULL AND send_at > %s",
            [now, str(REPEATED_AFTER - JUST_SENT), array("uuid", dispenser_ids), now + JUST_SENT],
        )


_ANSWERS = Columns(dispenser_id="uuid", number="bigint", state="text", reason="text")
ANSWER = f"""
UPDATE dispensing_devicecommand AS c SET state = n.state, reason = n.reason, ended_at = %s
FROM {_ANSWERS.unnest} AS n({_ANSWERS.names})
WHERE c.dispenser_id = n.dispenser_id AND c.number = n.number AND c.state IN ('sent', 'unknown')
RETURNING c.id, c.organisation_id, c.dispenser_id, c.type, c.state, c.reason, c.data
"""  # noqa: S608 - column names of this module


def take_answers(answers: Sequence[Answered], now: datetime) -> None:
    """Devices answered: also a late answer counts, and each is announced."""
    if not answers:
        return
    rows = [
        (each.dispenser_id, each.number, "confirmed" if each.confirmed else "refused", each.reason[:64])
        for each in answers
    ]
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, [now, *_ANSWERS.values(rows)])
        ended = cursor.fetchall()
    facts.publish([_announced(row) for row in ended], now)


EXPIRE = """
UPDATE dispensing_devicecommand AS c SET state = CASE WHEN number IS NULL THEN 'expired' ELSE 'unknown' END,
    ended_at = %s
WHERE c.ended_at IS NULL AND c.expires_at <= %s
RETURNING c.id, c.organisation_id, c.dispenser_id, c.type, c.state, c.reason, c.data
"""


def expire(now: datetime) -> int:
    """End commands that nobody answered in time as unknown; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [now, now])
        ended = cursor.fetchall()
    facts.publish([_announced(row) for row in ended], now)
    return len(ended)


def _announced(row: Sequence[object]) -> CommandAnswered:
    id, organisation_id, dispenser_id, type, state, reason, data = row
    return CommandAnswered(
        command_id=id, organisation_id=organisation_id, dispenser_id=dispenser_id, type=type, state=state,  # type: ignore[arg-type]
        reason=reason, data=_object(data),  # type: ignore[arg-type]
    )  # fmt: skip
