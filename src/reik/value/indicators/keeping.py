"""Writes beside the measurement plan: typed values and notes (C15, C17)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.kernel.ids import new_id
from reik.value.indicators.own import IndicatorRefused, own_indicators
from reik.value.indicators.plan import SHARE, Indicator, indicators
from reik.value.models import Measured, PdcaNote

PHASES = ("plan", "do", "check", "act")
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """A value that Reik does not count, of the days [since, until). `baseline`: as it was before the dispensers."""

    indicator: str
    since: date
    until: date
    numerator: float
    denominator: float
    baseline: bool = False
    note: str = ""


def type_value(organisation_id: UUID, new: NewValue, *, by: str, now: datetime) -> UUID:
    """Keep a typed value; the newest counts, the others stay to be read. Raises IndicatorRefused."""
    indicator = _known(organisation_id, new.indicator)
    if not (math.isfinite(new.numerator) and math.isfinite(new.denominator)):
        raise IndicatorRefused("numerator", "Give two numbers.")
    if new.numerator < 0 or new.denominator <= 0:
        raise IndicatorRefused("denominator", "Count from 0 up, of at least one.")
    if indicator.kind == SHARE and new.numerator > new.denominator:
        raise IndicatorRefused("numerator", "A share cannot be more than all of them.")
    if new.until <= new.since or new.since > now.date():
        raise IndicatorRefused("until", "A period begins today or earlier, and ends after it begins.")
    if not indicator.typeable and not new.baseline:
        raise IndicatorRefused("indicator", "Reik counts this one: only how it was before can be typed.")
    row = Measured.objects.create(
        id=new_id(now), organisation_id=organisation_id, indicator=new.indicator, period_from=new.since,
        period_until=new.until, baseline=new.baseline, numerator=new.numerator, denominator=new.denominator,
        note=new.note.strip()[:LONGEST], by=by, created_at=now,
    )  # fmt: skip
    return row.id


def _known(organisation_id: UUID, key: str) -> Indicator:
    found = indicators().get(key) or next(
        (each for each in own_indicators(organisation_id) if each.key == key), None
    )
    if found is None:
        raise IndicatorRefused("indicator", "Choose an indicator of the plan, or add it first.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """Plan, do, check or act at an indicator; who does it and by when."""

    indicator: str
    phase: str
    text: str
    owner: str = ""
    due_on: date | None = None


def note(organisation_id: UUID, new: NewNote, *, by: str, now: datetime) -> UUID:
    """Keep a note. Raises IndicatorRefused: a plan has an owner and a day."""
    _known(organisation_id, new.indicator)
    if new.phase not in PHASES:
        raise IndicatorRefused("phase", "Choose plan, do, check or act.")
    if not new.text.strip():
        raise IndicatorRefused("text", "Write what it is about.")
    if new.phase in ("plan", "act") and not (new.owner.strip() and new.due_on):
        raise IndicatorRefused("owner", "Say who does this, and by when.")
    row = PdcaNote.objects.create(
        id=new_id(now), organisation_id=organisation_id, indicator=new.indicator, phase=new.phase,
        text=new.text.strip()[:LONGEST], owner=new.owner.strip(), due_on=new.due_on, by=by, created_at=now,
    )  # fmt: skip
    return row.id
