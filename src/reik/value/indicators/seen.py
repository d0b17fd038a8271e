"""The measurement plan of one organisation, filled in: national evidence beside its own measurement (C17, R70)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from reik.value.indicators.material import Material
from reik.value.indicators.measures import MEASURES
from reik.value.indicators.own import own_indicators
from reik.value.indicators.plan import Indicator, indicators
from reik.value.indicators.values import Measure, Value, value_of
from reik.value.models import Measured, PdcaNote
from reik.value.rollups.seen import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSeen:
    """A note of the cycle of improvement: plan, do, check or act."""

    id: UUID
    phase: str
    text: str
    owner: str
    due_on: date | None
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSeen:
    """One line of the plan. `own_status` is that of `now`: enough, too_few or not_measured.

    `national`: by type of dispenser that this organisation has, accepted, insufficient or unknown.
    """

    indicator: Indicator
    national: Mapping[str, str]
    before: Value
    now: Value
    notes: list[NoteSeen]

    @property
    def own_status(self) -> str:
        return self.now.status


def measurement_plan(
    organisation_id: UUID, days: Days, now: datetime, devices: tuple[str, ...] = ()
) -> list[IndicatorSeen]:
    """Every indicator of the plan and of the organisation's own, in the plan's order. Some twenty statements.

    `devices`: types of dispenser for which the national evidence is asked beside those that it was found with.
    """
    material = Material(organisation_id, days, now)
    return filled_in(material, [*indicators().values(), *own_indicators(organisation_id)], devices)


def filled_in(
    material: Material, which: Iterable[Indicator], devices: tuple[str, ...] = ()
) -> list[IndicatorSeen]:
    """These indicators, in their order."""
    notes = _notes(material.organisation_id)
    found = []
    for each in which:
        before, current = MEASURES[each.measure](material)
        typed = _typed(material, each, baseline=True)
        before = (before or typed) if each.typeable else (typed or before)
        current = current or _typed(material, each, baseline=False)
        types = dict.fromkeys([*(seen.device for seen in each.evidence), *devices])
        found.append(
            IndicatorSeen(
                indicator=each, national={device: each.status_for(device) for device in types},
                before=value_of(each, before), now=value_of(each, current), notes=notes.get(each.key, []),
            )
        )  # fmt: skip
    return found


def one_indicator(organisation_id: UUID, key: str, days: Days, now: datetime) -> IndicatorSeen | None:
    """One line of the plan; None for an indicator that there is not."""
    return next(
        (each for each in measurement_plan(organisation_id, days, now) if each.indicator.key == key), None
    )


def _typed(material: Material, indicator: Indicator, *, baseline: bool) -> Measure | None:
    row: Measured | None = material.typed.get((indicator.key, baseline))
    return None if row is None else _measure(row)


def _measure(row: Measured) -> Measure:
    return Measure(
        numerator=row.numerator, denominator=row.denominator, cases=int(row.denominator), typed=True
    )


def _notes(organisation_id: UUID) -> dict[str, list[NoteSeen]]:
    found: dict[str, list[NoteSeen]] = {}
    for each in PdcaNote.objects.filter(organisation_id=organisation_id).order_by("-created_at", "-id"):
        found.setdefault(each.indicator, []).append(
            NoteSeen(
                id=each.id, phase=each.phase, text=each.text, owner=each.owner, due_on=each.due_on, by=each.by,
                created_at=each.created_at,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSeen:
    """A value that somebody typed, of the days [since, until); the newest of before, or of a period, counts."""

    since: date
    until: date
    baseline: bool
    measure: Measure
    note: str
    by: str
    created_at: datetime


def typed_values(organisation_id: UUID, key: str) -> list[TypedSeen]:
    """All that was typed for one indicator, the newest first."""
    rows = Measured.objects.filter(organisation_id=organisation_id, indicator=key)
    return [
        TypedSeen(
            since=each.period_from, until=each.period_until, baseline=each.baseline, measure=_measure(each),
            note=each.note, by=each.by, created_at=each.created_at,
        )
        for each in rows.order_by("-created_at", "-id")
    ]  # fmt: skip
