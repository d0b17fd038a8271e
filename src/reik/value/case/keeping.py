"""Computations that somebody kept: with all that is needed to open them, and to do them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reik.kernel.ids import new_id
from reik.value.models import Computed

CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One that was kept; `outcome` is the document as it was."""

    id: UUID
    organisation_id: UUID
    title: str
    inputs: Mapping[str, Any]
    outcome: Mapping[str, Any]
    seed: int
    by: str
    created_at: datetime


def keep_case(
    organisation_id: UUID, document: Mapping[str, Any], *, title: str, by: str, now: datetime
) -> UUID:
    """Keep a business case under a title."""
    inputs = {key: document[key] for key in ("setting", "assumptions", "denominators") if key in document}
    row = Computed.objects.create(
        id=new_id(now), organisation_id=organisation_id, kind=CASE, title=title.strip() or CASE, inputs=inputs,
        outcome=dict(document), seed=document.get("seed", 0), by=by, created_at=now,
    )  # fmt: skip
    return row.id


def kept_cases(organisation_ids: Collection[UUID]) -> list[Kept]:
    """The kept business cases of these organisations, the newest first."""
    rows = Computed.objects.filter(organisation_id__in=organisation_ids, kind=CASE)
    return [_kept(each) for each in rows.order_by("-created_at", "-id")]


def kept_case(organisation_id: UUID, id: UUID) -> Kept | None:
    """One that this organisation kept."""
    row = Computed.objects.filter(organisation_id=organisation_id, kind=CASE, id=id).first()
    return None if row is None else _kept(row)


def _kept(row: Computed) -> Kept:
    return Kept(**{name: getattr(row, name) for name in Kept.__dataclass_fields__})
