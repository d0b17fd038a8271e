"""Reads of reports of complaints and incidents, of clients whom the caller may see already (R79)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from reik.pathway.models import Incident, IncidentLine
from reik.pathway.use.incident_rules import last_day, told


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSeen:
    """One report; open while `closed_at` is None."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    path_id: UUID | None
    kind: str
    happened_at: datetime
    reported_at: datetime
    reported_by: str
    reporter: str
    what: str
    phase: str
    cause: str
    harm: str
    measures: str
    answer: str
    report_by: datetime | None
    established_at: datetime | None
    inspectorate_at: datetime | None
    about: UUID | None
    reviewed_at: datetime | None
    reviewed_by: str
    reviewed_note: str
    closed_at: datetime | None
    closed_by: str

    @property
    def report_on(self) -> date | None:
        """The last day on which the inspectorate hears of it in time."""
        return last_day(self.report_by) if self.report_by else None

    def told(self, now: datetime) -> str:
        """Whether the inspectorate knows in time: a code of `incident_rules`."""
        return told(self.report_by, self.inspectorate_at, now)


_NAMES = tuple(IncidentSeen.__dataclass_fields__)


def _seen(rows: QuerySet[Incident]) -> list[IncidentSeen]:
    return [IncidentSeen(**{name: getattr(each, name) for name in _NAMES}) for each in rows]


def incidents_of(client_ids: Collection[UUID], *, since: datetime | None = None) -> list[IncidentSeen]:
    """The reports of these clients (reported since then), open first, the newest first."""
    rows = Incident.objects.filter(client_id__in=client_ids)
    if since is not None:
        rows = rows.filter(reported_at__gte=since)
    return sorted(_seen(rows.order_by("-reported_at", "-id")), key=lambda each: each.closed_at is not None)


def incident(incident_id: UUID, client_ids: Collection[UUID]) -> IncidentSeen | None:
    """One report of one of these clients."""
    return next(iter(_seen(Incident.objects.filter(id=incident_id, client_id__in=client_ids))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    at: datetime
    by: str
    role: str
    kind: str
    detail: Mapping[str, Any]


def lines_of(incident_id: UUID) -> list[LineSeen]:
    """What was done with it, the newest first."""
    rows = IncidentLine.objects.filter(incident_id=incident_id).order_by("-at", "-id")
    return [LineSeen(at=e.at, by=e.by, role=e.role, kind=e.kind, detail=e.detail) for e in rows]
