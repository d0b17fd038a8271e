"""When an informal carer is not called: she says so herself, and her step is then shown as skipped (R45)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.people.models import Carer, CarerAbsence

LONGEST = timedelta(days=92)


class AbsenceRefused(ValueError):
    """This absence cannot be kept; the message says what to change. `code`: by which a screen finds its words."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerAway:
    """A stretch of time in which an informal carer is not called."""

    id: UUID
    carer_id: UUID
    starts_at: datetime
    ends_at: datetime
    by: str


@transaction.atomic
def tell_away(*, carer_id: UUID, starts_at: datetime, ends_at: datetime, by: str, now: datetime) -> UUID:
    """From `starts_at` until before `ends_at` she is not called. Raises AbsenceRefused."""
    carer = (
        Carer.objects.select_for_update(no_key=True, of=("self",))
        .filter(id=carer_id, revoked_at=None)
        .first()
    )
    if carer is None:
        raise AbsenceRefused("This person is no informal carer here any more.", "gone")
    if ends_at <= starts_at:
        raise AbsenceRefused("The end lies before the beginning.", "ends_before")
    if ends_at <= now:
        raise AbsenceRefused("These hours are over.", "past")
    if ends_at - starts_at > LONGEST:
        raise AbsenceRefused(
            "An absence lasts three months at most: talk with the team about the route.", "too_long"
        )
    made = CarerAbsence.objects.create(
        id=new_id(now), organisation_id=carer.organisation_id, carer=carer, starts_at=starts_at, ends_at=ends_at,
        by=by, created_at=now,
    )  # fmt: skip
    return made.id


def take_back_away(absence_id: UUID, carer_ids: Collection[UUID], now: datetime) -> bool:
    """She is called again; says whether it was an absence of one of these carers that had not ended."""
    rows = CarerAbsence.objects.filter(id=absence_id, carer_id__in=carer_ids, ended_at=None, ends_at__gt=now)
    return rows.update(ended_at=now) > 0


def away_of(carer_ids: Collection[UUID], now: datetime) -> list[CarerAway]:
    """What these carers have said and is not over, by beginning."""
    rows = CarerAbsence.objects.filter(carer_id__in=carer_ids, ended_at=None, ends_at__gt=now)
    return [
        CarerAway(
            id=each.id, carer_id=each.carer_id, starts_at=each.starts_at, ends_at=each.ends_at, by=each.by
        )
        for each in rows.order_by("starts_at", "id")
    ]


def carers_by(account_id: UUID) -> list[UUID]:
    """As which informal carers this account cares for clients who let her."""
    rows = Carer.objects.filter(account_id=account_id, consented_at__isnull=False, revoked_at=None)
    return list(rows.order_by("id").values_list("id", flat=True))
