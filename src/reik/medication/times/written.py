"""Reads of schedules as people wrote them: who typed which times, and who read them back (R15)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from reik.medication import queries
from reik.medication.agreed.by_day import agreed_plan
from reik.medication.models import AgreementMessage, Finding, Schedule
from reik.medication.times.schedule import (
    Mismatch,
    PlannedDose,
    TimeLine,
    Timetable,
    compare,
    expand,
    local_day,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One version of a client's schedule, with its lines in the order of the day."""

    id: UUID
    client_id: UUID
    organisation_id: UUID
    version: int
    starts_on: date | None
    written_by: str
    written_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    sent_back_by: str | None
    sent_back_at: datetime | None
    sent_back_because: str
    lines: tuple[TimeLine, ...]

    @property
    def is_draft(self) -> bool:
        return self.confirmed_at is None and self.sent_back_at is None


def _all(rows: QuerySet[Schedule]) -> list[Written]:
    return [
        Written(
            id=each.id, client_id=each.client_id, organisation_id=each.organisation_id, version=each.version,
            starts_on=each.starts_on, written_by=each.written_by, written_at=each.written_at,
            confirmed_by=each.confirmed_by, confirmed_at=each.confirmed_at, sent_back_by=each.sent_back_by,
            sent_back_at=each.sent_back_at, sent_back_because=each.sent_back_because,
            lines=in_order(map(queries.line_of, each.lines.all())),
        )
        for each in rows.prefetch_related("lines")
    ]  # fmt: skip


def in_order(lines: Iterable[TimeLine]) -> tuple[TimeLine, ...]:
    """In the order of the day."""
    return tuple(sorted(lines, key=lambda line: (line.at, sorted(line.weekdays))))


def schedule(schedule_id: UUID) -> Written | None:
    """One version, as far as the caller may see it."""
    return next(iter(_all(Schedule.objects.filter(id=schedule_id))), None)


def newest(client_ids: Collection[UUID]) -> dict[UUID, Written]:
    """The newest version of each client, whatever became of it; clients without one are missing."""
    newer = Schedule.objects.filter(client_id=OuterRef("client_id"), version__gt=OuterRef("version"))
    rows = Schedule.objects.filter(~Exists(newer), client_id__in=client_ids).order_by("written_at", "id")
    return {each.client_id: each for each in _all(rows)}


def confirmed_before(client_id: UUID, version: int | None = None) -> Written | None:
    """The newest confirmed version (below this one): what the client lives by."""
    rows = Schedule.objects.filter(client_id=client_id, confirmed_at__isnull=False)
    if version is not None:
        rows = rows.filter(version__lt=version)
    return next(iter(_all(rows.order_by("-version")[:1])), None)


def doses_of(lines: Iterable[TimeLine], client_id: UUID, first: date, days: int) -> list[PlannedDose]:
    """What these lines would plan on so many local days."""
    zone = queries.zones_of([client_id])[client_id]
    table = Timetable(starts_on=None, lines=tuple(lines))
    return expand([table], first, first + timedelta(days=days), zone)


def differs_from_agreements(
    client_id: UUID, lines: Sequence[TimeLine], now: datetime, ahead: timedelta
) -> list[Mismatch] | None:
    """Where these lines and the pharmacy's agreements would differ; None where no agreements are known."""
    agreements = queries.agreements_of([client_id]).get(client_id)
    if not agreements:
        return None
    zone = queries.zones_of([client_id])[client_id]
    first = local_day(now, zone)
    plan = agreed_plan(agreements, first, first + ahead, zone)
    return compare(plan.packed, doses_of(lines, client_id, first, ahead.days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message with agreements, and what of it only people can read. The lists are the plan contract's."""

    client_id: UUID
    version: int
    received_at: datetime
    agreements: int
    as_needed: Sequence[Any]
    unplannable: Sequence[Any]
    stopped: Sequence[Any]
    names: Mapping[str, str]
    """By agreement of this message, its product."""


def _arrived(rows: QuerySet[AgreementMessage]) -> list[Arrived]:
    return [
        Arrived(
            client_id=each.client_id, version=each.version, received_at=each.received_at,
            agreements=len(each.agreements), as_needed=each.as_needed, unplannable=each.unplannable,
            stopped=each.stopped, names={str(one.get("id")): _product(one) for one in each.agreements},
        )
        for each in rows
    ]  # fmt: skip


def _product(agreement: Mapping[str, Any]) -> str:
    product = agreement.get("product") or {}
    return str(product.get("display") or product.get("code") or "")


def arrived_for(client_id: UUID) -> list[Arrived]:
    """The messages with agreements of one client, the newest first."""
    return _arrived(AgreementMessage.objects.filter(client_id=client_id).order_by("-version"))


def not_planned(client_ids: Collection[UUID]) -> list[Arrived]:
    """By client her newest message, where it holds agreements that could not be planned; the oldest first."""
    newer = AgreementMessage.objects.filter(client_id=OuterRef("client_id"), version__gt=OuterRef("version"))
    rows = AgreementMessage.objects.filter(~Exists(newer), ~Q(unplannable=[]), client_id__in=client_ids)
    return _arrived(rows.order_by("received_at", "id"))


def last_arrival(client_ids: Collection[UUID]) -> datetime | None:
    """When the pharmacy's newest message about one of these clients came in."""
    rows = AgreementMessage.objects.filter(client_id__in=client_ids)
    found: datetime | None = rows.aggregate(last=Max("received_at"))["last"]
    return found


def finding(finding_id: UUID) -> Finding | None:
    """One open difference, as far as the caller may see it."""
    return Finding.objects.filter(id=finding_id, settled_at=None).first()
