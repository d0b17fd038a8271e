"""From a new alert to its route: the steps are planned, those that are due are called, and it is announced."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting import policy
from reik.alerting.arrangements.choosing import Asked
from reik.alerting.calls import Call, call_out
from reik.alerting.causes import is_technical
from reik.alerting.facts import AlertOpened
from reik.alerting.history import remark
from reik.alerting.routes import Route
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table, array
from reik.people.rosters import absent_carers

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
    numbers = _choose(opened, held, now)
    away = away_now(
        [held[each.client_id].steps_of(numbers[each.id]) for each in opened if each.id in numbers], now
    )
    call_out(
        [
            call
            for each in opened
            if each.id in numbers
            for call in _calls(each, held[each.client_id], numbers[each.id], away, now)
        ],
        now,
    )
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


def _choose(opened: Sequence[Opened], held: Mapping[UUID, Route], now: datetime) -> dict[UUID, int]:
    """Which route each alert walks, by when its route begins; it keeps it until it opens anew (R45)."""
    numbers = {
        each.id: held[each.client_id].chosen(
            Asked(at=max(now, each.starts_at or now), criticality=each.priority, due_at=each.due_at)
        )
        for each in opened
        if each.client_id in held
    }
    again = {each.id for each in opened if each.rounds}
    keep_routes({id: number for id, number in numbers.items() if number or id in again})
    return numbers


def keep_routes(numbers: Mapping[UUID, int]) -> None:
    """Write down which route of its arrangement each of these alerts walks."""
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE alerting_alert AS a SET route = n.route"
                " FROM unnest(%s::uuid[], %s::smallint[]) AS n(id, route) WHERE a.id = n.id",
                [array("uuid", numbers), array("smallint", numbers.values())],
            )


def away_now(routes: Collection[Sequence[policy.RouteStep]], now: datetime) -> frozenset[UUID]:
    """The informal carers of these routes who are away now."""
    carers = {step.carer_id for route in routes for step in route if step.carer_id is not None}
    return absent_carers(carers, now) if carers else frozenset()


def _calls(alert: Opened, route: Route, number: int, away: Collection[UUID], now: datetime) -> list[Call]:
    steps = route.steps_of(number)
    technical = alert.moment_id is None and is_technical(alert.cause)
    left_out = policy.technical(steps) if technical else policy.NOTHING
    starts_at = max(now, alert.starts_at or now)
    planned = policy.plan(steps, starts_at, route.zone, left_out, away=away if starts_at == now else ())
    return [
        Call(
            id=new_id(now), organisation_id=alert.organisation_id, alert_id=alert.id, client_id=alert.client_id,
            moment_id=alert.moment_id, cause=alert.cause, priority=alert.priority, due_at=alert.due_at,
            latest_at=alert.latest_at, step=replace(step, round=alert.rounds + step.round),
        )
        for step in planned
    ]  # fmt: skip
