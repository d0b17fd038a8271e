"""One indicator as tables show it: its words, national evidence, before and now (C17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import ngettext

from reik.value.indicators.plan import MUST, SHARE, TYPED
from reik.value.indicators.seen import IndicatorSeen
from reik.value.indicators.values import TOO_FEW, Value
from reik.value.report_tables import parameter_name
from reik.value.rollups.seen import Days
from reik.web.frame import ZONE
from reik.web.value import beside
from reik.web.value.shown import plain
from reik.web.value.words import better_words, kind_words, status_words

LENGTH = timedelta(days=91)


def period(now: datetime) -> Days:
    """The last 13 weeks, up to and with yesterday."""
    today = now.astimezone(ZONE).date()
    return Days(since=today - LENGTH, until=today)


def row_of(each: IndicatorSeen, said: str) -> dict[str, Any]:
    """One indicator as tables show it."""
    of = each.indicator
    return {
        "key": of.key, "domain": of.domain, "title": of.title[said], "must": of.priority == MUST, "named": of.named,
        "own": of.own, "numerator": of.numerator[said], "denominator": of.denominator[said], "source": of.source[said],
        "unit": _unit(of.unit, said), "typed": of.typeable, "notes": len(each.notes),
        "of_planning": of.typeable and of.measure != TYPED,
        "national": [(device, *status_words(status)) for device, status in each.national.items()],
        "evidence": [(seen.device, *status_words(seen.status), seen.said[said]) for seen in of.evidence],
        "before": _value(each.before, said, share=of.kind == SHARE),
        "now": _value(each.now, said, share=of.kind == SHARE, private=beside.is_private(of)),
        "better": better_words(of.better), "kind": kind_words(of.kind), "per": beside.per_of(of),
    }  # fmt: skip


UNITS = {
    "per week": "per week", "min per week": "min per week", "min": "min", "clients": "cliënten",
    "g per sachet": "g per zakje", "kg per week": "kg per week", "km per week": "km per week",
    "per 1,000 moments": "per 1.000 momenten", "sachets per moment": "zakjes per moment",
    "€ per client-month": "€ per cliënt per maand",
}  # fmt: skip


def _unit(unit: str, said: str) -> str:
    return UNITS.get(unit, unit) if said == "nl" else unit


def _value(value: Value, said: str, *, share: bool, private: bool = False) -> dict[str, Any]:
    """`private`: few answers are not told, only how many forms there are."""
    mark, word = status_words(value.status)
    found: dict[str, Any] = {"mark": mark, "word": word, "value": "", "band": "", "of": "", "missing": []}
    if value.measure is not None:
        found["planning"] = value.measure.planning
        found["missing"] = [(key, parameter_name(key, said)) for key in value.measure.missing]
        if private and value.status == TOO_FEW:
            many = value.measure.cases
            found["of"] = ngettext("%(n)s lijst", "%(n)s lijsten", many) % {"n": many}
        elif not value.measure.missing:
            found["of"] = (
                f"{plain(round(value.measure.numerator, 1), said)} / {plain(round(value.measure.denominator, 1), said)}"
            )
    if value.value is not None:
        found["value"] = _short(value.value, said) + (" %" if share else "")
    if value.low is not None and value.high is not None:
        found["band"] = f"{_short(value.low, said)} – {_short(value.high, said)}"
    return found


def _short(value: float, said: str) -> str:
    """No more figures than a person compares: one decimal, below ten two."""
    return plain(round(value, 1 if abs(value) >= 10 else 2), said)
