"""Reads of indication, selection, decision and baseline, of clients whom the caller may see already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from reik.pathway.baseline.baseline_rules import Week, WeekMoment, week_of
from reik.pathway.models import (
    Baseline,
    BaselineMoment,
    Indication,
    PathTerms,
    PlannedVisit,
    Selection,
    SelectionDraft,
    SharedDecision,
)
from reik.pathway.selection.deciding_rules import Said
from reik.pathway.selection.questions import Given, from_json

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationSeen:
    """An indication for medicatieaanreiking; `ended_at` None: it is open."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    basis: str
    starts_on: date
    ends_on: date | None
    in_care_plan: bool
    source: str
    by: str
    created_at: datetime
    ended_at: datetime | None
    ended_because: str

    def holds(self, today: date) -> bool:
        """Whether it is open and its days are not over."""
        return self.ended_at is None and (self.ends_on is None or self.ends_on >= today)


_INDICATION = tuple(IndicationSeen.__dataclass_fields__)


def _indication(row: Indication) -> IndicationSeen:
    return IndicationSeen(**{name: getattr(row, name) for name in _INDICATION})


def open_indications(client_ids: Collection[UUID]) -> dict[UUID, IndicationSeen]:
    """The open indication of each client; without one: no entry."""
    rows = Indication.objects.filter(client_id__in=client_ids, ended_at=None)
    return {each.client_id: _indication(each) for each in rows}


def indications_of(client_id: UUID) -> list[IndicationSeen]:
    """All of a client: the open one, then those that ended last."""
    return [
        _indication(each)
        for each in Indication.objects.filter(client_id=client_id).order_by(
            F("ended_at").desc(nulls_first=True), "-created_at", "-id"
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSeen:
    """What is filled in so far. `by` and `at` of each question: who answered it last, and when."""

    answers: Mapping[str, Given]
    by: Mapping[str, tuple[str, str]]
    saved_at: datetime
    saved_by: str


def draft_of(path_id: UUID) -> DraftSeen | None:
    return drafts_of([path_id]).get(path_id)


def drafts_of(path_ids: Collection[UUID]) -> dict[UUID, DraftSeen]:
    """What is filled in so far of each of these paths. One statement."""
    return {
        row.path_id: DraftSeen(
            answers=from_json(row.answers), saved_at=row.saved_at, saved_by=row.saved_by,
            by={code: (each.get("by", ""), each.get("at", "")) for code, each in row.answers.items()},
        )
        for row in SelectionDraft.objects.filter(path_id__in=path_ids)
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSeen:
    """One signed version. `measures`: as `models.Selection` keeps them."""

    id: UUID
    path_id: UUID
    client_id: UUID
    version: int
    form: str
    answers: Mapping[str, Given]
    measures: list[dict[str, Any]]
    outcome: str
    because: list[str]
    look_again_on: date | None
    author: str
    author_role: str
    second: str
    second_on: date | None
    created_at: datetime


def _selection(row: Selection) -> SelectionSeen:
    values = {name: getattr(row, name) for name in SelectionSeen.__dataclass_fields__ if name != "answers"}
    return SelectionSeen(answers=from_json(row.answers), **values)


def selections_of(path_id: UUID) -> list[SelectionSeen]:
    """All signed versions of this path, the newest first."""
    return [_selection(each) for each in Selection.objects.filter(path_id=path_id).order_by("-version")]


def newest_selections(path_ids: Collection[UUID]) -> dict[UUID, SelectionSeen]:
    """The newest signed version of each path."""
    rows = Selection.objects.filter(path_id__in=path_ids).order_by("path_id", "-version").distinct("path_id")
    return {each.path_id: _selection(each) for each in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSeen:
    """That a version was signed, by whom and to what end; without its answers."""

    path_id: UUID
    version: int
    outcome: str
    author: str
    author_role: str
    created_at: datetime


_SIGNED = tuple(SignedSeen.__dataclass_fields__)


def all_signed(path_ids: Collection[UUID]) -> dict[UUID, list[SignedSeen]]:
    """All signed versions of each of these paths, the oldest first. One statement."""
    found: dict[UUID, list[SignedSeen]] = {}
    rows = Selection.objects.filter(path_id__in=path_ids).order_by("version", "id").values(*_SIGNED)
    for each in rows:
        found.setdefault(each["path_id"], []).append(SignedSeen(**each))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSeen:
    """What was chosen together, with who wrote it down."""

    id: UUID
    path_id: UUID
    client_id: UUID
    said: Said
    by: str
    role: str
    created_at: datetime


_SAID = tuple(Said.__dataclass_fields__)


def _decision(row: SharedDecision) -> DecisionSeen:
    return DecisionSeen(
        id=row.id, path_id=row.path_id, client_id=row.client_id, by=row.by, role=row.role,
        created_at=row.created_at, said=Said(**{name: getattr(row, name) for name in _SAID}),
    )  # fmt: skip


def decisions_of(path_id: UUID) -> list[DecisionSeen]:
    """All of this path, the newest first."""
    rows = SharedDecision.objects.filter(path_id=path_id).order_by("-created_at", "-id")
    return [_decision(each) for each in rows]


def all_decisions(path_ids: Collection[UUID]) -> dict[UUID, list[DecisionSeen]]:
    """All of each of these paths, the oldest first. One statement."""
    found: dict[UUID, list[DecisionSeen]] = {}
    for each in SharedDecision.objects.filter(path_id__in=path_ids).order_by("created_at", "id"):
        found.setdefault(each.path_id, []).append(_decision(each))
    return found


def newest_decisions(path_ids: Collection[UUID]) -> dict[UUID, DecisionSeen]:
    """The newest decision of each path."""
    rows = SharedDecision.objects.filter(path_id__in=path_ids)
    rows = rows.order_by("path_id", "-created_at", "-id").distinct("path_id")
    return {each.path_id: _decision(each) for each in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSeen:
    """A moment of the baseline with what becomes of its visit."""

    id: UUID
    client_id: UUID
    moment: WeekMoment
    state: str
    because: str
    stops_on: date | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSeen:
    """One measurement of the care as it was."""

    id: UUID
    path_id: UUID
    client_id: UUID
    measured_on: date
    administration_minutes: Decimal
    note: str
    by: str
    created_at: datetime
    visits: list[VisitSeen]

    @property
    def week(self) -> Week:
        return week_of((each.moment for each in self.visits), self.administration_minutes)


def newest_baselines(client_ids: Collection[UUID]) -> dict[UUID, BaselineSeen]:
    """The newest measurement of each client, with its visits; three statements for any number of clients."""
    rows = Baseline.objects.filter(client_id__in=client_ids)
    newest = list(rows.order_by("client_id", "-created_at", "-id").distinct("client_id"))
    visits: dict[UUID, list[VisitSeen]] = {}
    for visit in (
        PlannedVisit.objects.filter(moment__baseline_id__in=[each.id for each in newest])
        .select_related("moment")
        .order_by("moment__at", "id")
    ):
        visits.setdefault(visit.moment.baseline_id, []).append(_visit(visit))
    return {
        each.client_id: BaselineSeen(
            id=each.id, path_id=each.path_id, client_id=each.client_id, measured_on=each.measured_on,
            administration_minutes=each.administration_minutes, note=each.note, by=each.by,
            created_at=each.created_at, visits=visits.get(each.id, []),
        )
        for each in newest
    }  # fmt: skip


def _visit(row: PlannedVisit) -> VisitSeen:
    return VisitSeen(
        id=row.id, client_id=row.client_id, moment=week_moment(row.moment), state=row.state, because=row.because,
        stops_on=row.stops_on, changed_by=row.changed_by, changed_at=row.changed_at,
    )  # fmt: skip


def week_moment(row: BaselineMoment) -> WeekMoment:
    return WeekMoment(
        at=row.at, weekdays=row.weekdays, unique=row.unique, care_minutes=row.care_minutes,
        travel_minutes=row.travel_minutes, who=row.who,
    )  # fmt: skip


def usual_minutes(organisation_id: UUID, most: int = 400) -> dict[bool, tuple[Decimal, Decimal]]:
    """What this organisation measured lately for a unique (True) and a combined visit: care and travel, medians."""
    rows = BaselineMoment.objects.filter(organisation_id=organisation_id).order_by("-id")[:most]
    found: dict[bool, list[tuple[Decimal, Decimal]]] = {}
    for each in rows:
        found.setdefault(each.unique, []).append((each.care_minutes, each.travel_minutes))
    return {unique: (_middle(of, 0), _middle(of, 1)) for unique, of in found.items()}


def _middle(rows: list[tuple[Decimal, Decimal]], which: int) -> Decimal:
    return sorted(each[which] for each in rows)[len(rows) // 2]


def wants_of(organisation_id: UUID) -> frozenset[str]:
    """What this organisation chose to want besides: names of `questions`."""
    choices = (
        PathTerms.objects.filter(organisation_id=organisation_id)
        .order_by("-version")
        .values_list("choices", flat=True)
        .first()
    )
    return frozenset(name for name, wanted in (choices or {}).items() if wanted)
