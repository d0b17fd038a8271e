"""An organisation's own ranges: filled in with a source and a date, never edited; the newest of a key counts (R67)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.kernel.ids import new_id
from reik.value.case.parameters import OWN, Range, RangeRefused, check_range, parameters
from reik.value.models import Assumption


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRange:
    """A range as somebody fills it in."""

    key: str
    low: float
    likely: float
    high: float
    source: str
    source_date: date


def assume(organisation_id: UUID, new: NewRange, *, by: str, now: datetime) -> UUID:
    """Keep a range of one's own; the ones before it stay to be read. Raises RangeRefused."""
    check_range(new.key, new.low, new.likely, new.high)
    if not new.source.strip():
        raise RangeRefused(
            "source", new.key, "Say where it comes from: a contract, a payroll, a measurement."
        )
    if new.source_date > now.date():
        raise RangeRefused("date", new.key, "The source is of today or earlier.")
    row = Assumption.objects.create(
        id=new_id(now), organisation_id=organisation_id, key=new.key, low=new.low, likely=new.likely,
        high=new.high, unit=parameters()[new.key].unit, source=new.source.strip(), source_date=new.source_date,
        by=by, created_at=now,
    )  # fmt: skip
    return row.id


def own_ranges(organisation_id: UUID) -> dict[str, Range]:
    """The newest range of each key; keys that the model no longer knows are left out."""
    rows = Assumption.objects.filter(organisation_id=organisation_id, key__in=parameters())
    newest = rows.order_by("key", "-created_at", "-id").distinct("key")
    return {
        each.key: Range(
            low=each.low, likely=each.likely, high=each.high, origin=OWN, source=each.source,
            date=each.source_date.isoformat(),
        )
        for each in newest
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """One range as it was filled in, by whom and when."""

    new: NewRange
    by: str
    created_at: datetime


def history_of(organisation_id: UUID, key: str) -> list[Assumed]:
    """What was filled in for this key, the newest first."""
    rows = Assumption.objects.filter(organisation_id=organisation_id, key=key).order_by("-created_at", "-id")
    return [
        Assumed(
            new=NewRange(
                key=each.key, low=each.low, likely=each.likely, high=each.high, source=each.source,
                source_date=each.source_date,
            ),
            by=each.by, created_at=each.created_at,
        )
        for each in rows
    ]  # fmt: skip
