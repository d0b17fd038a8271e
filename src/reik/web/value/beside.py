"""What stands below one indicator: values that were typed before, and what was said to its questionnaire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from reik.value.indicators.answering import said_in
from reik.value.indicators.plan import RATE, SHARE, Indicator
from reik.value.indicators.questionnaires import ANSWERS, PROFESSIONAL, QUESTIONNAIRES
from reik.value.indicators.seen import TypedSeen, typed_values
from reik.value.indicators.values import value_of
from reik.value.report_words import number
from reik.value.rollups.seen import Days
from reik.web.questions.words import scale_words
from reik.web.value.shown import plain


def typed_rows(organisation_id: UUID, indicator: Indicator, language: str) -> list[dict[str, Any]]:
    """Every typed value, the newest first: of which days, before or with the dispenser, by whom."""
    return [_typed(each, indicator, language) for each in typed_values(organisation_id, indicator.key)]


def _typed(each: TypedSeen, indicator: Indicator, language: str) -> dict[str, Any]:
    found = value_of(indicator, each.measure)
    mark = " %" if indicator.kind == SHARE else ""
    return {
        "of": each, "last": each.until - timedelta(days=1),
        "counts": f"{plain(each.measure.numerator, language)} / {plain(each.measure.denominator, language)}",
        "value": "" if found.value is None else plain(found.value, language) + mark,
    }  # fmt: skip


def per_of(indicator: Indicator) -> int | None:
    """Of a rate: per so many."""
    return indicator.per if indicator.kind == RATE else None


def is_private(indicator: Indicator) -> bool:
    """Whether few forms may tell who said what: those of professionals."""
    form = QUESTIONNAIRES.get(indicator.measure)
    return form is not None and form.of == PROFESSIONAL


def answers_shown(organisation_id: UUID, indicator: Indicator, days: Days, language: str) -> dict[str, Any]:
    """By question the share of each answer; nothing but the number of forms where there are too few. Empty: no list."""
    form = QUESTIONNAIRES.get(indicator.measure)
    if form is None:
        return {}
    found = said_in(organisation_id, form.key, days)
    rows = [
        (text[language], [_share(found.shares[key], each, language) for each in ANSWERS])
        for key, text in form.questions.items()
        if key in found.shares
    ]
    return {
        "title": form.title[language], "forms": found.forms, "enough": found.enough, "rows": rows,
        "scale": [scale_words(each) for each in ANSWERS], "of_professionals": form.of == PROFESSIONAL,
    }  # fmt: skip


def _share(shares: Any, answer: int, language: str) -> str:
    found = shares.get(answer)
    return "–" if found is None else f"{number(found.pct, language, 0)} %"
