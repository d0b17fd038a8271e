"""What a replay of an alert needs: its life with its times, who decided by which version, what was known when (N16)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting.models import Alert
from reik.alerting.queries import AlertSeen, RemarkSeen, StepSeen


def arrangement_id_of(alert_id: UUID) -> UUID | None:
    """The version that this alert points to; None where nothing was arranged."""
    return Alert.objects.filter(id=alert_id).values_list("arrangement_id", flat=True).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """When an alert came to each of its six states; None: it has not come there (yet)."""

    signalled: datetime
    delivered: datetime | None
    received: datetime | None
    accepted: datetime | None
    handled: datetime | None
    evaluated: datetime | None

    def __iter__(self) -> Iterator[tuple[str, datetime | None]]:
        for name in ("signalled", "delivered", "received", "accepted", "handled", "evaluated"):
            yield name, getattr(self, name)


def life_of(alert: AlertSeen, steps: Sequence[StepSeen], remarks: Sequence[RemarkSeen]) -> Life:
    """Signalled → delivered (the wire took a message) → received (a phone says so) → accepted by a person →
    handled → evaluated: the first of each, handled the last."""
    return Life(
        signalled=alert.opened_at,
        delivered=_first(each.ended_at for each in steps if each.state == "delivered"),
        received=_first(each.at for each in remarks if each.kind == "received"),
        accepted=alert.answered_at,
        handled=alert.handled_at or alert.closed_at,
        evaluated=_first(each.at for each in remarks if each.kind == "evaluated"),
    )


def _first(times: Iterator[datetime | None]) -> datetime | None:
    return min((each for each in times if each is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One step that was called, with what is known of its message: sent, taken by the wire, arrived, answered."""

    step: StepSeen
    sent_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    received_at: datetime | None


def called_of(steps: Sequence[StepSeen], remarks: Sequence[RemarkSeen]) -> list[Called]:
    """Who was called and how that went, in the order of calling; skipped steps stand between with their reason."""
    arrived = {each.text: each.at for each in remarks if each.kind == "received"}
    shown = [each for each in steps if each.taken_at is not None or each.state in ("skipped", "planned")]
    return [
        Called(
            step=each, sent_at=each.taken_at,
            delivered_at=each.ended_at if each.state == "delivered" else None,
            failed_at=each.ended_at if each.state == "failed" else None,
            received_at=arrived.get(f"{each.position}.{each.round}"),
        )
        for each in sorted(shown, key=lambda each: (each.taken_at or each.ended_at or each.due_at, each.position))
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a dispenser said: `at` by its own clock, `received_at` when Reik knew it."""

    at: datetime | None
    received_at: datetime
    type: str
    data: Mapping[str, Any]


ROUND_IT = timedelta(minutes=30)
MOST = 200
TOLD = """
SELECT e.at, e.received_at, e.type, e.data::text FROM dispensing_deviceevent AS e
WHERE e.dispenser_id = %(dispenser)s AND e.at >= %(since)s AND e.at < %(until)s
    AND (e.data->>'moment' = %(key)s OR (e.data->>'moment') IS NULL AND e.type = ANY(%(types)s))
ORDER BY e.received_at, e.epoch, e.seq LIMIT %(most)s
"""
ABOUT_ITSELF = [
    "fault", "fault_cleared", "mains_lost", "mains_restored", "help_pressed", "paused", "resumed", "unlocked", "locked",
    "roll_loaded", "roll_removed", "roll_refused", "started", "events_lost",
]  # fmt: skip


def told_of(alert: AlertSeen, now: datetime) -> list[Told]:
    """What the dispenser said about the moment, and about itself round it, in the order in which Reik knew it."""
    moment = alert.moment
    begins = (min(moment.due_at, alert.opened_at) if moment else alert.opened_at) - ROUND_IT
    values: dict[str, Any] = {
        "dispenser": alert.dispenser_id, "since": begins, "until": (alert.closed_at or now) + ROUND_IT,
        "key": moment.key if moment else None, "types": ABOUT_ITSELF, "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(TOLD, values)
        return [
            Told(at=row[0], received_at=row[1], type=row[2], data=json.loads(row[3]))
            for row in cursor.fetchall()
        ]
