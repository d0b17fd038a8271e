"""Reads of forewarnings, as screens show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reik.alerting.models import Forewarning


@dataclass(frozen=True, slots=True, kw_only=True)
class ForewarningSeen:
    """Something that would leave a later alert unheard from `since` on. `acknowledged_by`: who sees to it."""

    id: UUID
    organisation_id: UUID
    kind: str
    subject: str
    detail: Mapping[str, Any]
    since: datetime
    until: datetime | None
    opened_at: datetime
    told_at: datetime | None
    acknowledged_by: str


def open_forewarnings(organisation_ids: Collection[UUID]) -> list[ForewarningSeen]:
    """What is open for these organisations: what nobody sees to first, then by when it begins."""
    rows = Forewarning.objects.filter(organisation_id__in=organisation_ids, closed_at=None)
    found = [
        ForewarningSeen(
            id=each.id, organisation_id=each.organisation_id, kind=each.kind, subject=each.subject,
            detail=each.detail, since=each.since, until=each.until, opened_at=each.opened_at, told_at=each.told_at,
            acknowledged_by=each.acknowledged_by,
        )
        for each in rows.order_by("since", "id")
    ]  # fmt: skip
    return sorted(found, key=lambda each: bool(each.acknowledged_by))
