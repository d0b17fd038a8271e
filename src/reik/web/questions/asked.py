"""A questionnaire as a page asks it, and its answers as they come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from reik.value.indicators.questionnaires import ANSWERS, QUESTIONNAIRES, Questionnaire
from reik.web.questions.words import refused_words, scale_words

NOT_GIVEN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`options`: answer, its words, whether it was chosen."""

    key: str
    text: str
    options: list[tuple[int, str, bool]]


def language() -> str:
    return "en" if translation.get_language() == "en" else "nl"


def questions_of(form: Questionnaire, typed: Mapping[str, str]) -> list[Question]:
    """Its questions in the language of the page, with what was chosen already."""
    return [
        Question(
            key=key, text=text[language()],
            options=[(each, scale_words(each), typed.get(f"v_{key}") == str(each)) for each in ANSWERS],
        )
        for key, text in form.questions.items()
    ]  # fmt: skip


def answers_of(form: Questionnaire, typed: Mapping[str, str]) -> dict[str, int]:
    """What was chosen; a question without an answer has none of ANSWERS, so that it is refused."""
    known = {str(each): each for each in ANSWERS}
    return {key: known.get(typed.get(f"v_{key}", ""), NOT_GIVEN) for key in form.questions}


def page_of(form: Questionnaire, typed: Mapping[str, str], code: str = "") -> dict[str, Any]:
    """The values that `questions/_form.html` needs."""
    return {
        "form": form, "title": form.title[language()], "questions": questions_of(form, typed), "typed": typed,
        "error": refused_words(code) if code else "", "field": f"v_{code}" if code in form.questions else code,
    }  # fmt: skip


def of(who: str) -> list[Questionnaire]:
    """The questionnaires for clients, or for professionals."""
    return [each for each in QUESTIONNAIRES.values() if each.of == who]
