"""What somebody asks of the model, from the address of a page; and numbers as a person types them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import translation

from reik.value.case.organisation import Asked, case_of
from reik.value.case.setting import BY_HOUR, LONGEST_YEARS, MODES, SettingRefused
from reik.web.value.words import refused_words

YEARS = range(1, LONGEST_YEARS + 1)
USUAL_YEARS = 3


class NotANumber(ValueError):
    """This was typed where a number belongs."""


def language() -> str:
    return translation.get_language() or "nl"


def number_of(text: str) -> float:
    """`1.250,5` in Dutch, `1,250.5` in English; a point before three digits only is a thousand in Dutch."""
    plain = text.strip().replace(" ", "").replace("\N{MINUS SIGN}", "-")
    thousand, comma = (",", ".") if language() == "en" else (".", ",")
    if re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(thousand)}\d{{3}})+(?:{re.escape(comma)}\d+)?", plain):
        plain = plain.replace(thousand, "")
    plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d+)?", plain):
        raise NotANumber(text)
    return float(plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, as it stands in the address."""

    asked: Asked
    typed: Mapping[str, str]
    error: str = ""

    @property
    def query(self) -> str:
        return urlencode({key: value for key, value in self.typed.items() if value})


KNOWN = ("dispensers", "in_gebruik", "per_maand", "jaren", "centrale", "koppeling", "betaling")


def question_of(given: Mapping[str, str]) -> Question:
    """The setting of the address; what cannot be is said, and the usual one counts instead."""
    typed = {key: given[key].strip()[:20] for key in KNOWN if given.get(key, "").strip()}
    try:
        return Question(asked=_asked(typed), typed=typed)
    except NotANumber:
        return Question(asked=Asked(), typed=typed, error=refused_words("number"))


def _asked(typed: Mapping[str, str]) -> Asked:
    def whole(name: str) -> int | None:
        return int(number_of(typed[name])) if name in typed else None

    years = whole("jaren")
    mode = typed.get("betaling", BY_HOUR)
    return Asked(
        dispensers=whole("dispensers"), in_use=whole("in_gebruik") or 0,
        per_month=number_of(typed["per_maand"]) if "per_maand" in typed else None,
        years=USUAL_YEARS if years is None else years, centre=typed.get("centrale") != "nee",
        record_link=typed.get("koppeling") != "nee", mode=mode if mode in MODES else BY_HOUR,
    )  # fmt: skip


def answered(
    organisation_id: UUID, given: Mapping[str, str], now: datetime
) -> tuple[Question, dict[str, Any]]:
    """The case that was asked for. What the model refuses is said, and the usual question is answered instead."""
    question = question_of(given)
    try:
        return question, case_of(organisation_id, question.asked, now)
    except SettingRefused as refused:
        said = Question(asked=Asked(), typed=question.typed, error=refused_words(refused.code))
        if refused.code == "cash_in":
            return said, {}
        return said, case_of(organisation_id, Asked(), now)
