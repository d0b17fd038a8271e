"""From a new alert to its route: the steps are planned, those that are due are called, and it is announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from reik.alerting import policy
from reik.alerting.calls import Call, call_out
from reik.alerting.causes import is_technical
from reik.alerting.facts import AlertOpened
from reik.alerting.history import remark
from reik.alerting.routes import Route
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table

ALERTS = Table(
    "alerting_alert",
    id="uuid", organisation_id="uuid", client_id="uuid", dispenser_id="uuid", moment_id="uuid", arrangement_id="uuid",
    cause="text", reason="text", priority="smallint", state="text", opened_at="timestamptz", accepted_by="text",
    accepted_role="text", handled_by="text", handled_as="text", subject="text", closed_as="text", closed_cause="text",
    fault_epoch="bigint", fault_seq="bigint",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An alert that was opened (again). `rounds`: how often its steps were planned before; `starts_at`: when its
    route begins, None for at once."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    moment_id: UUID | None
    cause: str
    priority: int
    due_at: datetime | None = None
    latest_at: datetime | None = None
    rounds: int = 0
    starts_at: datetime | None = None


def start_routes(opened: Sequence[Opened], held: Mapping[UUID, Route], now: datetime) -> None:
    """Plan the route of each alert (after the rounds it had before), take what is due, announce it."""
    remark(
        [(each.id, each.organisation_id, "opened", "reik", each.cause) for each in opened if not each.rounds],
        now,
    )
    call_out([call for each in opened for call in _calls(each, held.get(each.client_id), now)], now)
    facts.publish(
        [
            AlertOpened(
                alert_id=each.id,
                organisation_id=each.organisation_id,
                client_id=each.client_id,
                cause=each.cause,
            )
            for each in opened
        ],
        now,
    )


def _calls(alert: Opened, route: Route | None, now: datetime) -> list[Call]:
    if route is None:
        return []
    technical = alert.moment_id is None and is_technical(alert.cause)
    left_out = policy.technical(route.steps) if technical else policy.NOTHING
    starts_at = max(now, alert.starts_at or now)
    return [
        Call(
            id=new_id(now), organisation_id=alert.organisation_id, alert_id=alert.id, client_id=alert.client_id,
            moment_id=alert.moment_id, cause=alert.cause, priority=alert.priority, due_at=alert.due_at,
            latest_at=alert.latest_at, step=replace(step, round=alert.rounds + step.round),
        )
        for step in policy.plan(route.steps, starts_at, route.zone, left_out)
    ]  # fmt: skip
