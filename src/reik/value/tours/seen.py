"""Reads of what-ifs: those of an organisation, one with its plans, and which of them the business case uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from reik.value.models import TourQuestion
from reik.value.tours.questions import Question, from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfSeen:
    """One what-if as a screen shows it. `outcome` empty: not there yet; `rounds` only where asked for."""

    id: UUID
    organisation_id: UUID
    title: str
    file_id: UUID
    file: str
    file_taken: bool
    anonymous: bool
    file_days: tuple[date | None, date | None]
    question: Question
    state: str
    plans_done: int
    plans_in_all: int
    problem: str
    refused: Mapping[str, str]
    computed_id: UUID | None
    outcome: Mapping[str, Any]
    rounds: Sequence[Mapping[str, Any]]
    by: str
    created_at: datetime
    ended_at: datetime | None


def whatifs(organisation_id: UUID) -> list[WhatIfSeen]:
    """The newest first, without their plans."""
    rows = TourQuestion.objects.filter(organisation_id=organisation_id).defer("rounds", "matrix")
    return [
        _seen(each, []) for each in rows.select_related("file", "computed").order_by("-created_at", "-id")
    ]


def whatif_seen(id: UUID, organisation_id: UUID) -> WhatIfSeen | None:
    """One, with its plans."""
    rows = TourQuestion.objects.filter(id=id, organisation_id=organisation_id).defer("matrix")
    row = rows.select_related("file", "computed").first()
    return None if row is None else _seen(row, row.rounds)


def _seen(row: TourQuestion, rounds: Sequence[Mapping[str, Any]]) -> WhatIfSeen:
    return WhatIfSeen(
        id=row.id, organisation_id=row.organisation_id, title=row.title, file_id=row.file_id, file=row.file.name,
        file_taken=row.file.state == "taken", anonymous=row.file.anonymous,
        file_days=(row.file.first_day, row.file.last_day),
        question=from_json(row.inputs), state=row.state,
        plans_done=row.plans_done, plans_in_all=row.plans_in_all, problem=row.problem, refused=row.refused,
        computed_id=row.computed_id, outcome=row.computed.outcome if row.computed else {}, rounds=rounds,
        by=row.by, created_at=row.created_at, ended_at=row.ended_at,
    )  # fmt: skip
