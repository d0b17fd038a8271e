"""Short questionnaires on paper: one large box per answer, to be typed over afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reik.interop.print.port import set_paper
from reik.interop.print.words import Words
from reik.value.indicators.questionnaires import Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """`scale`: the words of the answers, from left to right; `who`: whose answers these are, as on her file."""

    forms: Sequence[Questionnaire]
    who: str
    organisation_words: str
    language: str
    scale: Sequence[str]


def questions_pdf(paper: Paper, *, made_at: datetime, zone: ZoneInfo, demo: bool = False) -> bytes:
    """The PDF, A4. Raises PaperFailed."""
    words, language = Words(paper.language), paper.language
    data = {
        "title": words.say("questions_title"), "lang": language, "who": paper.who, "team": paper.organisation_words,
        "demo": words.say("demo") if demo else "", "how": words.say("questions_how"),
        "day": words.say("questions_day"), "voice": words.say("questions_voice"),
        "voices": [words.say("questions_self"), words.say("questions_carer")], "scale": list(paper.scale),
        "forms": [
            {"title": each.title[language], "questions": [text[language] for text in each.questions.values()]}
            for each in paper.forms
        ],
        "foot": words.instant(made_at, zone),
    }  # fmt: skip
    return set_paper(json.dumps(data), made_at, "questions.typ")
