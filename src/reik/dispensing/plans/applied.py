"""`plan_applied`: which plan a device works by, compared with what Reik gave it (R41)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reik.dispensing.devices.facts import PlanInForce
from reik.dispensing.rolls.facts import PlanMismatch
from reik.dispensing.rolls.loading import RollEvent
from reik.kernel import facts
from reik.kernel.rows import Columns

TYPE = "plan_applied"

_APPLIED = Columns(
    dispenser_id="uuid", organisation_id="uuid", epoch="bigint", seq="bigint", version="bigint", sha256="text"
)
# The newest word of each device, in whatever order the events came; a device that no plan was given has no row yet.
NOTE = f"""
INSERT INTO dispensing_deviceplan (dispenser_id, organisation_id, version, sha256, applied_version, applied_sha256,
    applied_epoch, applied_seq)
SELECT n.dispenser_id, n.organisation_id, 0, '', n.version, n.sha256, n.epoch, n.seq
FROM {_APPLIED.unnest} AS n({_APPLIED.names})
ON CONFLICT (dispenser_id) DO UPDATE SET applied_version = excluded.applied_version,
    applied_sha256 = excluded.applied_sha256, applied_epoch = excluded.applied_epoch,
    applied_seq = excluded.applied_seq
WHERE (excluded.applied_epoch, excluded.applied_seq)
    > (dispensing_deviceplan.applied_epoch, dispensing_deviceplan.applied_seq)
RETURNING dispenser_id
"""  # noqa: S608 - column names of this module
MISMATCHED = f"""
SELECT n.dispenser_id, n.organisation_id, d.client_id, n.version, n.sha256, p.version
FROM {_APPLIED.unnest} AS n({_APPLIED.names})
JOIN dispensing_dispenser AS d ON d.id = n.dispenser_id
JOIN dispensing_deviceplan AS p ON p.dispenser_id = n.dispenser_id
WHERE NOT EXISTS (SELECT FROM dispensing_devicecommand AS c WHERE c.dispenser_id = n.dispenser_id
    AND c.type = 'set_plan' AND c.data->>'version' = n.version::text AND c.data->>'sha256' = n.sha256)
ORDER BY n.dispenser_id
"""  # noqa: S608 - column names of this module


def note(events: Sequence[RollEvent], now: datetime) -> None:
    """Take over each device's newest `plan_applied`; announce a plan that Reik did not give."""
    newest: dict[UUID, RollEvent] = {}
    for event in events:
        known = newest.get(event.dispenser_id)
        if known is None or (event.epoch, event.seq) > (known.epoch, known.seq):
            newest[event.dispenser_id] = event
    if not newest:
        return
    values = _APPLIED.values(
        (
            each.dispenser_id,
            each.organisation_id,
            each.epoch,
            each.seq,
            each.data["version"],
            each.data["sha256"],
        )
        for _, each in sorted(newest.items())
    )
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        taken = {row[0] for row in cursor.fetchall()}
        cursor.execute(MISMATCHED, values)
        rows = cursor.fetchall()
    wrong = {row[0] for row in rows}
    facts.publish([_mismatch(row, newest[row[0]]) for row in rows if row[0] in taken], now)
    facts.publish([_in_force(each) for id, each in newest.items() if id in taken - wrong], now)


def _in_force(said: RollEvent) -> PlanInForce:
    return PlanInForce(
        dispenser_id=said.dispenser_id, organisation_id=said.organisation_id, client_id=None, at=said.at
    )


def _mismatch(row: Sequence[Any], said: RollEvent) -> PlanMismatch:
    return PlanMismatch(
        dispenser_id=row[0], organisation_id=row[1], client_id=row[2], at=said.at, version=row[3], sha256=row[4],
        given_version=row[5],
    )  # fmt: skip
