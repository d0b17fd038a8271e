"""Reads of evaluations, of clients whom the caller may see already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from reik.medication.queries import zones_of
from reik.pathway.models import Evaluation
from reik.pathway.queries import PathSeen
from reik.pathway.use.evaluation_terms import use_terms_of
from reik.pathway.use.triggers import SCHEDULE


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSeen:
    """One evaluation; open while `held_at` is None. `why`: a code of `triggers`."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    path_id: UUID
    why: str
    evidence: Mapping[str, Any]
    opened_at: datetime
    due_on: date
    held_at: datetime | None
    held_by: str
    role: str
    answers: Mapping[str, Any]
    outcome: str
    next_on: date | None
    note: str

    @property
    def fell_away(self) -> bool:
        """It was never held: she stopped before."""
        return self.held_by == "reik"

    def overdue(self, today: date) -> bool:
        """Open past its day, or held after it."""
        return self.due_on < (self.held_at.date() if self.held_at else today) and not self.fell_away


_NAMES = tuple(EvaluationSeen.__dataclass_fields__)


def _seen(rows: QuerySet[Evaluation]) -> list[EvaluationSeen]:
    return [EvaluationSeen(**{name: getattr(each, name) for name in _NAMES}) for each in rows]


def evaluations_of(client_id: UUID) -> list[EvaluationSeen]:
    """All of this client's, open first, then the newest."""
    rows = _seen(Evaluation.objects.filter(client_id=client_id).order_by("-held_at", "-opened_at", "why"))
    return sorted(rows, key=lambda each: each.held_at is not None)


def evaluations_on(path_ids: Collection[UUID]) -> dict[UUID, list[EvaluationSeen]]:
    """All of each of these paths, held or open, by the day that they were due. One statement."""
    found: dict[UUID, list[EvaluationSeen]] = {}
    for each in _seen(Evaluation.objects.filter(path_id__in=path_ids).order_by("due_on", "id")):
        found.setdefault(each.path_id, []).append(each)
    return found


def open_evaluations_of(client_ids: Collection[UUID]) -> dict[UUID, list[EvaluationSeen]]:
    """What is open of these clients, what is due first first. One statement."""
    found: dict[UUID, list[EvaluationSeen]] = {}
    for each in _seen(
        Evaluation.objects.filter(client_id__in=client_ids, held_at=None).order_by("due_on", "id")
    ):
        found.setdefault(each.client_id, []).append(each)
    return found


def next_of(path: PathSeen) -> date | None:
    """The day of the next evaluation by the calendar; None before the start."""
    if path.started_at is None:
        return None
    zone = zones_of([path.client_id])[path.client_id]
    rows = Evaluation.objects.filter(path_id=path.id, held_at__gte=path.started_at).order_by("held_at")
    held = list(rows.values_list("why", "held_at", "next_on"))
    calendar = use_terms_of([path.organisation_id])[path.organisation_id].calendar
    days = [at.astimezone(zone).date() for why, at, _next in held if at is not None and why == SCHEDULE]
    return calendar.next_on(path.started_at.astimezone(zone).date(), days, held[-1][2] if held else None)
