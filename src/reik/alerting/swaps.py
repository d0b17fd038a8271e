"""Alerts about a device that was swapped: what was wrong with it is over, what is about the client goes on (R44)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from reik.alerting import causes
from reik.alerting.dispenser_alerts import close_cleared
from reik.dispensing.devices.facts import DispenserFetched, DispenserSwapped
from reik.kernel.rows import Columns, array

OF_THE_DEVICE = frozenset(
    {
        *causes.FAULTS, causes.DEVICE_FAULT, causes.MAINS_LOST, causes.SILENT, causes.WRONG_ROLL, causes.ROLL_REFUSED,
        causes.PLAN_MISMATCH, causes.JOURNAL_LOST, causes.CONTESTED, causes.COMMAND_NOT_DONE,
    }
) - {causes.PAUSE_ENDED}  # fmt: skip
"""What ends with the device; *pause ended* is about the client's absence."""

_SWAPS = Columns(old="uuid", new="uuid")
MOVE = f"""
UPDATE alerting_alert AS a SET dispenser_id = n.new FROM {_SWAPS.unnest} AS n({_SWAPS.names})
WHERE a.dispenser_id = n.old AND a.moment_id IS NULL AND a.closed_at IS NULL
    AND NOT EXISTS (SELECT FROM alerting_alert AS o WHERE o.dispenser_id = n.new AND o.moment_id IS NULL
        AND o.closed_at IS NULL AND o.cause = a.cause AND o.subject = a.subject)
"""  # noqa: S608 - column names of this module


def follow(told: Sequence[DispenserSwapped], now: datetime) -> None:
    """Handler: alerts about the old device close with their history; those about the client move to the new one."""
    close_cleared(
        "WHERE a.dispenser_id = ANY(%s::uuid[]) AND a.cause = ANY(%s)",
        [array("uuid", (each.dispenser_id for each in told)), sorted(OF_THE_DEVICE)], "device_swapped", now,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MOVE, _SWAPS.values((each.dispenser_id, each.new_id) for each in told))


def follow_fetched(told: Sequence[DispenserFetched], now: datetime) -> None:
    """Handler: it left the client for good, and with it whatever was wrong with it (R13)."""
    close_cleared(
        "WHERE a.dispenser_id = ANY(%s::uuid[]) AND a.cause = ANY(%s)",
        [array("uuid", (each.dispenser_id for each in told)), sorted(OF_THE_DEVICE | causes.OF_ITS_WORK)],
        "device_fetched", now,
    )  # fmt: skip
