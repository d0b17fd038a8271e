"""The headline figures of the founding documents, each beside what the model makes of it, and why they differ (R67).

The model's published defaults are used, nothing is fitted. Where a source does not say enough to compute anything,
there is no result, and `why` says what is missing. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reik.value.case.hours import DAYS_OF_MONTH, WEEKS_OF_MONTH, visit_reduction
from reik.value.case.model import hours_at
from reik.value.case.parameters import PUBLISHED as FROM_A_SOURCE
from reik.value.case.parameters import Range, ranges, sources
from reik.value.case.values import likely

Number = float | list[float]
FTE_HOURS_MONTH = 36 * WEEKS_OF_MONTH
ISSUED, ACTIVE = 600, 240
"""Zuyderland's dispensers (ICT&health)."""
RIVAS_HOURS = 25_000
ACCEPTED, PUBLISHED, TITLE_ONLY, ABROAD = "accepted", "published", "title_only", "abroad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One published figure. `published`, `model`: a number, or low and high; `difference`: model less published.

    `more_than`: the source gives a lower bound only. `inputs`: what the model used; `year`: of the finding, or of the
    publication where that is not said; `device` empty: the source names none.
    """

    key: str
    source: str
    unit: str
    evidence: str
    year: str
    device: str
    published: Number
    model: Number | None = None
    more_than: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)

    @property
    def difference(self) -> Number | None:
        if self.model is None:
            return None
        ours, theirs = _pair(self.model), _pair(self.published)
        apart = [round(one - other, 1) + 0.0 for one, other in zip(ours, theirs, strict=True)]
        return apart if isinstance(self.model, list) else apart[0]


def _pair(number: Number) -> list[float]:
    return number if isinstance(number, list) else [number, number]


def figures() -> list[Figure]:
    """All of them, in the order of the page."""
    known = ranges()
    return [
        _moments(known), _two_moments(known), _more_moments(known), _centre(known), _omring(known),
        *_zuyderland(known), _finland_visits(known), _finland_minutes(known), _rivas(known), _ten_minutes(known),
        _fifty_five(),
    ]  # fmt: skip


def reproduction(own: Mapping[str, Range] | None = None) -> list[dict[str, Any]]:
    """The figures as a document: `figure source published model difference`, and all that explains them.

    With the ranges of one organisation, `own` is what it has itself; None where it knows nothing of its own.
    """
    found = [_document(each) for each in figures()]
    if own is not None:
        ours = _own(own)
        found = [{**each, "own": ours.get(each["figure"])} for each in found]
    return found


def _own(own: Mapping[str, Range]) -> dict[str, float]:
    """Only of what was measured or filled in: the published range is nobody's own."""
    known = {key for key, each in own.items() if each.origin != FROM_A_SOURCE}
    found = {
        figure: own[key].likely
        for figure, key in (("unique_moments", "reduction_pct"), ("closed_by_centre", "centre_closed_pct"))
        if key in known
    }
    if {"care_minutes", "unique_moments_per_day"} <= known:
        gross = hours_at(own, centre=True)["gross"]
        found["omring"] = round(gross / WEEKS_OF_MONTH, 1)
        found["finland_minutes"] = round(gross * 60 / DAYS_OF_MONTH, 1)
    if "care_minutes" in known:
        found["hours_two_moments"] = hours_at(own, centre=True, unique_moments_per_day=2)["gross"]
    return found


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("reproduce_words.toml").read_text("utf-8"))


def _document(each: Figure) -> dict[str, Any]:
    where, words = sources()[each.source], _words()[each.key]
    comma = {name: str(number).replace(".", ",") for name, number in each.words.items()}
    why = {"nl": words["why_nl"].format(**comma), "en": words["why_en"].format(**each.words)}
    return {
        "figure": each.key,
        "title": {"nl": words["nl"], "en": words["en"]},
        "source": {"title": where.title, "url": where.url, "date": where.when},
        "published": each.published, "more_than": each.more_than, "unit": each.unit,
        "model": each.model, "difference": each.difference,
        "evidence": each.evidence, "device": each.device, "year": each.year,
        "inputs": each.inputs, "why": why,
    }  # fmt: skip


def _used(known: dict[str, Range], *keys: str, **fixed: float) -> dict[str, float]:
    return {**{key: known[key].likely for key in keys}, **fixed}


_OF_HOURS = (
    "unique_moments_per_day", "reduction_pct", "care_minutes", "travel_minutes_urban", "travel_minutes_rural",
    "rural_pct",
)  # fmt: skip


def _reduction(known: dict[str, Range], *, centre: bool, **fixed: float) -> float:
    values = likely(known)
    for key, value in fixed.items():
        values = values.with_one(key, value)
    return round(float(visit_reduction(values, centre=centre).ravel()[0]), 1)


def _moments(known: dict[str, Range]) -> Figure:
    least = {
        "unique_moments_per_day": 1.0, "loading_days": known["loading_days"].low,
        "alerts_per_100_moments": known["alerts_per_100_moments"].high,
        "visit_pct_alone": known["visit_pct_alone"].high,
    }  # fmt: skip
    most = {
        "unique_moments_per_day": 4.0, "loading_days": known["loading_days"].high,
        "alerts_per_100_moments": known["alerts_per_100_moments"].low,
        "centre_closed_pct": known["centre_closed_pct"].high,
    }  # fmt: skip
    low, high = _reduction(known, centre=False, **least), _reduction(known, centre=True, **most)
    return Figure(
        key="unique_moments", source="digizo", unit="%", evidence=ACCEPTED, year="2025", device="Medido",
        published=[60.0, 93.0], model=[low, high], inputs={"low": least, "high": most},
    )  # fmt: skip


def _two_moments(known: dict[str, Range]) -> Figure:
    made = hours_at(known, centre=True, unique_moments_per_day=2)
    return Figure(
        key="hours_two_moments", source="digizo", unit="h/month", evidence=ACCEPTED, year="2025", device="Medido",
        published=10.1, model=round(made["gross"], 1), inputs=_used(known, *_OF_HOURS, unique_moments_per_day=2),
        words={"net": made["net"], "care": made["care"], "travel": made["travel"]},
    )  # fmt: skip


def _more_moments(known: dict[str, Range]) -> Figure:
    three, four = (hours_at(known, centre=True, unique_moments_per_day=each)["gross"] for each in (3, 4))
    return Figure(
        key="hours_more_moments", source="digizo", unit="h/month", evidence=ACCEPTED, year="2025", device="Medido",
        published=10.1, more_than=True, model=[round(three, 1), round(four, 1)],
        inputs=_used(known, *_OF_HOURS) | {"unique_moments_per_day": [3, 4]},
    )  # fmt: skip


def _centre(known: dict[str, Range]) -> Figure:
    with_one, without = (hours_at(known, centre=centre)["net"] for centre in (True, False))
    return Figure(
        key="closed_by_centre", source="digizo", unit="%", evidence=PUBLISHED, year="2025", device="Medido",
        published=70.0, inputs=_used(known, "centre_closed_pct", "visit_pct_alone", "alerts_per_100_moments"),
        words={"with_one": with_one, "without": without},
    )  # fmt: skip


def _omring(known: dict[str, Range]) -> Figure:
    made = hours_at(known, centre=True)["gross"] / WEEKS_OF_MONTH
    return Figure(
        key="omring", source="omring", unit="h/week", evidence=PUBLISHED, year="2023", device="",
        published=2.5, model=round(made, 1), inputs=_used(known, *_OF_HOURS),
        words={"month": round(2.5 * WEEKS_OF_MONTH, 1)},
    )  # fmt: skip


def _zuyderland(known: dict[str, Range]) -> list[Figure]:
    each = hours_at(known, centre=True)["gross"]
    three = hours_at(known, centre=True, unique_moments_per_day=3)["gross"]
    words = {
        "issued": round(24 * FTE_HOURS_MONTH / ISSUED, 1), "active": round(24 * FTE_HOURS_MONTH / ACTIVE, 1),
        "three": round(three * ACTIVE / FTE_HOURS_MONTH, 1),
    }  # fmt: skip
    return [
        Figure(
            key=key, source="zonmw", unit="fte", evidence=PUBLISHED, year="2022", device="Medido", published=24.0,
            model=round(each * number / FTE_HOURS_MONTH, 1), words=words,
            inputs=_used(known, *_OF_HOURS, "fte_hours_week", dispensers=number),
        )
        for key, number in (("zuyderland_issued", ISSUED), ("zuyderland_active", ACTIVE))
    ]  # fmt: skip


def _finland_visits(known: dict[str, Range]) -> Figure:
    refill = DAYS_OF_MONTH / 2
    least = {
        "unique_moments_per_day": 2.0, "loading_days": round(refill, 1),
        "alerts_per_100_moments": known["alerts_per_100_moments"].likely, "visit_pct_alone": 100.0,
    }  # fmt: skip
    most = least | {
        "alerts_per_100_moments": known["alerts_per_100_moments"].low, "visit_pct_alone": 30.0
    }  # fmt: skip
    made = [_reduction(known, centre=False, **each) for each in (least, most)]
    return Figure(
        key="finland_visits", source="finland", unit="%", evidence=ABROAD, year="2023", device="",
        published=[89.4, 92.4], model=made, inputs={"low": least, "high": most},
    )  # fmt: skip


def _finland_minutes(known: dict[str, Range]) -> Figure:
    made = hours_at(known, centre=True)["gross"] * 60 / DAYS_OF_MONTH
    return Figure(
        key="finland_minutes", source="finland", unit="min/day", evidence=ABROAD, year="2023", device="",
        published=19.3, model=round(made, 1), inputs=_used(known, *_OF_HOURS),
    )  # fmt: skip


def _rivas(known: dict[str, Range]) -> Figure:
    each = hours_at(known, centre=True)["gross"]
    return Figure(
        key="rivas", source="rivas", unit="h", evidence=TITLE_ONLY, year="", device="",
        published=float(RIVAS_HOURS), inputs=_used(known, *_OF_HOURS),
        words={"dispensers": round(RIVAS_HOURS / 12 / each)},
    )  # fmt: skip


def _ten_minutes(known: dict[str, Range]) -> Figure:
    made = [hours_at(known, centre=True, unique_moments_per_day=each)["net"] for each in (1, 2)]
    return Figure(
        key="ten_minutes", source="vig", unit="min/day", evidence=PUBLISHED, year="2022", device="",
        published=10.0, model=[round(each * 60 / DAYS_OF_MONTH, 1) for each in made],
        inputs=_used(known, *_OF_HOURS) | {"unique_moments_per_day": [1, 2]},
    )  # fmt: skip


def _fifty_five() -> Figure:
    return Figure(
        key="fifty_five", source="vig", unit="€/client-month", evidence=PUBLISHED, year="2022", device="",
        published=55.0,
    )  # fmt: skip
