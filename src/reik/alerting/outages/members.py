"""Which dispensers an open outage holds: what it says of itself by region, network, supplier and model."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.outages.jump import EVERYTHING, PLATFORM
from reik.dispensing.devices.silence import SILENT_AFTER
from reik.kernel.rows import array

BEHIND_SCOPE = (PLATFORM, "reik")
"""Moments that nobody knows of because Reik itself had not read that far (rule 4)."""

QUIET_AFTER = SILENT_AFTER / 2
"""One heartbeat and a half: that one dispenser is quiet says little, that a fifth of a network is says much."""

OF_SCOPE = f"""(o.scope = 'region' AND o.value = d.region OR o.scope = 'network' AND o.value = d.network
    OR o.scope = 'supplier' AND o.value = d.supplier OR o.scope = 'model' AND o.value = d.started->>'model'
    OR o.scope = '{EVERYTHING[0]}' AND o.value = '{EVERYTHING[1]}')"""

# After it has recovered it still holds those that have not spoken since.
MEMBER = f"""(o.closed_at IS NULL AND {OF_SCOPE}
    AND (o.recovered_at IS NULL OR coalesce(d.heard_at, d.created_at) < o.recovered_at))"""

# The outage stays open until this transaction ends: who closes it waits, and then sees the new lines.
HOLDING = f"""
SELECT d.id, o.id FROM dispensing_dispenser AS d JOIN alerting_outage AS o ON {MEMBER}
WHERE d.id = ANY(%s::uuid[]) ORDER BY o.opened_at DESC, o.id FOR SHARE OF o
"""  # noqa: S608 - text of this module


def holding(dispenser_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these dispensers those that an open outage holds, each with its outage (the oldest that holds it).

    Inside a transaction, until the end of which these outages stay open. A dispenser is asked about when it is silent.
    """
    if not dispenser_ids or not _any_open():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HOLDING, [array("uuid", dispenser_ids)])
        return dict(cursor.fetchall())


def _any_open() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM alerting_outage WHERE closed_at IS NULL)")
        return bool(cursor.fetchone()[0])


def silence(now: datetime, quiet_after: timedelta) -> dict[str, Any]:
    """The values of `dispensing.devices.silence.SILENT`."""
    return {"now": now, "silent_after": quiet_after.total_seconds()}
