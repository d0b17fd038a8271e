"""What a dispenser said and was told, for the story of one client: events that matter, commands, its plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

MATTERS = (
    "fault", "fault_cleared", "mains_lost", "mains_restored", "help_pressed", "roll_loaded", "roll_removed",
    "roll_refused", "sachet_retained", "sachet_removed", "unlocked", "locked", "paused", "resumed", "events_lost",
    "started",
)  # fmt: skip
"""Events that a person reads; what belongs to a moment is in its outcome already."""

MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeen:
    """One event of the ledger; `data` as the device contract has it (section 3)."""

    at: datetime
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSeen:
    """A command; `state` is waiting, sent, confirmed, refused, unknown, expired or replaced."""

    at: datetime
    type: str
    by: str
    state: str
    reason: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSeen:
    """The newest plan that was given, and the version that the dispenser says it works by (R41)."""

    version: int
    applied_version: int


def events_of(dispenser_id: UUID, since: datetime, until: datetime) -> list[EventSeen]:
    """What this dispenser said in [since, until) that a person reads, the newest first, 300 at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, type, data::text FROM dispensing_deviceevent WHERE dispenser_id = %s AND type = ANY(%s)"
            " AND at >= %s AND at < %s ORDER BY at DESC, epoch DESC, seq DESC LIMIT %s",
            [dispenser_id, list(MATTERS), since, until, MOST],
        )
        return [EventSeen(at=row[0], type=row[1], data=json.loads(row[2])) for row in cursor.fetchall()]


def commands_of(dispenser_id: UUID, since: datetime, until: datetime) -> list[CommandSeen]:
    """What was asked of this dispenser in [since, until), the newest first, 300 at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT given_at, type, given_by, state, reason, ended_at FROM dispensing_devicecommand"
            " WHERE dispenser_id = %s AND given_at >= %s AND given_at < %s ORDER BY given_at DESC, id DESC LIMIT %s",
            [dispenser_id, since, until, MOST],
        )
        return [
            CommandSeen(at=row[0], type=row[1], by=row[2], state=row[3], reason=row[4], ended_at=row[5])
            for row in cursor.fetchall()
        ]


def plan_of(dispenser_id: UUID) -> PlanSeen | None:
    """Its plan; None when it was never given one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, applied_version FROM dispensing_deviceplan WHERE dispenser_id = %s",
            [dispenser_id],
        )
        row = cursor.fetchone()
    return PlanSeen(version=row[0], applied_version=row[1]) if row else None
