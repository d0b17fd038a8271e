"""How each indicator is computed: as it was before (None where that is not known), and as it is now (C17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reik.kernel.shares import Share
from reik.pathway.selection.selection_seen import BaselineSeen, VisitSeen
from reik.pathway.use.incident_rules import COMPLAINT
from reik.value.case.parameters import Range
from reik.value.indicators import heavy_care
from reik.value.indicators.material import STAYS, Material
from reik.value.indicators.questionnaires import is_content
from reik.value.indicators.values import Measure
from reik.value.indicators.weekly import has_stopped

Found = tuple[Measure | None, Measure | None]
"""Before and now."""


def _share(share: Share) -> Measure:
    return Measure(numerator=share.n, denominator=share.of, cases=share.of)


def _of_moments(count: float, material: Material) -> Measure:
    moments = material.counts.moments
    return Measure(numerator=count, denominator=moments, cases=moments)


def _unique(seen: BaselineSeen) -> list[VisitSeen]:
    return [each for each in seen.visits if each.moment.unique]


def _weekly(material: Material, of_visit: Callable[[VisitSeen], float]) -> Found:
    """Of clients with a dispenser and a baseline: a sum over their unique visits of a week, before and now."""
    before = now = 0.0
    for seen in material.baselines:
        for each in _unique(seen):
            before += each.moment.days * of_visit(each)
            now += 0 if has_stopped(each, material.last_day) else each.moment.days * of_visit(each)
    clients = len(material.baselines)
    return (
        Measure(numerator=before, denominator=clients, cases=clients),
        Measure(numerator=now, denominator=clients, cases=clients),
    )


def _visits(material: Material) -> Found:
    return _weekly(material, lambda each: 1.0)  # noqa: ARG005 - one visit is one


def _care_minutes(material: Material) -> Found:
    return _weekly(material, lambda each: float(each.moment.care_minutes))


def _travel_minutes(material: Material) -> Found:
    return _weekly(material, lambda each: float(each.moment.travel_minutes))


def _minutes_per_visit(material: Material) -> Found:
    visits, minutes = _visits(material)[0], _care_minutes(material)[0]
    assert visits is not None
    assert minutes is not None
    return Measure(numerator=minutes.numerator, denominator=visits.numerator, cases=visits.cases), None


def _travel_km(material: Material) -> Found:
    return _with_factors(material, ("km_per_hour",), lambda likely: likely["km_per_hour"] / 60)


def _travel_co2(material: Material) -> Found:
    keys = ("km_per_hour", "car_pct", "car_co2_g_km")
    return _with_factors(
        material, keys,
        lambda likely: likely["km_per_hour"] / 60 * likely["car_pct"] / 100 * likely["car_co2_g_km"] / 1000,
    )  # fmt: skip


def _with_factors(
    material: Material, keys: tuple[str, ...], factor: Callable[[Mapping[str, float]], float]
) -> Found:
    """Travel minutes times the likely values of assumptions; without one of them it asks for it."""
    known: Mapping[str, Range] = material.assumptions
    missing = tuple(each for each in keys if each not in known)
    if missing:
        nothing = Measure(numerator=0, denominator=0, cases=0, missing=missing)
        return nothing, nothing
    times = factor({each: known[each].likely for each in keys})
    before, now = _travel_minutes(material)
    return _times(before, times), _times(now, times)


def _times(found: Measure | None, times: float) -> Measure | None:
    if found is None:
        return None
    return Measure(numerator=found.numerator * times, denominator=found.denominator, cases=found.cases)


def _impact(material: Material) -> Found:
    placed = set(material.in_use.clients)
    return None, _share(Share(len(placed), len(placed | material.indicated)))


def _active(material: Material) -> Found:
    return None, _share(Share(material.in_use.active, material.in_use.issued))


def _stays(material: Material) -> Found:
    """Of paths whose 90th day after the start fell in the period, and has been."""
    end = min(material.until, material.now)
    looked = [
        each
        for each in material.paths
        if each.started_at is not None and material.since <= each.started_at + STAYS < end
    ]
    stayed = [
        each
        for each in looked
        if each.started_at and (each.ended_at is None or each.ended_at >= each.started_at + STAYS)
    ]
    return None, _share(Share(len(stayed), len(looked)))


def _heavy_care(material: Material) -> Found:
    days = material.days
    return heavy_care.measures(
        material.heavy_plannings, material.first_use, days.since, days.until, material.today
    )


def _content(questionnaire: str) -> Callable[[Material], Found]:
    def measure(material: Material) -> Found:
        said = [is_content(each) for each in material.answers(questionnaire)]
        known = [each for each in said if each is not None]
        return None, _share(Share(sum(known), len(known)))

    return measure


MEASURES: Mapping[str, Callable[[Material], Found]] = {
    "visits": _visits,
    "care_minutes": _care_minutes,
    "minutes_per_visit": _minutes_per_visit,
    "travel_minutes": _travel_minutes,
    "travel_km": _travel_km,
    "travel_co2": _travel_co2,
    "impact": _impact,
    "active": _active,
    "stays": _stays,
    "heavy_care": _heavy_care,
    "in_time": lambda material: (None, _share(material.adherence.in_time)),
    "known": lambda material: (None, _share(material.adherence.known)),
    "incidents": lambda material: (
        None,
        _of_moments(sum(each.kind != COMPLAINT for each in material.incidents), material),
    ),
    "alerts": lambda material: (None, _of_moments(material.lived.counts["all"], material)),
    "without_visit": lambda material: (
        None,
        _share(Share(material.lived.without_visit.n, material.lived.without_visit.of)),
    ),
    "sachets": lambda material: (None, _of_moments(material.counts.sachets, material)),
    "client_adoption": _content("client_adoption"),
    "client_control": _content("client_control"),
    "professional_adoption": _content("professional_adoption"),
    "typed": lambda material: (None, None),  # noqa: ARG005 - only what was typed
}
"""By the name in plan.toml."""
