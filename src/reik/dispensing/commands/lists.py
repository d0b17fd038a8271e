"""Giving commands to many devices at once: as `giving.give`, with a number of statements that does not grow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.commands.giving import LONGEST, LONGEST_A_DAY
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik_dispenser.messages import EXPIRES_WITHIN_A_DAY, PERMITTING, CommandType


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommand:
    organisation_id: UUID
    dispenser_id: UUID
    type: CommandType
    data: Mapping[str, object]


_COMMANDS = Table(
    "dispensing_devicecommand",
    id="uuid", organisation_id="uuid", dispenser_id="uuid", type="text", data="jsonb", permits="bool",
    given_by="text", given_at="timestamptz", send_at="timestamptz", expires_at="timestamptz", state="text",
    reason="text",
)  # fmt: skip


def give_all(commands: Sequence[NewCommand], *, by: str, now: datetime) -> list[UUID]:
    """Have commands sent, in this order per device; gives their ids.

    A newer `set_plan` replaces one that has not been sent yet.
    """
    planned = sorted({each.dispenser_id for each in commands if each.type is CommandType.SET_PLAN})
    if planned:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dispensing_devicecommand SET state = 'replaced', ended_at = %s"
                " WHERE dispenser_id = ANY(%s::uuid[]) AND type = 'set_plan' AND number IS NULL AND ended_at IS NULL",
                [now, array("uuid", planned)],
            )
    # Commands of one device go in the order of their ids where they were given at one instant.
    ids = sorted(new_id(now) for _ in commands)
    _COMMANDS.insert(
        (id, each.organisation_id, each.dispenser_id, each.type.value, json.dumps(each.data),
         each.type in PERMITTING, by, now, now,
         now + (LONGEST_A_DAY if each.type in EXPIRES_WITHIN_A_DAY else LONGEST), "waiting", "")
        for id, each in zip(ids, commands, strict=True)
    )  # fmt: skip
    return ids
